package dev.zendo.dom0.cli;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.hypervisor.trace.Tracer;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Where traces go: standard error, or a file. Thread-safe. */
final class TraceOutput implements AutoCloseable {
  private final Writer out;
  private final boolean flushLines;
  private final Thread closer = new Thread(this::closeQuietly, "trace-close");
  private boolean closed;

  private TraceOutput(Writer out, boolean flushLines) {
    this.out = out;
    this.flushLines = flushLines;
  }

  /**
   * Switches traces on.
   *
   * @param file to write to, or null for standard error
   * @param traces any of hypercalls, events, traps
   */
  static TraceOutput open(String file, Set<String> traces, Tracer tracer) {
    if (traces.isEmpty()) {
      return new TraceOutput(Writer.nullWriter(), false);
    }
    TraceOutput output;
    try {
      output =
          file == null
              ? new TraceOutput(
                  new OutputStreamWriter(
                      new FileOutputStream(FileDescriptor.err), StandardCharsets.UTF_8),
                  true)
              : new TraceOutput(new BufferedWriter(Files.newBufferedWriter(Path.of(file))), false);
    } catch (IOException e) {
      throw new ToolException(
          file + ": the trace cannot be written (" + IoReason.of(e) + "); use another file", e);
    }
    Runtime.getRuntime().addShutdownHook(output.closer);
    tracer.enable(
        traces.contains("hypercalls"),
        traces.contains("events"),
        traces.contains("traps"),
        output::line);
    return output;
  }

  private synchronized void line(String text) {
    if (closed || isControlDomain(text)) {
      return;
    }
    try {
      out.write(text);
      out.write('\n');
      if (flushLines) {
        out.flush();
      }
    } catch (IOException e) {
      closed = true;
      System.err.println("zl: the trace ends here: " + e.getMessage());
    }
  }

  /** Lines are "time vcpu ..."; what domain 0 does for the guest is not the guest's doing. */
  private static boolean isControlDomain(String text) {
    return text.startsWith(" d0v", Math.max(0, text.indexOf(' ')));
  }

  private synchronized void closeQuietly() {
    closed = true;
    try {
      if (flushLines) {
        out.flush();
      } else {
        out.close();
      }
    } catch (IOException e) {
      System.err.println("zl: the end of the trace is missing: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    closeQuietly();
  }
}

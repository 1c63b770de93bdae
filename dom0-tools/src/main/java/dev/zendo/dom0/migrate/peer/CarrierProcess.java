package dev.zendo.dom0.migrate.peer;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A {@link Carrier} as its daemon sees it. */
public final class CarrierProcess implements AutoCloseable {
  /** For the start of a JVM, a connection and a handshake. */
  private static final long PATIENCE_SECONDS = 40;

  private static final int MAX_LINE = 4096;

  private final Process process;
  private final String address;

  private CarrierProcess(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Listens for other daemons until it is closed.
   *
   * @throws ToolException when nobody can listen there
   */
  public static CarrierProcess listen(StateFolder folder, PeerAddress at) {
    Process process = start("listen", folder, at);
    return new CarrierProcess(process, at.host() + ":" + answer(process, at));
  }

  /** Connects to another daemon. */
  static PeerLink connect(StateFolder folder, PeerAddress to) {
    Process process = start("connect", folder, to);
    String unused = answer(process, to);
    return PeerLink.of(process);
  }

  /** Where it listens. */
  public String address() {
    return address;
  }

  private static Process start(String what, StateFolder folder, PeerAddress address) {
    // Here, for its messages.
    String unused = Identity.fingerprint(folder);
    try {
      return new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:+UseSerialGC",
              "-Xmx128m",
              "-Xlog:disable",
              "-cp",
              System.getProperty("java.class.path"),
              Carrier.class.getName(),
              what,
              address.host(),
              Integer.toString(address.port()),
              folder.path().toString())
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new ToolException("TLS needs a process that cannot be had: " + e.getMessage(), e);
    }
  }

  /** What it says first, behind "ok". */
  private static String answer(Process process, PeerAddress address) {
    CompletableFuture<Void> late =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    try {
      String line = line(process.getInputStream());
      if (line.startsWith("ok")) {
        return line.substring(2).strip();
      }
      throw new ToolException(
          address.text() + ": " + (line.isEmpty() ? "no answer" : line.replaceFirst("error ", "")));
    } catch (IOException e) {
      throw new ToolException(address.text() + ": no answer (" + e.getMessage() + ")", e);
    } finally {
      late.cancel(false);
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.write(next);
      if (line.size() > MAX_LINE) {
        break;
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroy();
  }
}

package dev.zendo.examples;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs on a pseudo-terminal of its own, as it would in a user's window: what it
 * prints is collected, and a test types.
 */
final class Terminal implements AutoCloseable {
  private static final int O_RDWR = 2;
  private static final int O_NOCTTY = 0400;

  /** The C library's part that opens a pseudo-terminal (POSIX). */
  interface PseudoTerminals extends Library {
    PseudoTerminals LIBC = Native.load("c", PseudoTerminals.class);

    int posix_openpt(int flags);

    int grantpt(int fd);

    int unlockpt(int fd);

    String ptsname(int fd);

    NativeLong read(int fd, byte[] buffer, NativeLong size);

    NativeLong write(int fd, byte[] buffer, NativeLong size);

    int close(int fd);
  }

  private final int fd;
  private final Process process;
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Thread reader;
  private int searched;

  /** Starts a program on a new pseudo-terminal. */
  Terminal(Path directory, List<String> command) throws IOException {
    fd = PseudoTerminals.LIBC.posix_openpt(O_RDWR | O_NOCTTY);
    if (fd < 0 || PseudoTerminals.LIBC.grantpt(fd) != 0 || PseudoTerminals.LIBC.unlockpt(fd) != 0) {
      throw new IOException("no pseudo-terminal to be had");
    }
    File slave = new File(PseudoTerminals.LIBC.ptsname(fd));
    process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(slave)
            .redirectOutput(slave)
            .redirectErrorStream(true)
            .start();
    reader = new Thread(this::collect, "terminal-reader");
    reader.setDaemon(true);
    reader.start();
  }

  /** Ends, with an error, when the program has ended and everything it wrote is read. */
  private void collect() {
    byte[] buffer = new byte[4096];
    int count;
    while ((count = PseudoTerminals.LIBC.read(fd, buffer, new NativeLong(buffer.length)).intValue())
        > 0) {
      synchronized (output) {
        output.write(buffer, 0, count);
        output.notifyAll();
      }
    }
  }

  /**
   * Waits until the output since the last match holds a text.
   *
   * @throws AssertionError with the whole output when it does not come
   */
  void await(String text, int seconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    synchronized (output) {
      while (true) {
        String all = output();
        int at = all.indexOf(text, searched);
        if (at >= 0) {
          searched = at + text.length();
          return;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new AssertionError("no \"" + text + "\" within " + seconds + " s in:\n" + all);
        }
        TimeUnit.NANOSECONDS.timedWait(output, Math.max(left, 1_000_000));
      }
    }
  }

  /** Types, as a person would; a line ends with carriage return. */
  void type(String keys) throws IOException {
    byte[] bytes = keys.getBytes(StandardCharsets.UTF_8);
    NativeLong size = new NativeLong(bytes.length);
    if (PseudoTerminals.LIBC.write(fd, bytes, size).longValue() != bytes.length) {
      throw new IOException("cannot type");
    }
  }

  /** Everything printed so far. */
  String output() {
    synchronized (output) {
      return output.toString(StandardCharsets.ISO_8859_1);
    }
  }

  /** Waits for the program's end, reads what it left, and returns its exit status. */
  int exitStatus(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("still running after " + seconds + " s:\n" + output());
    }
    reader.join(TimeUnit.SECONDS.toMillis(seconds));
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    PseudoTerminals.LIBC.close(fd);
  }
}

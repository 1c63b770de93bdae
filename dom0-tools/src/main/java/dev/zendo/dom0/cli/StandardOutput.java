package dev.zendo.dom0.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where verbs print. When that cannot be written the verb ends, whatever it is at: a {@link
 * PrintStream} alone would keep the failure to itself, and what is printed be missing without a
 * word. Text is UTF-8 whatever the locale, as JSON is, and as xl hands on what is in its files.
 */
final class StandardOutput extends OutputStream {
  private static final Path PLACE = Path.of("/proc/self/fd/1");
  private static final int TYPE_OF_FILE = 0170000;
  private static final int PIPE = 0010000;
  private static final int SOCKET = 0140000;

  private final OutputStream out;
  private final Path place;

  /**
   * On top of a stream.
   *
   * @param place a file's name of where that goes
   */
  StandardOutput(OutputStream out, Path place) {
    this.out = out;
    this.place = place;
  }

  /** Ends a verb whose output goes nowhere. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean unread;

    Failed(IOException cause, boolean unread) {
      super(cause);
      this.unread = unread;
    }

    /** Whether that is because others read it, and do not any more. */
    boolean isUnread() {
      return unread;
    }

    /** Why. */
    IOException reason() {
      return (IOException) getCause();
    }
  }

  /** Has this process print through it, and its errors be UTF-8 as well. */
  static void use() {
    System.setOut(
        new PrintStream(
            new BufferedOutputStream(
                new StandardOutput(new FileOutputStream(FileDescriptor.out), PLACE)),
            true,
            StandardCharsets.UTF_8));
    System.setErr(
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
  }

  /** Ends a verb that has found out otherwise that this process's cannot be written. */
  static void check(Optional<IOException> failure) {
    if (failure.isPresent()) {
      throw new Failed(failure.get(), isRead(PLACE));
    }
  }

  /**
   * Whether it is one that others read: writing fails when they do not any more. The message of the
   * failure says so in the language of the locale only.
   */
  private static boolean isRead(Path place) {
    try {
      int mode = (int) Files.getAttribute(place, "unix:mode") & TYPE_OF_FILE;
      return mode == PIPE || mode == SOCKET;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    try {
      out.write(bytes, offset, count);
    } catch (IOException e) {
      throw new Failed(e, isRead(place));
    }
  }
}

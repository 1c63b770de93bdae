package dev.zendo.dom0.console;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A console at a pseudo-terminal of the host, as xenconsoled makes one: any terminal program can
 * use it. Linux hosts. Thread-safe.
 */
public final class PtyEnd implements ConsoleEnd {
  private static final int O_RDWR = 2;
  private static final int O_NOCTTY = 0400;
  private static final int NAME_BYTES = 128;

  /** More than any {@code struct termios}. */
  private static final int TERMIOS_BYTES = 256;

  private static final int TCSANOW = 0;
  private static final int POLLIN = 1;
  private static final int POLL_MILLIS = 200;
  private static final int CHUNK = 4096;

  private final int master;
  private final int slave;
  private final String name;
  private final OutputWriter writer;
  private final Thread reader;
  private volatile ConsoleInput console;
  private volatile boolean closed;

  /** Functions of the C library (pty(7), poll(2)); negative results are errors. */
  private interface C extends Library {
    int posix_openpt(int flags);

    int grantpt(int fd);

    int unlockpt(int fd);

    int ptsname_r(int fd, Memory name, long size);

    int open(String path, int flags);

    int close(int fd);

    long read(int fd, Memory to, long bytes);

    long write(int fd, Memory from, long bytes);

    int poll(Memory descriptors, long count, int millis);

    int tcgetattr(int fd, Memory settings);

    int tcsetattr(int fd, int when, Memory settings);

    void cfmakeraw(Memory settings);
  }

  /** Loaded when the first pseudo-terminal is made. */
  private static final class Libc {
    static final C CALLS = Native.load("c", C.class);
  }

  /**
   * Makes a pseudo-terminal in raw mode.
   *
   * @throws ToolException when the host gives none
   */
  public PtyEnd() {
    try {
      C c = Libc.CALLS;
      master = check(c.posix_openpt(O_RDWR | O_NOCTTY));
      check(c.grantpt(master));
      check(c.unlockpt(master));
      Memory text = new Memory(NAME_BYTES);
      check(-c.ptsname_r(master, text, NAME_BYTES));
      name = text.getString(0);
      // Kept open: without anybody at that end, reading fails instead of waiting.
      slave = check(c.open(name, O_RDWR | O_NOCTTY));
      Memory settings = new Memory(TERMIOS_BYTES);
      check(c.tcgetattr(slave, settings));
      c.cfmakeraw(settings);
      check(c.tcsetattr(slave, TCSANOW, settings));
    } catch (UnsatisfiedLinkError e) {
      throw new ToolException("the host gives no pseudo-terminals; use a socket", e);
    }
    writer = new OutputWriter("console-pty-output", new Descriptor(), true);
    reader = DaemonThreads.start("console-pty-input", this::read);
  }

  private static int check(int result) {
    if (result < 0) {
      throw new ToolException(
          "the host gives no pseudo-terminal (error " + Native.getLastError() + "); use a socket");
    }
    return result;
  }

  /** The descriptor as a stream. */
  private final class Descriptor extends OutputStream {
    private final Memory buffer = new Memory(CHUNK);

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int done = 0;
      while (done < length && !closed) {
        int part = Math.min(length - done, CHUNK);
        buffer.write(0, bytes, offset + done, part);
        long written = Libc.CALLS.write(master, buffer, part);
        if (written < 0) {
          throw new IOException("error " + Native.getLastError());
        }
        done += (int) written;
      }
    }
  }

  private void read() {
    Memory buffer = new Memory(CHUNK);
    Memory descriptor = new Memory(8);
    byte[] keys = new byte[CHUNK];
    try {
      while (!closed) {
        descriptor.setInt(0, master);
        descriptor.setShort(4, (short) POLLIN);
        descriptor.setShort(6, (short) 0);
        if (Libc.CALLS.poll(descriptor, 1, POLL_MILLIS) <= 0 || closed) {
          continue;
        }
        int count = (int) Libc.CALLS.read(master, buffer, CHUNK);
        if (count <= 0) {
          return;
        }
        buffer.read(0, keys, 0, count);
        ConsoleInput input = console;
        if (input != null) {
          input.type(keys, 0, count);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public ConsoleOutput output() {
    return writer;
  }

  @Override
  public void connect(ConsoleInput input) {
    console = input;
  }

  @Override
  public String address() {
    return name;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    writer.close();
    closed = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Libc.CALLS.close(slave);
    Libc.CALLS.close(master);
  }
}

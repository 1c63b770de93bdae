package dev.zendo.dom0.net.tap;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.bridge.PortSpec;
import dev.zendo.dom0.net.bridge.Station;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.Ip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;

/**
 * A TAP interface of a Linux host as a port of a switch. The host must allow it: an interface that
 * {@code ip tuntap add} made for this user, or CAP_NET_ADMIN. It gets ordinary frames.
 */
public final class TapDevice implements Station, AutoCloseable {
  private static final int O_RDWR = 2;
  private static final long TUNSETIFF = 0x400454caL;
  private static final short IFF_TAP = 2;
  private static final short IFF_NO_PI = 0x1000;
  private static final int NAME_BYTES = 16;
  private static final int POLL_MILLIS = 200;
  private static final short POLLIN = 1;

  private final String name;
  private final Executor switchThread;
  private BridgePort port;
  private FramePool pool;
  private final int descriptor;
  private final Thread thread;
  private volatile boolean closed;

  /** Functions of libc; each throws what errno says. */
  private static final class Libc {
    static {
      Native.register(Libc.class, Platform.C_LIBRARY_NAME);
    }

    static native int open(String path, int flags) throws LastErrorException;

    static native int ioctl(int descriptor, long request, Memory argument)
        throws LastErrorException;

    static native int poll(Memory descriptors, long count, int millis) throws LastErrorException;

    static native long read(int descriptor, byte[] to, long count) throws LastErrorException;

    static native long write(int descriptor, byte[] from, long count) throws LastErrorException;

    static native int close(int descriptor) throws LastErrorException;

    private Libc() {}
  }

  /**
   * Opens an interface of the host, which is on no switch yet. Any thread.
   *
   * @param switchThread runs something on the switch's thread
   * @throws IOException with one line when the host does not allow it
   */
  public TapDevice(String name, Executor switchThread) throws IOException {
    this.name = name;
    this.switchThread = switchThread;
    this.descriptor = open(name);
    this.thread = DaemonThreads.make("tap-" + name, this::receive);
  }

  /** Joins a switch, once; on its thread. */
  public void join(Bridge bridge) {
    port = bridge.attach(new PortSpec("tap-" + name, 0, false), this);
    pool = bridge.pool();
    thread.start();
  }

  private static int open(String name) throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length == 0 || bytes.length >= NAME_BYTES) {
      throw new IOException("'" + name + "' is no name of an interface");
    }
    int descriptor = -1;
    try (Memory request = new Memory(40)) {
      descriptor = Libc.open("/dev/net/tun", O_RDWR);
      request.clear();
      request.write(0, bytes, 0, bytes.length);
      request.setShort(NAME_BYTES, (short) (IFF_TAP | IFF_NO_PI));
      Libc.ioctl(descriptor, TUNSETIFF, request);
      return descriptor;
    } catch (LastErrorException | UnsatisfiedLinkError e) {
      if (descriptor >= 0) {
        Libc.close(descriptor);
      }
      throw new IOException(
          "the host gives no TAP interface "
              + name
              + " ("
              + e.getMessage()
              + "); make one with ip tuntap add "
              + name
              + " mode tap user $USER",
          e);
    }
  }

  @Override
  public void deliver(Frame frame) {
    try {
      Libc.write(descriptor, frame.data(), frame.length());
    } catch (LastErrorException e) {
      // The interface is down or its queue full: the frame is lost, as on a wire.
    }
    frame.release();
  }

  @Override
  public void flush() {
    // Each frame was written at once.
  }

  private void receive() {
    byte[] data = new byte[FramePool.MAX_BYTES];
    try (Memory poll = new Memory(8)) {
      while (!closed) {
        poll.setInt(0, descriptor);
        poll.setShort(4, POLLIN);
        poll.setShort(6, (short) 0);
        if (Libc.poll(poll, 1, POLL_MILLIS) > 0) {
          int length = (int) Libc.read(descriptor, data, data.length);
          if (length >= Ip.ETHERNET) {
            Frame frame = pool.take(length);
            System.arraycopy(data, 0, frame.data(), 0, length);
            switchThread.execute(() -> send(frame));
          }
        }
      }
    } catch (LastErrorException e) {
      closed = true;
    }
  }

  private void send(Frame frame) {
    port.send(frame);
    port.flush();
  }

  /** Leaves the host's interface. Any thread. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    Libc.close(descriptor);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

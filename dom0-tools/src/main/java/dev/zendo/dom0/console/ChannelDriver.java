package dev.zendo.dom0.console;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.BackendDriver;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.XenbusState;
import java.nio.file.Path;

/**
 * Serves further consoles of domains ({@code device/console/1} and so on): Xen's channels (docs,
 * misc/channel.txt). The first console of a domain is no device of this kind: {@link
 * ConsoleBackend}.
 */
public final class ChannelDriver implements BackendDriver {
  @Override
  public String type() {
    return "console";
  }

  @Override
  public boolean serves(int devid) {
    return devid > 0;
  }

  @Override
  public Backend open(BackendDevice device) throws DeviceException {
    try {
      return new Line(device, end(device));
    } catch (ToolException e) {
      throw new DeviceException(e.getMessage());
    }
  }

  private static ConsoleEnd end(BackendDevice device) throws DeviceException {
    String kind = device.back("connection").orElse("pty");
    switch (kind) {
      case "pty":
        return new PtyEnd();
      case "socket":
        return new SocketEnd(Path.of(device.requireBack("path")));
      default:
        throw new DeviceException("connection=" + kind + ": there is pty and socket only");
    }
  }

  /** One console. */
  private static final class Line implements Backend, ConsoleInput {
    private final BackendDevice device;
    private final ConsoleEnd end;
    private Mapping page;
    private Channel channel;

    /** Null while there is no connection. */
    private volatile ConsoleLine line;

    Line(BackendDevice device, ConsoleEnd end) {
      this.device = device;
      this.end = end;
      end.connect(this);
      if (end instanceof PtyEnd) {
        device.tell("tty", end.address());
      }
    }

    @Override
    public void publish() {
      // Nothing is negotiated: io/console.h has one format.
    }

    @Override
    public boolean connectsAt(int state) {
      return state == XenbusState.INITIALISED;
    }

    @Override
    public void connect() throws DeviceException {
      page = device.map(true, device.frontInt("ring-ref"));
      line = new ConsoleLine(device.memory(), page.address(), end.output());
      channel = device.bind(device.frontInt("port"), this::serve);
    }

    private void serve() throws DeviceException {
      ConsoleLine now = line;
      if (now != null && now.serve()) {
        channel.notifyPeer();
      }
      if (now != null && now.broken()) {
        throw new DeviceException("the indices of the console cannot be");
      }
    }

    @Override
    public void type(byte[] bytes, int offset, int length) throws InterruptedException {
      ConsoleLine now = line;
      if (now != null) {
        now.type(bytes, offset, length, this::resume);
      }
    }

    @Override
    public void resume() {
      device.post(this::serve);
    }

    @Override
    public void disconnect() {
      if (line != null) {
        ConsoleLine last = line;
        line = null;
        last.close();
      }
      if (channel != null) {
        channel.close();
        channel = null;
      }
      if (page != null) {
        page.close();
        page = null;
      }
    }

    @Override
    public void close() {
      end.close();
    }
  }
}

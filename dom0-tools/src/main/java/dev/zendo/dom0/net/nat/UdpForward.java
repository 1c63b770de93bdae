package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.HashMap;
import java.util.Map;

/**
 * Takes datagrams at a port of the host for a guest, who sees each sender as another port of the
 * gateway. On the network's thread.
 */
final class UdpForward implements Ready, PortForward {
  private final UdpProxy proxy;
  private final HostForward forward;
  private final DatagramChannel channel;
  private final int port;
  private final Map<SocketAddress, UdpFlow> senders = new HashMap<>();

  private UdpForward(UdpProxy proxy, HostForward forward, DatagramChannel channel) {
    this.proxy = proxy;
    this.forward = forward;
    this.channel = channel;
    this.port = channel.socket().getLocalPort();
  }

  /**
   * Opens the port.
   *
   * @throws ToolException when it cannot
   */
  static UdpForward open(UdpProxy proxy, HostForward forward) {
    InetSocketAddress at = new InetSocketAddress(IpAddress.inet(forward.listen()), forward.port());
    DatagramChannel channel = null;
    try {
      channel = DatagramChannel.open(StandardProtocolFamily.INET);
      channel.bind(at);
      channel.configureBlocking(false);
      UdpForward opened = new UdpForward(proxy, forward, channel);
      channel.register(proxy.core().selector, SelectionKey.OP_READ, opened);
      return opened;
    } catch (IOException e) {
      if (channel != null) {
        Sockets.close(channel);
      }
      throw new ToolException("the port " + forward + " cannot be opened: " + e.getMessage(), e);
    }
  }

  @Override
  public void ready(SelectionKey key, long now) {
    ByteBuffer buffer = proxy.buffer();
    try {
      for (int i = 0; i < OwnSocket.BURST; i++) {
        buffer.clear();
        SocketAddress from = channel.receive(buffer);
        if (from == null) {
          return;
        }
        UdpFlow flow = senders.get(from);
        if (flow == null) {
          flow = open(from, now);
        }
        if (flow != null) {
          flow.answered(now);
          proxy.deliver(flow, buffer.position());
        }
      }
    } catch (IOException e) {
      // Somebody who got an answer is gone: the others go on.
      proxy.core().metrics.udpFailed++;
    }
  }

  private UdpFlow open(SocketAddress from, long now) {
    UdpFlow flow = proxy.forward(forward, (InetSocketAddress) from, new Way(from), now);
    if (flow != null) {
      senders.put(from, flow);
    }
    return flow;
  }

  /** The way back to one sender. */
  private final class Way implements DatagramWay {
    private final SocketAddress to;

    Way(SocketAddress to) {
      this.to = to;
    }

    @Override
    public void send(ByteBuffer datagram) throws IOException {
      channel.send(datagram, to);
    }

    @Override
    public void close() {
      senders.remove(to);
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void giveUp() {
    // It waits for the next datagram.
  }

  @Override
  public void close() {
    Sockets.close(channel);
  }
}

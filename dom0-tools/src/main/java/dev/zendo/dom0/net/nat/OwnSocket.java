package dev.zendo.dom0.net.nat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;

/** A socket of the host for the datagrams between one port of a guest and one outside. */
final class OwnSocket implements DatagramWay, Ready {
  /** Datagrams that are read before others have their turn. */
  static final int BURST = 64;

  private final UdpProxy proxy;
  private final DatagramChannel channel;
  private UdpFlow flow;

  private OwnSocket(UdpProxy proxy, DatagramChannel channel) {
    this.proxy = proxy;
    this.channel = channel;
  }

  static OwnSocket open(UdpProxy proxy, InetSocketAddress to) throws IOException {
    DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
    OwnSocket socket = new OwnSocket(proxy, channel);
    try {
      channel.configureBlocking(false);
      // Only who was asked may answer.
      channel.connect(to);
      channel.register(proxy.core().selector, SelectionKey.OP_READ, socket);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Says whose it is, before anything comes. */
  void serve(UdpFlow owner) {
    flow = owner;
  }

  @Override
  public void send(ByteBuffer datagram) throws IOException {
    channel.write(datagram);
  }

  @Override
  public void ready(SelectionKey waits, long now) {
    ByteBuffer buffer = proxy.buffer();
    try {
      for (int i = 0; i < BURST; i++) {
        buffer.clear();
        int length = channel.read(buffer);
        if (length <= 0) {
          return;
        }
        flow.answered(now);
        proxy.deliver(flow, length);
      }
    } catch (IOException e) {
      proxy.remove(flow);
    }
  }

  @Override
  public void giveUp() {
    proxy.remove(flow);
  }

  @Override
  public void close() {
    Sockets.close(channel);
  }
}

package dev.zendo.dom0.net.nat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** Datagrams between a port of a guest and one outside, through a socket of the host. */
final class UdpFlow implements Ready {
  /** Datagrams that are read before others have their turn. */
  private static final int BURST = 64;

  private final UdpProxy proxy;
  private final FlowKey key;
  private final long station;
  private final InetSocketAddress to;
  private final DatagramChannel channel;
  private long active;
  private boolean answered;

  UdpFlow(
      UdpProxy proxy, FlowKey key, long station, InetSocketAddress to, DatagramChannel channel) {
    this.proxy = proxy;
    this.key = key;
    this.station = station;
    this.to = to;
    this.channel = channel;
  }

  void open(Selector selector) throws IOException {
    channel.configureBlocking(false);
    // Only who was asked may answer.
    channel.connect(to);
    channel.register(selector, SelectionKey.OP_READ, this);
  }

  FlowKey key() {
    return key;
  }

  long station() {
    return station;
  }

  InetSocketAddress to() {
    return to;
  }

  /** When the last datagram went through. */
  long active() {
    return active;
  }

  boolean answered() {
    return answered;
  }

  /** Sends a guest's datagram; false when that does not work any more. */
  boolean send(byte[] data, int at, int length, long now) {
    active = now;
    try {
      channel.write(ByteBuffer.wrap(data, at, length));
      proxy.core().metrics.bytesOut += length;
      return true;
    } catch (IOException e) {
      return false;
    }
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
        active = now;
        answered = true;
        proxy.core().metrics.bytesIn += length;
        proxy.deliver(this, length);
      }
    } catch (IOException e) {
      proxy.remove(this);
    }
  }

  @Override
  public void giveUp() {
    proxy.remove(this);
  }

  void close() {
    Sockets.close(channel);
  }
}

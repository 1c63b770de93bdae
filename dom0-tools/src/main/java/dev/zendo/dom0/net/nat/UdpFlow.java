package dev.zendo.dom0.net.nat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Datagrams between a port of a guest and one outside. On the network's thread. */
final class UdpFlow {
  private final FlowKey key;
  private final long station;
  private final InetSocketAddress to;
  private final DatagramWay way;
  private long active;
  private boolean answered;

  /**
   * An exchange that begins now.
   *
   * @param station who pays for it; 0 for the host
   */
  UdpFlow(FlowKey key, long station, InetSocketAddress to, DatagramWay way, long now) {
    this.key = key;
    this.station = station;
    this.to = to;
    this.way = way;
    this.active = now;
  }

  FlowKey key() {
    return key;
  }

  /** Who pays for it; 0 for the host. */
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

  /** A datagram came from outside. */
  void answered(long now) {
    active = now;
    answered = true;
  }

  /** Sends a guest's datagram; false when that does not work any more. */
  boolean send(byte[] data, int at, int length, long now) {
    active = now;
    try {
      way.send(ByteBuffer.wrap(data, at, length));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  void close() {
    way.close();
  }
}

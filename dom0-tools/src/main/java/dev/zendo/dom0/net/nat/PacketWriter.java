package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.InternetChecksum;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.Wire;

/** Writes the headers of packets that the network's own station sends. One thread. */
final class PacketWriter {
  /** Where the payload of IP begins in a frame of ours. */
  static final int PAYLOAD = Ip.ETHERNET + Ip.V4_HEADER;

  private static final int VERSION_AND_LENGTH = 0x4500;
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int TTL = 64;

  private final FramePool pool;
  private final long station;
  private int id;

  PacketWriter(FramePool pool, long station) {
    this.pool = pool;
    this.station = station;
  }

  /** A frame with an Ethernet header. */
  Frame ethernet(long to, int type, int payload) {
    Frame frame = pool.take(Ip.ETHERNET + payload);
    Wire.put48(frame.data(), 0, to);
    Wire.put48(frame.data(), 6, station);
    Wire.put16(frame.data(), Ip.ETHER_TYPE, type);
    return frame;
  }

  /** A frame with an IP header; the payload begins at {@link #PAYLOAD}. */
  Frame ip(long to, int from, int destination, int protocol, int payload) {
    Frame frame = fragment(to, from, destination, protocol, payload, id, DONT_FRAGMENT);
    id++;
    return frame;
  }

  /** A frame with one fragment of an IP packet. */
  Frame fragment(
      long to, int from, int destination, int protocol, int payload, int number, int bits) {
    Frame frame = ethernet(to, Ip.TYPE_IPV4, Ip.V4_HEADER + payload);
    byte[] data = frame.data();
    int at = Ip.ETHERNET;
    Wire.put16(data, at, VERSION_AND_LENGTH);
    Wire.put16(data, at + Ip.V4_TOTAL_LENGTH, Ip.V4_HEADER + payload);
    Wire.put16(data, at + Ip.V4_ID, number);
    Wire.put16(data, at + Ip.V4_FRAGMENT, bits);
    Wire.put8(data, at + Ip.V4_TTL, TTL);
    Wire.put8(data, at + Ip.V4_PROTOCOL, protocol);
    Wire.put16(data, at + Ip.V4_CHECKSUM, 0);
    Wire.put32(data, at + Ip.V4_SOURCE, from);
    Wire.put32(data, at + Ip.V4_DESTINATION, destination);
    Wire.put16(data, at + Ip.V4_CHECKSUM, InternetChecksum.of(data, at, Ip.V4_HEADER));
    return frame;
  }

  /** A number for the fragments of one packet. */
  int nextId() {
    return id++ & 0xffff;
  }

  /** A frame with a UDP header, whose checksum is open; the payload follows the header. */
  Frame udp(long to, int from, int fromPort, int destination, int port, int payload) {
    int bytes = Ip.UDP_HEADER + payload;
    Frame frame = ip(to, from, destination, Ip.UDP, bytes);
    byte[] data = frame.data();
    udpHeader(data, PAYLOAD, fromPort, port, bytes);
    open(frame, Ip.UDP, Ip.UDP_CHECKSUM, bytes);
    return frame;
  }

  static void udpHeader(byte[] data, int at, int fromPort, int port, int bytes) {
    Wire.put16(data, at + Ip.SOURCE_PORT, fromPort);
    Wire.put16(data, at + Ip.DESTINATION_PORT, port);
    Wire.put16(data, at + Ip.UDP_LENGTH, bytes);
    Wire.put16(data, at + Ip.UDP_CHECKSUM, 0);
  }

  /**
   * Leaves the checksum of TCP or UDP to whoever needs it: what stands in its place is the sum of
   * what its header does not contain.
   */
  static void open(Frame frame, int protocol, int checksum, int bytes) {
    byte[] data = frame.data();
    long sum = InternetChecksum.add(0, data, Ip.ETHERNET + Ip.V4_SOURCE, 8) + protocol + bytes;
    Wire.put16(data, PAYLOAD + checksum, InternetChecksum.fold(sum));
    frame.checksum(true, true);
  }
}

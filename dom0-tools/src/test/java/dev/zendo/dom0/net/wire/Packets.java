package dev.zendo.dom0.net.wire;

import java.util.Arrays;

/** Packets for tests, with right checksums. */
public final class Packets {
  /** Flags of most TCP packets. */
  public static final int ACK = Ip.ACK;

  private Packets() {}

  /** A frame with a TCP packet over IPv4 and a payload of counting bytes. */
  public static Frame tcp4(FramePool pool, long to, long from, int payload, int flags) {
    Frame frame = pool.take(54 + payload);
    byte[] data = frame.data();
    Wire.put48(data, 0, to);
    Wire.put48(data, 6, from);
    Wire.put16(data, 12, Ip.TYPE_IPV4);
    ipv4(data, 14, 40 + payload, Ip.TCP, 0x0a000001, 0x0a000002);
    tcp(data, 34, flags);
    fill(data, 54, payload);
    return summed(pool, frame);
  }

  /** The same over IPv6. */
  public static Frame tcp6(FramePool pool, long to, long from, int payload, int flags) {
    Frame frame = pool.take(74 + payload);
    byte[] data = frame.data();
    Arrays.fill(data, 0, 74, (byte) 0);
    Wire.put48(data, 0, to);
    Wire.put48(data, 6, from);
    Wire.put16(data, 12, Ip.TYPE_IPV6);
    Wire.put8(data, 14, 0x60);
    Wire.put16(data, 18, 20 + payload);
    Wire.put8(data, 20, Ip.TCP);
    Wire.put8(data, 21, 64);
    for (int i = 0; i < 32; i++) {
      data[22 + i] = (byte) (i * 7 + 1);
    }
    tcp(data, 54, flags);
    fill(data, 74, payload);
    return summed(pool, frame);
  }

  /** A frame with a UDP packet over IPv4. */
  public static Frame udp4(FramePool pool, long to, long from, byte[] payload) {
    Frame frame = pool.take(42 + payload.length);
    byte[] data = frame.data();
    Wire.put48(data, 0, to);
    Wire.put48(data, 6, from);
    Wire.put16(data, 12, Ip.TYPE_IPV4);
    ipv4(data, 14, 28 + payload.length, Ip.UDP, 0x0a000001, 0x0a000002);
    Wire.put16(data, 34, 1000);
    Wire.put16(data, 36, 2000);
    Wire.put16(data, 38, 8 + payload.length);
    Wire.put16(data, 40, 0);
    System.arraycopy(payload, 0, data, 42, payload.length);
    return summed(pool, frame);
  }

  private static Frame summed(FramePool pool, Frame frame) {
    frame.checksum(true, true);
    new Offload(pool).complete(frame);
    frame.checksum(false, false);
    return frame;
  }

  private static void ipv4(byte[] data, int at, int total, int protocol, int from, int to) {
    Wire.put16(data, at, 0x4500);
    Wire.put16(data, at + Ip.V4_TOTAL_LENGTH, total);
    Wire.put16(data, at + Ip.V4_ID, 0x1234);
    Wire.put16(data, at + Ip.V4_FRAGMENT, 0x4000);
    Wire.put8(data, at + Ip.V4_TTL, 64);
    Wire.put8(data, at + Ip.V4_PROTOCOL, protocol);
    Wire.put16(data, at + Ip.V4_CHECKSUM, 0);
    Wire.put32(data, at + Ip.V4_SOURCE, from);
    Wire.put32(data, at + Ip.V4_DESTINATION, to);
    Wire.put16(data, at + Ip.V4_CHECKSUM, InternetChecksum.of(data, at, 20));
  }

  private static void tcp(byte[] data, int at, int flags) {
    Wire.put16(data, at, 1000);
    Wire.put16(data, at + 2, 2000);
    Wire.put32(data, at + 4, 0xffff_ff00);
    Wire.put32(data, at + 8, 77);
    Wire.put8(data, at + 12, 0x50);
    Wire.put8(data, at + 13, flags);
    Wire.put16(data, at + 14, 500);
    Wire.put32(data, at + 16, 0);
  }

  private static void fill(byte[] data, int at, int bytes) {
    for (int i = 0; i < bytes; i++) {
      data[at + i] = (byte) (i * 31 + (i >> 8));
    }
  }
}

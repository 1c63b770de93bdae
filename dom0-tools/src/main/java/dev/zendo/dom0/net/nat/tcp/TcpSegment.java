package dev.zendo.dom0.net.nat.tcp;

import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.Wire;

/** A TCP segment's header, and where its payload is. Used again and again; not thread-safe. */
public final class TcpSegment {
  /** Bytes of the options that a SYN carries: segment size, window scale, padding. */
  private static final int SYN_OPTIONS = 8;

  private static final int OPTION_END = 0;
  private static final int OPTION_NOP = 1;
  private static final int OPTION_MSS = 2;
  private static final int OPTION_SCALE = 3;

  /** Larger ones count as this (RFC 7323). */
  private static final int MAX_SCALE = 14;

  int sequence;
  int acknowledged;
  int flags;
  int window;
  int mss;
  int scale;
  byte[] data;
  int at;
  int length;

  /**
   * Reads a segment from a packet.
   *
   * @param header offset of a TCP header that is complete, with its options, before {@code end}
   * @param end offset of the first byte behind the payload
   */
  public void parse(byte[] packet, int header, int end) {
    sequence = Wire.i32(packet, header + Ip.TCP_SEQUENCE);
    acknowledged = Wire.i32(packet, header + Ip.TCP_ACKNOWLEDGED);
    flags = Wire.u8(packet, header + Ip.TCP_FLAGS);
    window = Wire.u16(packet, header + Ip.TCP_WINDOW);
    data = packet;
    at = header + (Wire.u8(packet, header + Ip.TCP_DATA_OFFSET) >> 4) * 4;
    length = end - at;
    mss = 0;
    scale = -1;
    if (has(Ip.SYN)) {
      options(header + Ip.TCP_HEADER);
    }
  }

  /** Options that end too late end the list. */
  private void options(int from) {
    int i = from;
    while (i < at) {
      int kind = Wire.u8(data, i);
      if (kind == OPTION_NOP) {
        i++;
        continue;
      }
      int bytes = kind == OPTION_END || i + 1 >= at ? 0 : Wire.u8(data, i + 1);
      if (bytes < 2 || bytes > at - i) {
        return;
      }
      if (kind == OPTION_MSS && bytes == 4) {
        mss = Wire.u16(data, i + 2);
      } else if (kind == OPTION_SCALE && bytes == 3) {
        scale = Math.min(MAX_SCALE, Wire.u8(data, i + 2));
      }
      i += bytes;
    }
  }

  /** Makes it a segment to be sent, without options. */
  TcpSegment set(int seq, int ack, int bits, int wnd, int bytes) {
    sequence = seq;
    acknowledged = ack;
    flags = bits;
    window = wnd;
    length = bytes;
    mss = 0;
    scale = -1;
    data = null;
    return this;
  }

  /** Makes it the answer to itself that refuses it (RFC 9293, 3.10.7.1). */
  public TcpSegment toReset() {
    return has(Ip.ACK)
        ? set(acknowledged, 0, Ip.RST, 0, 0)
        : set(0, sequence + span(), Ip.RST | Ip.ACK, 0, 0);
  }

  /** Bytes of its header when it is written. */
  public int headerBytes() {
    return Ip.TCP_HEADER + (mss == 0 ? 0 : SYN_OPTIONS);
  }

  /** Writes the header, but for ports and checksum, which is 0. */
  public void write(byte[] packet, int header) {
    Wire.put32(packet, header + Ip.TCP_SEQUENCE, sequence);
    Wire.put32(packet, header + Ip.TCP_ACKNOWLEDGED, acknowledged);
    Wire.put8(packet, header + Ip.TCP_DATA_OFFSET, headerBytes() / 4 << 4);
    Wire.put8(packet, header + Ip.TCP_FLAGS, flags);
    Wire.put16(packet, header + Ip.TCP_WINDOW, window);
    // Checksum, and the pointer to urgent data.
    Wire.put32(packet, header + Ip.TCP_CHECKSUM, 0);
    if (mss != 0) {
      int option = header + Ip.TCP_HEADER;
      Wire.put32(packet, option, OPTION_MSS << 24 | 4 << 16 | mss);
      boolean scaled = scale >= 0;
      Wire.put32(packet, option + 4, scaled ? OPTION_NOP << 24 | 0x030300 | scale : 0x01010101);
    }
  }

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Bytes of payload. */
  public int length() {
    return length;
  }

  /** The flags, of {@link Ip}. */
  public int flags() {
    return flags;
  }

  /** Sequence number of the first byte. */
  public int sequence() {
    return sequence;
  }

  /** Sequence number that the sender waits for. */
  public int acknowledged() {
    return acknowledged;
  }

  /** Sequence numbers that it takes. */
  int span() {
    return length + (has(Ip.SYN) ? 1 : 0) + (has(Ip.FIN) ? 1 : 0);
  }
}

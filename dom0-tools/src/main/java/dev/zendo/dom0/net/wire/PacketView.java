package dev.zendo.dom0.net.wire;

/**
 * Where the headers of a packet begin. One instance is used for many packets; not thread-safe.
 *
 * <p>After {@link #parse} said yes, the IP header and all bytes that it announces are inside the
 * frame, and so are the TCP, UDP or ICMP header if {@link #transport} is not negative.
 */
public final class PacketView {
  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int DESTINATION_OPTIONS = 60;

  /** Extension headers that are looked at; a packet with more has no transport header for us. */
  private static final int MAX_EXTENSIONS = 8;

  private int version;
  private int network;
  private int end;
  private int transport;
  private int protocol;
  private boolean fragment;

  /** Reads the headers of an Ethernet frame; false when it is no sound IP packet. */
  public boolean parse(byte[] data, int length) {
    version = 0;
    int type = 0;
    int at = Ip.ETHER_TYPE;
    // Two tags at most, as on a provider's network.
    for (int tags = 0; tags < 3 && at + 2 <= length; tags++) {
      type = Wire.u16(data, at);
      if (type != Ip.TYPE_VLAN && type != Ip.TYPE_SERVICE_VLAN) {
        break;
      }
      at += 4;
    }
    network = at + 2;
    return switch (type) {
      case Ip.TYPE_IPV4 -> parseV4(data, length);
      case Ip.TYPE_IPV6 -> parseV6(data, length);
      default -> false;
    };
  }

  private boolean parseV4(byte[] data, int length) {
    if (length - network < Ip.V4_HEADER || Wire.u8(data, network) >> 4 != 4) {
      return false;
    }
    int header = (Wire.u8(data, network) & 15) * 4;
    int total = Wire.u16(data, network + Ip.V4_TOTAL_LENGTH);
    if (header < Ip.V4_HEADER || total < header || total > length - network) {
      return false;
    }
    int fragmentBits = Wire.u16(data, network + Ip.V4_FRAGMENT);
    version = 4;
    end = network + total;
    protocol = Wire.u8(data, network + Ip.V4_PROTOCOL);
    fragment = (fragmentBits & 0x3fff) != 0;
    findTransport(data, network + header, (fragmentBits & 0x1fff) == 0);
    return true;
  }

  private boolean parseV6(byte[] data, int length) {
    if (length - network < Ip.V6_HEADER || Wire.u8(data, network) >> 4 != 6) {
      return false;
    }
    int total = Ip.V6_HEADER + Wire.u16(data, network + Ip.V6_PAYLOAD_LENGTH);
    if (total > length - network) {
      return false;
    }
    version = 6;
    end = network + total;
    fragment = false;
    boolean first = true;
    int next = Wire.u8(data, network + Ip.V6_NEXT_HEADER);
    int at = network + Ip.V6_HEADER;
    for (int i = 0; isExtension(next); i++) {
      if (i == MAX_EXTENSIONS || end - at < 8) {
        first = false;
        break;
      }
      if (next == FRAGMENT) {
        fragment = true;
        first = (Wire.u16(data, at + 2) & 0xfff8) == 0;
      }
      int bytes = next == FRAGMENT ? 8 : 8 + 8 * Wire.u8(data, at + 1);
      next = Wire.u8(data, at);
      at += bytes;
    }
    protocol = next;
    findTransport(data, at, first);
    return true;
  }

  private static boolean isExtension(int header) {
    return header == HOP_BY_HOP
        || header == ROUTING
        || header == FRAGMENT
        || header == DESTINATION_OPTIONS;
  }

  private void findTransport(byte[] data, int at, boolean first) {
    int bytes =
        switch (protocol) {
          case Ip.TCP -> Ip.TCP_HEADER;
          case Ip.UDP, Ip.ICMP -> Ip.UDP_HEADER;
          default -> -1;
        };
    boolean there = first && bytes > 0 && end - at >= bytes;
    if (there && protocol == Ip.TCP) {
      int header = tcpHeader(data, at);
      there = header >= Ip.TCP_HEADER && header <= end - at;
    }
    transport = there ? at : -1;
  }

  private static int tcpHeader(byte[] data, int at) {
    return (Wire.u8(data, at + Ip.TCP_DATA_OFFSET) >> 4) * 4;
  }

  /** 4 or 6. */
  public int version() {
    return version;
  }

  /** Offset of the IP header. */
  public int network() {
    return network;
  }

  /** Offset of the first byte behind the IP packet; the frame may be longer. */
  public int end() {
    return end;
  }

  /** Offset of the TCP, UDP or ICMP header; negative when there is none that is complete. */
  public int transport() {
    return transport;
  }

  /** The protocol inside IP. */
  public int protocol() {
    return protocol;
  }

  /** Whether this is a fragment of an IP packet, the first one included. */
  public boolean fragment() {
    return fragment;
  }

  /** Offset of the payload of TCP, UDP or ICMP. */
  public int payload(byte[] data) {
    return transport + (protocol == Ip.TCP ? tcpHeader(data, transport) : Ip.UDP_HEADER);
  }

  /** Offset of the checksum of TCP or UDP. */
  int checksum() {
    return transport + (protocol == Ip.TCP ? Ip.TCP_CHECKSUM : Ip.UDP_CHECKSUM);
  }

  /** Whether the packet is one whose checksum a network card would compute. */
  boolean summable() {
    return transport >= 0 && !fragment && (protocol == Ip.TCP || protocol == Ip.UDP);
  }
}

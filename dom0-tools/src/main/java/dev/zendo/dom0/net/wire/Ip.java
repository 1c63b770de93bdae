package dev.zendo.dom0.net.wire;

/** Numbers and offsets of Ethernet, ARP, IP, ICMP, UDP and TCP headers. */
public final class Ip {
  public static final int ETHERNET = 14;
  public static final int ETHER_TYPE = 12;
  public static final int TYPE_IPV4 = 0x800;
  public static final int TYPE_ARP = 0x806;
  public static final int TYPE_VLAN = 0x8100;
  public static final int TYPE_SERVICE_VLAN = 0x88a8;
  public static final int TYPE_IPV6 = 0x86dd;

  /** Most bytes of an IP packet on an Ethernet. */
  public static final int MTU = 1500;

  public static final int V4_HEADER = 20;
  public static final int V4_TOTAL_LENGTH = 2;
  public static final int V4_ID = 4;
  public static final int V4_FRAGMENT = 6;
  public static final int V4_TTL = 8;
  public static final int V4_PROTOCOL = 9;
  public static final int V4_CHECKSUM = 10;
  public static final int V4_SOURCE = 12;
  public static final int V4_DESTINATION = 16;

  /** Of {@link #V4_FRAGMENT}: more fragments follow. */
  public static final int MORE_FRAGMENTS = 0x2000;

  public static final int V6_HEADER = 40;
  public static final int V6_PAYLOAD_LENGTH = 4;
  public static final int V6_NEXT_HEADER = 6;
  public static final int V6_SOURCE = 8;

  public static final int ICMP = 1;
  public static final int TCP = 6;
  public static final int UDP = 17;

  public static final int SOURCE_PORT = 0;
  public static final int DESTINATION_PORT = 2;

  public static final int UDP_HEADER = 8;
  public static final int UDP_LENGTH = 4;
  public static final int UDP_CHECKSUM = 6;

  public static final int TCP_HEADER = 20;
  public static final int TCP_SEQUENCE = 4;
  public static final int TCP_ACKNOWLEDGED = 8;
  public static final int TCP_DATA_OFFSET = 12;
  public static final int TCP_FLAGS = 13;
  public static final int TCP_WINDOW = 14;
  public static final int TCP_CHECKSUM = 16;
  public static final int FIN = 1;
  public static final int SYN = 2;
  public static final int RST = 4;
  public static final int PSH = 8;
  public static final int ACK = 16;
  public static final int CWR = 128;

  private Ip() {}
}

package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.MacAddress;

/**
 * Addresses of a user network, laid out as in QEMU's: the gateway is the second, the name server
 * the third, guests begin at the fifteenth.
 *
 * @param network its first address
 * @param bits of the network's part
 */
public record Lan(int network, int bits) {
  /** 10.0.2.0/24. */
  public static final Lan DEFAULT = new Lan(0x0a00_0200, 24);

  /** 52:55, and the gateway's address behind it. */
  private static final long STATION = 0x5255_0000_0000L;

  private static final int MIN_BITS = 16;
  private static final int MAX_BITS = 27;
  private static final int GATEWAY = 2;
  private static final int DNS = 3;
  private static final int FIRST_GUEST = 15;
  private static final int MAX_GUESTS = 1024;

  /** Checks the network. */
  public Lan {
    if (bits < MIN_BITS || bits > MAX_BITS) {
      throw new IllegalArgumentException("a network has 16 to 27 bits, not " + bits);
    }
    if ((network & ~mask(bits)) != 0) {
      throw new IllegalArgumentException("bits are set behind the first " + bits);
    }
    if (!Destinations.ordinary(network)) {
      throw new IllegalArgumentException(IpAddress.text(network) + " is no network for guests");
    }
  }

  /**
   * Reads {@code 10.0.2.0/24}.
   *
   * @throws IllegalArgumentException when the text is something else
   */
  public static Lan parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,2}")) {
      throw new IllegalArgumentException("'" + text + "' is no network like 10.0.2.0/24");
    }
    int bits = Integer.parseInt(text.substring(slash + 1));
    return new Lan(IpAddress.parse(text.substring(0, slash)), bits);
  }

  private static int mask(int bits) {
    return -1 << (32 - bits);
  }

  int mask() {
    return mask(bits);
  }

  int gateway() {
    return network + GATEWAY;
  }

  int dns() {
    return network + DNS;
  }

  int firstGuest() {
    return network + FIRST_GUEST;
  }

  /** Number of addresses for guests. */
  int guests() {
    return Math.min(MAX_GUESTS, broadcast() - firstGuest());
  }

  int broadcast() {
    return network | ~mask();
  }

  boolean contains(int address) {
    return (address & mask()) == network;
  }

  /** Whether this is an address that a guest may have. */
  boolean guest(int address) {
    return contains(address)
        && address != network
        && address != broadcast()
        && address != gateway()
        && address != dns();
  }

  /** The MAC address of gateway and name server. */
  long station() {
    return STATION | Integer.toUnsignedLong(gateway());
  }

  @Override
  public String toString() {
    return IpAddress.text(network) + "/" + bits + " behind " + new MacAddress(station());
  }
}

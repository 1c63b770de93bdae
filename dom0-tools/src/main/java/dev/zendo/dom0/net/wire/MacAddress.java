package dev.zendo.dom0.net.wire;

import java.util.HexFormat;

/**
 * An Ethernet address.
 *
 * @param value its 48 bits, the first byte highest
 */
public record MacAddress(long value) {
  private static final long GROUP = 1L << 40;
  private static final HexFormat HEX = HexFormat.ofDelimiter(":");

  /** Every station. */
  public static final long BROADCAST = 0xffff_ffff_ffffL;

  /** Keeps 48 bits. */
  public MacAddress {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException("more than 48 bits");
    }
  }

  /**
   * Reads six pairs of hexadecimal digits with colons between them.
   *
   * @throws IllegalArgumentException when the text is something else
   */
  public static MacAddress parse(String text) {
    String[] parts = text.split(":", -1);
    long value = 0;
    boolean sound = parts.length == 6;
    for (int i = 0; sound && i < parts.length; i++) {
      sound = parts[i].matches("[0-9a-fA-F]{1,2}");
      value = sound ? value << 8 | Integer.parseInt(parts[i], 16) : value;
    }
    if (!sound) {
      throw new IllegalArgumentException("'" + text + "' is no MAC address");
    }
    return new MacAddress(value);
  }

  /** Whether an address names a group of stations, or all. */
  public static boolean isGroup(long address) {
    return (address & GROUP) != 0;
  }

  @Override
  public String toString() {
    byte[] bytes = new byte[6];
    Wire.put48(bytes, 0, value);
    return HEX.formatHex(bytes);
  }
}

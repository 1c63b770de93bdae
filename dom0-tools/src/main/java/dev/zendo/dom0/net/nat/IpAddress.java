package dev.zendo.dom0.net.nat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** IPv4 addresses as 32 bits. */
final class IpAddress {
  private IpAddress() {}

  /**
   * Reads four decimal numbers with dots between them; names are never looked up.
   *
   * @throws IllegalArgumentException when the text is something else
   */
  static int parse(String text) {
    String[] parts = text.split("\\.", -1);
    int value = 0;
    boolean sound = parts.length == 4;
    for (int i = 0; sound && i < parts.length; i++) {
      sound = parts[i].matches("[0-9]{1,3}") && Integer.parseInt(parts[i]) < 256;
      value = sound ? value << 8 | Integer.parseInt(parts[i]) : value;
    }
    if (!sound) {
      throw new IllegalArgumentException("'" + text + "' is no IPv4 address");
    }
    return value;
  }

  static String text(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 255)
        + "."
        + (address >>> 8 & 255)
        + "."
        + (address & 255);
  }

  static InetAddress inet(int address) {
    byte[] bytes = {
      (byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address
    };
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  static int of(Inet4Address address) {
    byte[] bytes = address.getAddress();
    return (bytes[0] & 255) << 24 | (bytes[1] & 255) << 16 | (bytes[2] & 255) << 8 | bytes[3] & 255;
  }
}

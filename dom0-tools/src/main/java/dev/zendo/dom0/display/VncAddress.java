package dev.zendo.dom0.display;

import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.DeviceException;

/**
 * Where a VNC server listens.
 *
 * @param host name or address
 * @param display number that is added to port 5900
 * @param orAbove whether a display above it will do when that one is taken
 */
public record VncAddress(String host, int display, boolean orAbove) {
  /** RFC 6143 section 3: display N is at this port plus N. */
  public static final int BASE_PORT = 5900;

  /** The last one that has a port. */
  public static final int MAX_DISPLAY = 65535 - BASE_PORT;

  static VncAddress of(BackendDevice device) throws DeviceException {
    String host = device.back("vnclisten").orElse("127.0.0.1");
    String display = device.back("vncdisplay").orElse("0");
    // xl allows the display behind the address.
    int colon = host.lastIndexOf(':');
    if (colon > 0 && host.indexOf(':') == colon) {
      display = host.substring(colon + 1);
      host = host.substring(0, colon);
    }
    boolean orAbove = device.back("vncunused").map("1"::equals).orElse(true);
    return new VncAddress(host, number(display), orAbove);
  }

  private static int number(String text) throws DeviceException {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= MAX_DISPLAY) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new DeviceException("vncdisplay=" + text + ": use a number from 0 to " + MAX_DISPLAY);
  }

  @Override
  public String toString() {
    return host + ":" + display;
  }
}

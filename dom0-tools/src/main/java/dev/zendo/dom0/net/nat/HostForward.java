package dev.zendo.dom0.net.nat;

/**
 * A port of the host that leads to a guest, in QEMU's syntax: {@code tcp:127.0.0.1:2222-:22}.
 *
 * @param udp whether datagrams are forwarded, and not TCP
 * @param listen address of the host; nobody else's can reach the port by default
 * @param port of the host; 0 for any that is free
 * @param guest address of the guest; 0 for the first that gets one by DHCP
 * @param guestPort the guest's port
 */
public record HostForward(boolean udp, int listen, int port, int guest, int guestPort) {
  private static final int LOOPBACK = 0x7f00_0001;

  /**
   * Reads a forward.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  public static HostForward parse(String text) {
    int dash = text.indexOf('-');
    boolean udp = text.startsWith("udp:");
    if (!udp && !text.startsWith("tcp:") || dash < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is no forward like tcp:127.0.0.1:2222-:22 or udp::5353-:53");
    }
    String host = text.substring(4, dash);
    String guest = text.substring(dash + 1);
    return new HostForward(
        udp, address(host, LOOPBACK), port(host, 0), address(guest, 0), port(guest, 1));
  }

  private static int address(String text, int otherwise) {
    int colon = Math.max(0, text.indexOf(':'));
    return colon == 0 ? otherwise : IpAddress.parse(text.substring(0, colon));
  }

  private static int port(String text, int least) {
    String digits = text.substring(text.indexOf(':') + 1);
    if (text.indexOf(':') >= 0 && digits.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(digits);
      if (port >= least && port <= 0xffff) {
        return port;
      }
    }
    throw new IllegalArgumentException("'" + text + "' is no ADDRESS:PORT");
  }

  @Override
  public String toString() {
    return (udp ? "udp:" : "tcp:") + IpAddress.text(listen) + ":" + port;
  }
}

package dev.zendo.dom0.daemon;

import dev.zendo.dom0.ToolException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where counters can be asked for: not from other hosts, for nobody is asked who he is. */
public final class MetricsAddress {
  private static final String UNIX = "unix:";
  private static final int MAX_PORT = 65535;
  private static final Pattern PORT =
      Pattern.compile("(127(?:\\.\\d{1,3}){3}|\\[::1]|localhost):(\\d{1,5})");

  private MetricsAddress() {}

  /**
   * Reads an address.
   *
   * @throws ToolException one line when it is none
   */
  public static SocketAddress parse(String text) {
    Matcher port = PORT.matcher(text);
    try {
      if (text.startsWith(UNIX) && text.length() > UNIX.length()) {
        return UnixDomainSocketAddress.of(Path.of(text.substring(UNIX.length())).toAbsolutePath());
      }
      if (port.matches() && Integer.parseInt(port.group(2)) <= MAX_PORT) {
        return new InetSocketAddress(
            InetAddress.getByName(port.group(1)), Integer.parseInt(port.group(2)));
      }
    } catch (UnknownHostException | IllegalArgumentException e) {
      throw refused(text);
    }
    throw refused(text);
  }

  private static ToolException refused(String text) {
    return new ToolException(
        text + ": metrics are given at unix:PATH, or at a loopback port such as 127.0.0.1:9177");
  }
}

package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.ToolException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network as the user describes it: {@code
 * name=xenbr0,nat=yes,dhcp=yes,host-loopback=no,net=10.0.2.0/24,hostfwd=tcp:127.0.0.1:2222-:22}.
 *
 * @param name of the switch
 * @param nat whether guests get out through this process
 * @param dhcp whether guests get addresses
 * @param hostLoopback whether the gateway's ports are those of the host's loopback interface
 * @param lan its addresses
 * @param forwards ports of the host that lead to guests
 */
public record NetworkSpec(
    String name,
    boolean nat,
    boolean dhcp,
    boolean hostLoopback,
    Lan lan,
    List<HostForward> forwards) {
  private static final String NAME = "[A-Za-z0-9_.-]{1,64}";

  /** Keeps the forwards as they are now. */
  public NetworkSpec {
    forwards = List.copyOf(forwards);
  }

  /** A network with everything but the host's loopback. */
  public static NetworkSpec usual(String name) {
    return new NetworkSpec(name, true, true, false, Lan.DEFAULT, List.of());
  }

  /** Whether anything but a switch is asked for. */
  public boolean served() {
    return nat || dhcp;
  }

  /**
   * Reads a specification.
   *
   * @param usualName of the network when the text has none
   * @throws ToolException with one line that says what is wrong
   */
  public static NetworkSpec parse(String text, String usualName) {
    NetworkSpec spec = usual(usualName);
    try {
      for (String token : text.split(",", -1)) {
        int equals = token.indexOf('=');
        if (equals < 0) {
          throw new IllegalArgumentException("'" + token + "' is not of the form key=value");
        }
        spec = spec.with(token.substring(0, equals).strip(), token.substring(equals + 1).strip());
      }
      spec.check();
    } catch (IllegalArgumentException e) {
      throw new ToolException("the network \"" + text + "\": " + e.getMessage(), e);
    }
    return spec;
  }

  private NetworkSpec with(String key, String value) {
    return switch (key) {
      case "name" -> new NetworkSpec(checkName(value), nat, dhcp, hostLoopback, lan, forwards);
      case "nat" -> new NetworkSpec(name, yes(key, value), dhcp, hostLoopback, lan, forwards);
      case "dhcp" -> new NetworkSpec(name, nat, yes(key, value), hostLoopback, lan, forwards);
      case "host-loopback" -> new NetworkSpec(name, nat, dhcp, yes(key, value), lan, forwards);
      case "net" -> new NetworkSpec(name, nat, dhcp, hostLoopback, Lan.parse(value), forwards);
      case "hostfwd" -> {
        List<HostForward> more = new ArrayList<>(forwards);
        more.add(HostForward.parse(value));
        yield new NetworkSpec(name, nat, dhcp, hostLoopback, lan, more);
      }
      default ->
          throw new IllegalArgumentException(
              "'" + key + "' is none of name, nat, dhcp, host-loopback, net, hostfwd");
    };
  }

  private static String checkName(String value) {
    if (!value.matches(NAME)) {
      throw new IllegalArgumentException("'" + value + "' is no name for a network");
    }
    return value;
  }

  private static boolean yes(String key, String value) {
    return switch (value) {
      case "yes" -> true;
      case "no" -> false;
      default -> throw new IllegalArgumentException(key + " is yes or no, not '" + value + "'");
    };
  }

  private void check() {
    if (!nat && (hostLoopback || !forwards.isEmpty())) {
      throw new IllegalArgumentException("host-loopback and hostfwd need nat=yes");
    }
    for (HostForward forward : forwards) {
      if (forward.guest() != 0 && !lan.guest(forward.guest())) {
        throw new IllegalArgumentException(
            IpAddress.text(forward.guest()) + " is no guest's address in it");
      }
    }
  }
}

package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.spec.KeyTable;
import dev.zendo.dom0.spec.KeyValues;
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

  private static final KeyTable TABLE =
      KeyTable.of(
              "network",
              "name=xenbr0,nat=yes,dhcp=yes",
              "name",
              "nat",
              "dhcp",
              "host-loopback",
              "net",
              "hostfwd")
          .repeated("hostfwd");

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
    KeyValues values = TABLE.read(text);
    NetworkSpec spec =
        new NetworkSpec(
            values
                .matching("name", NAME, "1 to 64 letters, digits, dots, dashes and underscores")
                .orElse(usualName),
            values.yes("nat", true),
            values.yes("dhcp", true),
            values.yes("host-loopback", false),
            values.read("net", Lan::parse).orElse(Lan.DEFAULT),
            values.readAll("hostfwd", HostForward::parse));
    spec.check(values);
    return spec;
  }

  private void check(KeyValues values) {
    if (!nat && (hostLoopback || !forwards.isEmpty())) {
      throw values.refused("host-loopback and hostfwd need nat=yes");
    }
    for (HostForward forward : forwards) {
      if (forward.guest() != 0 && !lan.guest(forward.guest())) {
        throw values.refused(IpAddress.text(forward.guest()) + " is no guest's address in it");
      }
    }
  }
}

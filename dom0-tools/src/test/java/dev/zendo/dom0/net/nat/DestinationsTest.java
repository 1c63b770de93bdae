package dev.zendo.dom0.net.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationsTest {
  private static final int GATEWAY = 0x0a000202;
  private static final int DNS = 0x0a000203;

  @TempDir Path folder;
  private Path file;
  private long now;
  private Resolvers resolvers;

  @BeforeEach
  void nameServers() throws IOException {
    file = folder.resolve("resolv.conf");
    Files.writeString(file, "# one\nnameserver ::1\nnameserver 127.0.0.53\n nameserver\t9.9.9.9\n");
    resolvers = new Resolvers(file, 53, () -> now);
  }

  private Destinations rules(String spec) {
    return new Destinations(
        NetworkSpec.parse(spec, "a"), resolvers, Set.of(IpAddress.inet(0x0b0b0b0b)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.2.2",
        "10.0.2.15",
        "10.0.2.255",
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "169.254.169.254",
        "11.11.11.11"
      })
  void theHostAndWhatIsNobodysIsOutOfReach(String address) {
    assertNull(rules("nat=yes").find(IpAddress.parse(address), 80));
  }

  @Test
  void theGatewayIsTheHostOnlyWhenThatIsAllowed() {
    InetSocketAddress there = rules("host-loopback=yes").find(GATEWAY, 80);
    assertEquals("/127.0.0.1:80", there.toString());
    assertNull(rules("host-loopback=yes").find(0x7f000001, 80));
    assertNull(rules("host-loopback=yes").find(GATEWAY, 0));
    assertNull(rules("host-loopback=yes").echo(GATEWAY));
  }

  @Test
  void othersAreReachedUnlessThereIsNoWayOut() {
    assertEquals("/1.2.3.4:443", rules("nat=yes").find(0x01020304, 443).toString());
    assertNull(rules("nat=no").find(0x01020304, 443));
    assertNull(rules("nat=no").find(DNS, 53));
  }

  @Test
  void namesAreAskedForWhereTheHostAsks() throws IOException {
    Destinations rules = rules("nat=yes");
    InetSocketAddress first = rules.find(DNS, 53);
    assertEquals("/127.0.0.53:53", first.toString());
    assertNull(rules.find(DNS, 54));
    rules.silent(first);
    rules.silent(first);
    assertEquals("/9.9.9.9:53", rules.find(DNS, 53).toString());
    Files.writeString(file, "nameserver 8.8.8.8\n");
    assertEquals("/9.9.9.9:53", rules.find(DNS, 53).toString());
    now += 11_000_000_000L;
    assertEquals("/8.8.8.8:53", rules.find(DNS, 53).toString());
    Files.delete(file);
    now += 11_000_000_000L;
    assertNull(rules.find(DNS, 53));
  }
}

package dev.zendo.dom0.net.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.ToolException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkSpecTest {
  @Test
  void everythingCanBeSaid() {
    NetworkSpec spec =
        NetworkSpec.parse(
            "name=lan, nat=yes,dhcp=no,host-loopback=yes,net=192.168.7.0/24,"
                + "hostfwd=tcp::2222-:22,hostfwd=udp:0.0.0.0:80-192.168.7.20:8080",
            "xenbr0");
    assertEquals(
        new NetworkSpec(
            "lan",
            true,
            false,
            true,
            new Lan(0xc0a80700, 24),
            List.of(
                new HostForward(false, 0x7f000001, 2222, 0, 22),
                new HostForward(true, 0, 80, 0xc0a80714, 8080))),
        spec);
  }

  @Test
  void theUsualOneHidesTheHost() {
    NetworkSpec spec = NetworkSpec.parse("nat=yes", "xenbr0");
    assertEquals(NetworkSpec.usual("xenbr0"), spec);
    assertFalse(spec.hostLoopback());
    assertTrue(spec.served());
    assertFalse(NetworkSpec.parse("nat=no,dhcp=no", "a").served());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nat",
        "nat=maybe",
        "name=a/b",
        "name=",
        "colour=red",
        "net=10.0.2.0",
        "net=10.0.2.1/24",
        "net=10.0.2.0/28",
        "net=10.0.0.0/8",
        "net=127.0.0.0/24",
        "net=300.0.2.0/24",
        "nat=no,host-loopback=yes",
        "nat=no,hostfwd=tcp::1-:1",
        "hostfwd=sctp::1-:1",
        "hostfwd=udp::1",
        "hostfwd=tcp:2222",
        "hostfwd=tcp::70000-:22",
        "hostfwd=tcp::22-:0",
        "hostfwd=tcp:localhost:22-:22",
        "hostfwd=tcp::22-10.0.3.15:22",
        "hostfwd=tcp::22-10.0.2.2:22"
      })
  void mistakesAreNamed(String text) {
    assertThrows(ToolException.class, () -> NetworkSpec.parse(text, "xenbr0"));
  }
}

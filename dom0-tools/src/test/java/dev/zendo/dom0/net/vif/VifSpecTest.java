package dev.zendo.dom0.net.vif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.net.bridge.RateLimit;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VifSpecTest {
  private static final UUID DOMAIN = UUID.fromString("6d4ad1f0-1c5a-4b6e-9d1f-3b5b8d9f0a11");

  @Test
  void keysOfXlAreWrittenAsLibxlDoes() {
    VifSpec spec =
        VifSpec.parse(
            "mac=00:16:3E:01:02:03, bridge=br1,rate=10Mb/s@20ms,ip=10.0.0.5,vifname=web,mtu=9000,"
                + "script=vif-bridge,type=vif,model=e1000,backend=0,gatewaydev=eth0");
    Map<String, String> back = spec.back(DOMAIN, 3);
    assertEquals("00:16:3e:01:02:03", back.get("mac"));
    assertEquals("br1", back.get("bridge"));
    assertEquals("25000,20000", back.get("rate"));
    assertEquals("10.0.0.5", back.get("ip"));
    assertEquals("web", back.get("vifname"));
    assertEquals("9000", back.get("mtu"));
    assertEquals("3", back.get("handle"));
    assertEquals("vif", back.get("type"));
    assertEquals("eth0", back.get("gatewaydev"));
    Map<String, String> front = spec.front(DOMAIN, 3);
    assertEquals(
        Map.of("handle", "3", "mac", "00:16:3e:01:02:03", "mtu", "9000", "trusted", "1"), front);
  }

  @Test
  void nothingMeansTheUsualNetwork() {
    Map<String, String> back = VifSpec.parse("").back(DOMAIN, 0);
    assertEquals("xenbr0", back.get("bridge"));
    assertTrue(back.get("mac").startsWith("00:16:3e:"));
    assertFalse(back.containsKey("rate"));
  }

  @Test
  void aMissingAddressIsTheSameEachTime() {
    assertEquals(VifSpec.derivedMac(DOMAIN, 0), VifSpec.derivedMac(DOMAIN, 0));
    assertNotEquals(VifSpec.derivedMac(DOMAIN, 0), VifSpec.derivedMac(DOMAIN, 1));
    assertNotEquals(VifSpec.derivedMac(DOMAIN, 0), VifSpec.derivedMac(new UUID(1, 2), 0));
    assertEquals(0, VifSpec.derivedMac(DOMAIN, 0).value() & 0x80_0000);
  }

  /** Values computed by xl's rules: decimal factors, bits by b, 50 ms by default. */
  @ParameterizedTest
  @CsvSource({
    "10Mb/s, 62500, 50000",
    "250KB/s, 12500, 50000",
    "1MB/s@20ms, 20000, 20000",
    "1GB/s@1000us, 1000000, 1000",
    "100B/s@1s, 100, 1000000",
    "8b/s@2, 2, 2000000"
  })
  void ratesAreReadAsByXl(String text, long bytes, long micros) {
    assertEquals(new RateLimit(bytes, micros), VifRate.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rate=10M",
        "rate=0b/s",
        "rate=9999999999B/s",
        "rate=1MB/s@0s",
        "rate=1B/s@9999999s",
        "mac=00:16:3e:01:02",
        "mac=01:16:3e:01:02:03",
        "bridge=",
        "bridge=a/b",
        "nonsense",
        "color=red",
        "bridge=a,bridge=b",
        "mtu=10",
        "type=ioemu",
        "devid=-1",
        "backend=storage",
        "antispoof=maybe"
      })
  void errorsAreOneLine(String text) {
    ToolException e = assertThrows(ToolException.class, () -> VifSpec.parse(text));
    assertFalse(e.getMessage().contains("\n"));
    assertTrue(e.getMessage().length() > 10);
  }
}

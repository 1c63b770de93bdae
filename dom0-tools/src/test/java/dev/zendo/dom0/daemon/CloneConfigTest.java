package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloneConfigTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'';''",
        "bridge=b;bridge=b",
        "mac=00:16:3e:01:02:03;''",
        "bridge=b, MAC = 00:16:3e:01:02:03,rate=10Mb/s;bridge=b,rate=10Mb/s",
        "ip=10.0.0.1,mac=aa:00:16:3e:01:02;ip=10.0.0.1"
      })
  void aCloneDoesNotInheritTheAddress(String text, String without) {
    assertEquals(without, CloneConfig.withoutMac(text));
  }
}

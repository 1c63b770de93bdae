package dev.zendo.dom0.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DomainKeysTest {
  @Test
  void timesHaveTwoDecimals() {
    assertEquals("0.00", DomainKeys.seconds(9));
    assertEquals("1792310400.05", DomainKeys.seconds(1_792_310_400_059L));
    assertEquals("12.99", DomainKeys.seconds(12_999));
  }
}

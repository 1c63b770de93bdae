package dev.zendo.dom0.builder;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zendo.dom0.ToolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of processors as xl.cfg writes them. */
class SchedulingSpecTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      value = {
        "all : -1",
        "0 : 1",
        "0-3 : 15",
        "0-3,5,^1 : 45",
        "^1, 0-3 : 13",
        "all,^0 : -2",
        "63 : -9223372036854775808",
        "0-63 : -1",
      })
  void listsNameProcessors(String list, long bits) {
    assertEquals(bits, SchedulingSpec.processors(list));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "64", "-1", "1-", "3-1", "0x1", "^1", "0,^0", "99999999999"})
  void othersAreRefused(String list) {
    assertThrows(ToolException.class, () -> SchedulingSpec.processors(list));
  }

  @Test
  void processorsThatTheMachineHasNotAreRefused() {
    SchedulingSpec second = new SchedulingSpec(256, 0, 2);
    assertThrows(ToolException.class, () -> second.checkFor(1));
    assertDoesNotThrow(() -> second.checkFor(2));
    assertDoesNotThrow(() -> SchedulingSpec.DEFAULT.checkFor(1));
  }
}

package dev.zendo.dom0.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the text of a configuration is as JSON. */
class SettingsTest {
  private static String json(String value) {
    return Settings.ofText("f.cfg", "key = '" + value + "'").json().get("key").toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "7", "10", "256", "999999999999999"})
  void plainNumbersAreNumbers(String text) {
    assertEquals(text, json(text));
  }

  /** Readers differ about them, or would show another text. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "007", "00", "-1", "+1", "1.5", "0x10", "1e3", "12a", "1000000000000000", "٣"})
  void othersAreTexts(String text) {
    assertEquals('"' + text + '"', json(text));
  }
}

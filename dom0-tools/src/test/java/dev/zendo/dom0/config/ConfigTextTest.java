package dev.zendo.dom0.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTextTest {
  private static Object value(String text, String key) {
    return ConfigText.parse("f.cfg", text).get(key).value();
  }

  @Test
  void readsWhatXlsExamplesHave() {
    String text =
        """
        # a comment
        name = "example.pvlinux"   # behind a value
        memory = 128; vcpus = 0x2
        disk = [ '/dev/vg/guest-volume,raw,xvda,rw',
                 # a comment in the list
                 "file:/b.img,xvdb,w",
               ]
        vif = [ '' ]
        empty = []
        nested = [ ['a', 'b'], 1 ]
        extra = "root=/dev/xvda1"
        """;
    Map<String, Setting> all = ConfigText.parse("f.cfg", text);
    assertEquals("example.pvlinux", all.get("name").value());
    assertEquals("128", all.get("memory").value());
    assertEquals("0x2", all.get("vcpus").value());
    assertEquals(
        List.of("/dev/vg/guest-volume,raw,xvda,rw", "file:/b.img,xvdb,w"), all.get("disk").value());
    assertEquals(List.of(""), all.get("vif").value());
    assertEquals(List.of(), all.get("empty").value());
    assertEquals(List.of(List.of("a", "b"), "1"), all.get("nested").value());
    assertEquals("f.cfg:3", all.get("vcpus").place());
    assertEquals("f.cfg:11", all.get("extra").place());
  }

  @Test
  void stringsHaveEscapes() {
    assertEquals("a\"b'c\\d\te\nfAg", value("k = \"a\\\"b\\'c\\\\d\\te\\nf\\x41g\"", "k"));
    assertEquals("A1", value("k = '\\1011'", "k"));
  }

  @Test
  void aSecondValueCountsAndPlusAdds() {
    assertEquals("b", value("k='a'\nk='b'", "k"));
    assertEquals("ab", value("k='a'\nk+='b'", "k"));
    assertEquals(List.of("a", "b"), value("k=['a']\nk+=['b']", "k"));
    assertEquals(List.of("b"), value("k+=['b']", "k"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name = web|f.cfg:1: expected a string in quotes, a number or a list in brackets, found a"
            + " key",
        "name 'web'|f.cfg:1: expected = behind name, found a string",
        "= 3|f.cfg:1: expected KEY = VALUE, found =",
        "k = 'a' 'b'|f.cfg:1: expected the end of the line or ; behind the value of k, found a"
            + " string",
        "k = ['a' 'b']|f.cfg:1: expected , or ] in the list, found a string",
        "k = ['a'|f.cfg:1: expected , or ] in the list, found the end of the file",
        "k = \"a|f.cfg:1: the string has no end; close it with \" on the same line",
        "k = 1\\nk += ['a']|f.cfg:2: += adds a list to a list, or a string to a string",
        "k = '\\\\q'|f.cfg:1: a backslash is followed by none of \\ ' \" a b f n r t v x 0-7",
      })
  void refusesWithThePlace(String text, String message) {
    String real = text.replace("\\n", "\n").replace("\\\\", "\\");
    assertEquals(
        message,
        assertThrows(ConfigException.class, () -> ConfigText.parse("f.cfg", real)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"import os", "def f(): pass", "k = -1", "k = {'a': 1}"})
  void pythonIsNamed(String text) {
    String message =
        assertThrows(ConfigException.class, () -> ConfigText.parse("f.cfg", text)).getMessage();
    assertTrue(message.startsWith("f.cfg:1: "), message);
  }

  @Test
  void anyTextIsReadOrRefused() {
    Random random = new Random(5);
    String alphabet = "ab_=+[],;'\"\\\n# \t019x.-{";
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(40); j > 0; j--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        ConfigText.parse("f.cfg", text.toString());
      } catch (ConfigException e) {
        assertTrue(e.getMessage().startsWith("f.cfg:"), e.getMessage());
      }
    }
    String deep = "k=" + "[".repeat(100_000);
    assertThrows(ConfigException.class, () -> ConfigText.parse("f.cfg", deep));
  }
}

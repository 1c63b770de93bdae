package dev.zendo.dom0.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.ToolException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Descriptions in one line, as users write them. */
class KeyValuesTest {
  private static final KeyTable TABLE =
      KeyTable.of("thing", "colour=red,size=3", "colour", "size", "many", "empty", "rest")
          .repeated("many")
          .emptied("empty")
          .last("rest")
          .words("flag");

  private static String refusal(String text, Function<KeyValues, Object> look) {
    ToolException e = assertThrows(ToolException.class, () -> look.apply(TABLE.read(text)));
    assertEquals(1, e.getMessage().lines().count());
    return e.getMessage();
  }

  @Test
  void whiteSpaceDoesNotCount() {
    KeyValues values = TABLE.read(" colour = dark red ,flag, many=1,many= 2,empty=, rest=a,b=c");
    assertEquals(Optional.of("dark red"), values.find("colour"));
    assertEquals(List.of("1", "2"), values.all("many"));
    assertEquals(List.of("flag"), values.words());
    assertEquals(Optional.empty(), values.find("empty"));
    assertEquals(Optional.of("a,b=c"), values.find("rest"));
    assertEquals(Optional.empty(), values.find("size"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'colour=red,colour=blue'|the key colour is there twice; leave one out",
        "'colour='|the key colour has no value; write colour=red,size=3",
        "'colour=red,'|\"\" is not of the form key=value; write colour=red,size=3",
        "'red'|\"red\" is not of the form key=value; write colour=red,size=3",
        "'color=red'|unknown key \"color\"; did you mean colour?",
        "'xyzzyplugh=1'|unknown key \"xyzzyplugh\"; write colour=red,size=3",
        "'=1'|unknown key \"\"; write colour=red,size=3",
      })
  void mistakesAreNamed(String text, String why) {
    assertEquals("thing \"" + text + "\": " + why, refusal(text, KeyValues::words));
  }

  @ParameterizedTest
  @CsvSource({
    "1,1",
    "500,500",
    "64k,65536",
    "64K,65536",
    "20M,20971520",
    "3G,3221225472",
    "8388607T,-1"
  })
  void sizesHaveFactors(String text, long size) {
    long expected = size < 0 ? 8388607L << 40 : size;
    assertEquals(OptionalLong.of(expected), TABLE.read("size=" + text).size("size"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "fast", "1m", "8388608T", "9223372036854775808", "1 k", "k"})
  void whatIsNoSizeIsRefused(String text) {
    String message = refusal("size=" + text, values -> values.size("size"));
    assertTrue(message.endsWith("use a number such as 500 or 20M"), message);
  }

  @Test
  void numbersHaveRanges() {
    assertEquals(OptionalInt.of(7), TABLE.read("size=7").number("size", 7, 7));
    for (String text : List.of("6", "8", "-7", "0x7", "99999999999", "4294967303")) {
      String message = refusal("size=" + text, values -> values.number("size", 7, 7));
      assertTrue(message.endsWith("size=" + text + "; use a number from 7 to 7"), message);
    }
  }

  @Test
  void yesAndNoInTheWordsOfXl() {
    for (String yes : List.of("1", "yes", "true", "on")) {
      assertTrue(TABLE.read("size=" + yes).yes("size", false));
    }
    for (String no : List.of("0", "no", "false", "off")) {
      assertFalse(TABLE.read("size=" + no).yes("size", true));
    }
    assertTrue(TABLE.read("colour=red").yes("size", true));
    assertTrue(refusal("size=maybe", v -> v.yes("size", true)).endsWith("use yes or no"));
  }

  @Test
  void choicesAndForms() {
    assertEquals("red", TABLE.read("size=1").oneOf("colour", "red", "blue"));
    assertTrue(
        refusal("colour=green", v -> v.oneOf("colour", "red", "blue"))
            .endsWith("colour=green; use red or blue"));
    assertTrue(
        refusal("colour=a b", v -> v.matching("colour", "\\w+", "letters"))
            .endsWith("colour=a b; use letters"));
    assertTrue(refusal("size=1", v -> v.require("colour")).contains("no colour; write "));
    assertEquals(Optional.of(12), TABLE.read("size=12").read("size", Integer::valueOf));
    assertTrue(refusal("size=x", v -> v.read("size", Integer::valueOf)).contains("\"x\""));
  }

  @Test
  void blanksAndCapitalsWhereTheyAreAllowed() {
    KeyTable lenient = KeyTable.of("thing", "a=1", "a").blanks().anyCase().positions();
    KeyValues values = lenient.read(",A=1, ,x,");
    assertEquals(Optional.of("1"), values.find("a"));
    assertEquals(List.of("x"), values.positions());
    assertEquals(List.of("", "x", ""), KeyTable.of("t", "a=1").positions().read(",x,").positions());
  }

  /** Whatever is read, or refused in one line, nothing else is thrown. */
  @Test
  void anyTextIsReadOrRefused() {
    Random random = new Random(4);
    String alphabet = "colour=,ste rs\n\u0000\u20ac\ud83d1M";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(20); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        TABLE.read(text.toString()).size("size");
      } catch (ToolException e) {
        assertEquals(1, e.getMessage().lines().count());
      }
    }
  }
}

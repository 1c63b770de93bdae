package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The daemon's JSON against Jackson's own object mapper. */
class JsonTest {
  private static final ObjectMapper OTHER = new ObjectMapper();

  private static ObjectNode everything() {
    ObjectNode all = Json.object().put("int", -1).put("long", Long.MIN_VALUE).put("double", 0.1);
    all.put("big", BigInteger.ONE.shiftLeft(80)).put("text", "a\"\\\n\u0000\u00e4\ud83d\ude00");
    all.put("yes", true).put("no", false).putNull("nothing").put("nan", Double.NaN);
    all.putArray("list").add(1).add("x").addObject().putArray("empty");
    return all;
  }

  @Test
  void treesAreWrittenAsAMapperWritesThem() throws Exception {
    ObjectNode all = everything();
    String line = new String(Json.line(all), StandardCharsets.UTF_8);
    assertEquals(OTHER.writeValueAsString(all) + "\n", line);
    assertEquals(OTHER.writerWithDefaultPrettyPrinter().writeValueAsString(all), Json.pretty(all));
  }

  @Test
  void whatIsWrittenIsReadAsAMapperReadsIt() throws Exception {
    String text = new String(Json.line(everything()), StandardCharsets.UTF_8);
    JsonNode read = Json.parse(text);
    assertEquals(OTHER.readTree(text), read);
    assertEquals(Json.parse(Json.pretty(everything())), read);
  }

  @Test
  void nothingIsAMissingValue() {
    assertTrue(Json.parse(" ").isMissingNode());
  }

  @Test
  void whatIsNoJsonIsRefused() {
    for (String text : new String[] {"{", "[1,", "{\"a\":}", "nul", "{\"a\" 1}", "\"", "]", "01"}) {
      assertThrows(DaemonException.class, () -> Json.parse(text), text);
    }
  }

  @Test
  void whatNestsWithoutEndIsRefused() {
    assertThrows(DaemonException.class, () -> Json.parse("[".repeat(100_000)));
  }
}

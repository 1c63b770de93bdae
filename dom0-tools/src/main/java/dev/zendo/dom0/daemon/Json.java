package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/** JSON as the daemon and its clients exchange it: one value to a line. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** An empty object. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** An empty list. */
  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** A value on one line, with the line's end. */
  public static byte[] line(JsonNode value) {
    return (value + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** A value for people to read. */
  public static String pretty(JsonNode value) {
    return value.toPrettyString();
  }

  /**
   * Reads a value.
   *
   * @throws DaemonException when it is none
   */
  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new DaemonException(
          DaemonException.Kind.BAD_REQUEST, "no JSON: " + e.getOriginalMessage());
    }
  }
}

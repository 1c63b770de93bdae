package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * JSON as the daemon and its clients exchange it: one value to a line. Trees are read and written
 * token by token: an object mapper, which could do more, would take a third of the time in which a
 * client of the daemon starts.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Json() {}

  /** An empty object. */
  public static ObjectNode object() {
    return NODES.objectNode();
  }

  /** An empty list. */
  public static ArrayNode array() {
    return NODES.arrayNode();
  }

  /** A value on one line, with the line's end. */
  public static byte[] line(JsonNode value) {
    return (text(value, null) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** A value for people to read. */
  public static String pretty(JsonNode value) {
    return text(value, new DefaultPrettyPrinter());
  }

  private static String text(JsonNode value, PrettyPrinter printer) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      out.setPrettyPrinter(printer);
      write(value, out);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing fails in memory", e);
    }
    return text.toString();
  }

  private static void write(JsonNode value, JsonGenerator out) throws IOException {
    switch (value.getNodeType()) {
      case OBJECT:
        out.writeStartObject();
        for (Map.Entry<String, JsonNode> field : value.properties()) {
          out.writeFieldName(field.getKey());
          write(field.getValue(), out);
        }
        out.writeEndObject();
        break;
      case ARRAY:
        out.writeStartArray();
        for (JsonNode each : value) {
          write(each, out);
        }
        out.writeEndArray();
        break;
      case STRING:
        out.writeString(value.textValue());
        break;
      case BOOLEAN:
        out.writeBoolean(value.booleanValue());
        break;
      case NUMBER:
        writeNumber(value, out);
        break;
      default:
        out.writeNull();
    }
  }

  private static void writeNumber(JsonNode value, JsonGenerator out) throws IOException {
    if (value.isFloatingPointNumber()) {
      out.writeNumber(value.doubleValue());
    } else if (value.canConvertToLong()) {
      out.writeNumber(value.longValue());
    } else {
      out.writeNumber(value.bigIntegerValue());
    }
  }

  /**
   * Reads a value; nothing at all is a missing one.
   *
   * @throws DaemonException when it is none
   */
  public static JsonNode parse(String text) {
    try (JsonParser in = FACTORY.createParser(text)) {
      return in.nextToken() == null ? MissingNode.getInstance() : read(in);
    } catch (JsonProcessingException e) {
      throw new DaemonException(
          DaemonException.Kind.BAD_REQUEST, "no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("nothing fails in memory", e);
    }
  }

  /** The value that begins at the token; the parser bounds how deep it nests. */
  private static JsonNode read(JsonParser in) throws IOException {
    switch (in.currentToken()) {
      case START_OBJECT:
        ObjectNode object = object();
        while (in.nextToken() != JsonToken.END_OBJECT) {
          String name = in.currentName();
          in.nextToken();
          object.set(name, read(in));
        }
        return object;
      case START_ARRAY:
        ArrayNode array = array();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(in));
        }
        return array;
      case VALUE_STRING:
        return NODES.textNode(in.getText());
      case VALUE_TRUE:
      case VALUE_FALSE:
        return NODES.booleanNode(in.getBooleanValue());
      case VALUE_NUMBER_FLOAT:
        return NODES.numberNode(in.getDoubleValue());
      case VALUE_NUMBER_INT:
        return number(in);
      default:
        return NODES.nullNode();
    }
  }

  private static JsonNode number(JsonParser in) throws IOException {
    switch (in.getNumberType()) {
      case INT:
        return NODES.numberNode(in.getIntValue());
      case LONG:
        return NODES.numberNode(in.getLongValue());
      default:
        return NODES.numberNode(in.getBigIntegerValue());
    }
  }
}

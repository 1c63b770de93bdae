package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;

/** JSON laid out as libxl has yajl print it. */
final class YajlText {
  private static final String INDENT = "    ";

  private YajlText() {}

  /** A value, without an end of the line behind it. */
  static String of(JsonNode value) {
    StringBuilder out = new StringBuilder();
    write(out, "\n", value);
    return out.toString();
  }

  /**
   * Writes a value.
   *
   * @param line what begins a line at the level of the value: the end of the one before and blanks
   */
  private static void write(StringBuilder out, String line, JsonNode value) {
    if (!value.isContainerNode()) {
      out.append(value);
      return;
    }
    out.append(value.isObject() ? '{' : '[');
    String inner = line + INDENT;
    if (value.isEmpty()) {
      out.append('\n');
    } else if (value.isObject()) {
      members(out, inner, value);
    } else {
      elements(out, inner, value);
    }
    out.append(line).append(value.isObject() ? '}' : ']');
  }

  private static void members(StringBuilder out, String line, JsonNode object) {
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      out.append(line).append('"').append(name).append("\": ");
      write(out, line, object.get(name));
      out.append(names.hasNext() ? "," : "");
    }
  }

  private static void elements(StringBuilder out, String line, JsonNode list) {
    for (int i = 0; i < list.size(); i++) {
      out.append(i == 0 ? "" : ",").append(line);
      write(out, line, list.get(i));
    }
  }
}

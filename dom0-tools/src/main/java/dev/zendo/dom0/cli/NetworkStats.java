package dev.zendo.dom0.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What networks did, for a report.
 *
 * @param networks as {@link dev.zendo.dom0.net.Networks#metrics} has it
 */
record NetworkStats(Map<String, Map<String, Object>> networks) {
  /** One line for each port, and one for the way out. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    networks.forEach((name, parts) -> add("network " + name, parts, lines));
    return lines;
  }

  private static void add(String name, Map<?, ?> parts, List<String> lines) {
    StringBuilder numbers = new StringBuilder();
    for (Map.Entry<?, ?> part : parts.entrySet()) {
      if (part.getValue() instanceof Map<?, ?> group) {
        add(name + ", " + part.getKey(), group, lines);
      } else if (part.getValue() instanceof Number number && number.longValue() != 0) {
        numbers.append(numbers.isEmpty() ? ": " : ", ");
        numbers.append(part.getKey()).append(' ').append(number);
      }
    }
    if (!numbers.isEmpty()) {
      lines.add(name + numbers);
    }
  }

  /** Writes the field {@code networks}: an object of objects. */
  void write(JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("networks");
    fields(networks, out);
    out.writeEndObject();
  }

  /** Writes numbers and texts by name, and groups of them. */
  static void fields(Map<?, ?> parts, JsonGenerator out) throws IOException {
    for (Map.Entry<?, ?> part : parts.entrySet()) {
      out.writeFieldName(part.getKey().toString());
      if (part.getValue() instanceof Map<?, ?> group) {
        out.writeStartObject();
        fields(group, out);
        out.writeEndObject();
      } else {
        out.writeObject(part.getValue());
      }
    }
  }
}

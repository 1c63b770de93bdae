package dev.zendo.dom0.daemon;

import java.util.Map;

/** Numbers with names in Prometheus' text format, version 0.0.4. Not thread-safe. */
final class MetricsText {
  /** What such a text is, for HTTP. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder out = new StringBuilder();
  private String family = "";

  /**
   * Begins the numbers of one name.
   *
   * @param type {@code counter} or {@code gauge}
   * @param help one line for people
   */
  void family(String name, String type, String help) {
    family = name;
    String line = help.replace("\\", "\\\\").replace("\n", "\\n");
    out.append("# HELP ").append(name).append(' ').append(line).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /** Adds a number to the family. */
  void sample(Map<String, String> labels, double value) {
    out.append(family);
    String separator = "{";
    for (Map.Entry<String, String> label : labels.entrySet()) {
      out.append(separator).append(label.getKey()).append("=\"");
      escape(label.getValue());
      out.append('"');
      separator = ",";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
    out.append(labels.isEmpty() ? " " : "} ");
    if (whole) {
      out.append((long) value);
    } else {
      out.append(value);
    }
    out.append('\n');
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '"' -> out.append("\\\"");
        case '\n' -> out.append("\\n");
        default -> out.append(c);
      }
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}

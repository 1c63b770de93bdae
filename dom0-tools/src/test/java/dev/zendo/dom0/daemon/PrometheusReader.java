package dev.zendo.dom0.daemon;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Prometheus' text format as its description has it: HELP and TYPE once before the samples of
 * a name, samples of a name together, no series twice. Complains about anything else.
 */
final class PrometheusReader {
  private static final Pattern COMMENT =
      Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*})? (\\S+)");

  private final Map<String, String> types = new LinkedHashMap<>();
  private final Map<String, String> helps = new HashMap<>();

  /** Values by name and labels, such as {@code up{a=b, c=d}}; labels are sorted. */
  final Map<String, Double> values = new LinkedHashMap<>();

  PrometheusReader(String text) {
    check(text.endsWith("\n"), "the last line has no end");
    String family = "";
    for (String line : text.split("\n")) {
      Matcher comment = COMMENT.matcher(line);
      if (comment.matches()) {
        boolean help = comment.group(1).equals("HELP");
        String before = (help ? helps : types).putIfAbsent(comment.group(2), comment.group(3));
        check(before == null, "twice: " + line);
        check(help || comment.group(3).matches("counter|gauge"), "type: " + line);
        family = comment.group(2);
      } else {
        check(!line.startsWith("#"), "comment: " + line);
        sample(line, family);
      }
    }
    check(types.keySet().equals(helps.keySet()), "each name has HELP and TYPE");
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private void sample(String line, String family) {
    Matcher sample = SAMPLE.matcher(line);
    check(sample.matches(), "no sample: " + line);
    check(sample.group(1).equals(family), "outside of its family: " + line);
    check(types.containsKey(family), "without TYPE: " + line);
    check(types.get(family).equals("gauge") || family.endsWith("_total"), "name: " + line);
    double value = Double.parseDouble(sample.group(3));
    check(types.get(family).equals("gauge") || value >= 0, "counts down: " + line);
    String labels = sample.group(2) == null ? "{}" : labels(sample.group(2)).toString();
    check(values.put(family + labels, value) == null, "series twice: " + line);
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new TreeMap<>();
    int at = 1;
    while (text.charAt(at) != '}') {
      int equals = text.indexOf('=', at);
      String name = text.substring(at, equals);
      check(name.matches("[a-zA-Z_][a-zA-Z0-9_]*"), "label: " + text);
      check(text.charAt(equals + 1) == '"', "label: " + text);
      StringBuilder value = new StringBuilder();
      at = equals + 2;
      for (; text.charAt(at) != '"'; at++) {
        char c = text.charAt(at);
        if (c == '\\') {
          at++;
          int escape = "\\\"n".indexOf(text.charAt(at));
          check(escape >= 0, "escape: " + text);
          c = "\\\"\n".charAt(escape);
        }
        value.append(c);
      }
      check(labels.put(name, value.toString()) == null, "label twice: " + text);
      at++;
      if (text.charAt(at) == ',') {
        at++;
      }
    }
    check(at == text.length() - 1, "behind the labels: " + text);
    return labels;
  }
}

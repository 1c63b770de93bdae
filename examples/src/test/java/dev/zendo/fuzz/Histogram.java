package dev.zendo.fuzz;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts calls by operation and result from the lines of a trace: how many get past the checks of
 * their arguments shows how deep programs go. Thread-safe.
 */
final class Histogram {
  private final Map<String, Map<String, LongAdder>> counts = new ConcurrentHashMap<>();

  /** Takes a line such as {@code 0.000123 d1v0 sched_op(SCHEDOP_poll, arg=0x1) = -EINVAL}. */
  void line(String line) {
    int open = line.indexOf('(');
    int result = line.lastIndexOf(" = ");
    if (open < 0 || result < 0) {
      return;
    }
    String name = line.substring(line.lastIndexOf(' ', open) + 1, open);
    int end = open + 1;
    while (isName(line.charAt(end), end > open + 1)) {
      end++;
    }
    String operation = line.substring(open + 1, end);
    String value = line.substring(result + 3).split("[ :]", 2)[0];
    boolean error = value.startsWith("-E");
    String key = operation.isEmpty() ? name : name + " " + operation;
    counts
        .computeIfAbsent(key, k -> new ConcurrentHashMap<>())
        .computeIfAbsent(error ? value : "ok", v -> new LongAdder())
        .increment();
  }

  /** Names of operations start with a capital; names of arguments do not. */
  private static boolean isName(char c, boolean inside) {
    return Character.isUpperCase(c) || inside && (c == '_' || Character.isLetterOrDigit(c));
  }

  /** One line for each operation. */
  String text() {
    StringBuilder out = new StringBuilder();
    long good = 0;
    long all = 0;
    for (Map.Entry<String, Map<String, LongAdder>> entry : new TreeMap<>(counts).entrySet()) {
      long sum = entry.getValue().values().stream().mapToLong(LongAdder::sum).sum();
      LongAdder none = new LongAdder();
      long ok = entry.getValue().getOrDefault("ok", none).sum();
      good += ok;
      all += sum;
      out.append(
          String.format(
              Locale.ROOT,
              "%-50s %9d %5.1f%%  %s%n",
              entry.getKey(),
              sum,
              100.0 * ok / sum,
              new TreeMap<>(entry.getValue())));
    }
    double share = 100.0 * good / Math.max(1, all);
    return out.append(String.format(Locale.ROOT, "%-50s %9d %5.1f%%%n", "all", all, share))
        .toString();
  }
}

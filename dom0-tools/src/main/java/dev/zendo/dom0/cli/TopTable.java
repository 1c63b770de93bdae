package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Makes the lines of {@code zl top} of the daemon's counters, now and a moment before. */
final class TopTable {
  private final boolean fullNames;
  private final TopColumn sort;

  /**
   * A table.
   *
   * @param fullNames whether names are not cut to the column's width
   * @param sort the column by which domains are sorted
   */
  TopTable(boolean fullNames, TopColumn sort) {
    this.fullNames = fullNames;
    this.sort = sort;
  }

  /** The same, sorted by the column to the right, behind the last by the first. */
  TopTable sortedByNext() {
    int next = (TopColumn.ALL.indexOf(sort) + 1) % TopColumn.ALL.size();
    return new TopTable(fullNames, TopColumn.ALL.get(next));
  }

  /**
   * The header, and a line for each domain.
   *
   * @param before null for the first time
   */
  List<String> lines(JsonNode before, JsonNode now) {
    List<TopRow> rows = new ArrayList<>();
    for (JsonNode domain : now.path("domains")) {
      rows.add(new TopRow(domain, percent(before, now, domain), now.path("memory_kib").asLong()));
    }
    rows.sort(sort.order().thenComparing(Comparator.comparingInt(TopRow::id)));

    List<StringBuilder> lines = new ArrayList<>();
    for (int i = 0; i <= rows.size(); i++) {
      lines.add(new StringBuilder());
    }
    for (TopColumn column : TopColumn.ALL) {
      add(column, rows, lines);
    }
    return lines.stream().map(StringBuilder::toString).toList();
  }

  private void add(TopColumn column, List<TopRow> rows, List<StringBuilder> lines) {
    List<String> texts = new ArrayList<>();
    texts.add(column.header());
    rows.forEach(row -> texts.add(cell(column, row)));
    int width = column.width();
    for (String text : texts) {
      width = Math.max(width, text.length());
    }
    for (int i = 0; i < texts.size(); i++) {
      StringBuilder line = lines.get(i);
      line.append(line.length() == 0 ? "" : " ");
      line.append(" ".repeat(width - texts.get(i).length())).append(texts.get(i));
    }
  }

  private String cell(TopColumn column, TopRow row) {
    String text = column.text().apply(row);
    boolean cut = column.equals(TopColumn.NAME) && !fullNames && text.length() > column.width();
    return cut ? text.substring(0, column.width()) : text;
  }

  /** What xentop shows above the table. */
  List<String> summary(JsonNode now) {
    int[] states = new int[4];
    for (JsonNode domain : now.path("domains")) {
      switch (domain.path("state").asText()) {
        case "blocked" -> states[1]++;
        case "paused" -> states[2]++;
        case "crashed", "shutdown", "dying" -> states[3]++;
        default -> states[0]++;
      }
    }
    long total = now.path("memory_kib").asLong();
    long free = now.path("free_kib").asLong();
    return List.of(
        String.format(
            Locale.ROOT,
            "%d domains: %d running, %d blocked, %d paused, %d ended",
            now.path("domains").size(),
            states[0],
            states[1],
            states[2],
            states[3]),
        String.format(
            Locale.ROOT,
            "Mem: %dk total, %dk used, %dk free    CPUs: %d",
            total,
            total - free,
            free,
            now.path("processors").asInt()));
  }

  /** Percent of one processor; a domain that was not there before has used none. */
  private static double percent(JsonNode before, JsonNode now, JsonNode domain) {
    if (before == null) {
      return 0;
    }
    double time = now.path("time_ns").asDouble() - before.path("time_ns").asDouble();
    for (JsonNode old : before.path("domains")) {
      if (old.path("domid").asInt() == domain.path("domid").asInt() && time > 0) {
        double used = domain.path("cpu_ns").asDouble() - old.path("cpu_ns").asDouble();
        return Math.max(0, 100 * used / time);
      }
    }
    return 0;
  }
}

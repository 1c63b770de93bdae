package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.spec.Suggestions;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl top}: what domains use, again and again, as xentop shows it. */
final class TopVerb implements Verb {
  private static final int MAX_SECONDS = 86_400;

  /** To the upper left corner of a terminal; the rest of a line; the rest of the screen. */
  private static final String HOME = "\033[H";

  private static final String CLEAR_LINE = "\033[K";
  private static final String CLEAR_BELOW = "\033[J";

  @Override
  public String name() {
    return "top";
  }

  @Override
  public String summary() {
    return "Show what domains use of processors, memory, networks and disks";
  }

  @Override
  public String arguments() {
    return "[-b] [-d SECONDS] [-i N]";
  }

  @Override
  public boolean takesArguments() {
    return false;
  }

  @Override
  public String details() {
    return """
        On a terminal the table is shown in place until q or Ctrl-C; s sorts by the next column,
        other keys show it at once. Elsewhere, and with -b, one table follows the other. The columns are those of xentop. CPU(%%) counts since the table before,
        so it is 0 in the first. --sort takes one of: %s.
        """
        .formatted(String.join(", ", keys()));
  }

  @Override
  public List<String> examples() {
    return List.of("zl top", "zl top -b -i 2 -d 1", "zl top --sort mem", "zl top --json");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption("b", "batch", false, "tables one after the other, for programs")
        .addOption("f", "full-name", false, "names are not cut")
        .addOption(RunOptions.value("d", "delay", "SECONDS", "between two tables (3)"))
        .addOption(RunOptions.value("i", "iterations", "N", "tables until it ends (no end)"))
        .addOption(RunOptions.value("s", "sort", "COLUMN", "by which domains are sorted (cpu)"));
  }

  private static List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (TopColumn column : TopColumn.ALL) {
      keys.add(column.key());
    }
    return keys;
  }

  private static TopColumn column(String key) {
    for (TopColumn column : TopColumn.ALL) {
      if (column.key().equals(key) || column.header().equalsIgnoreCase(key)) {
        return column;
      }
    }
    throw new UsageException(
        "--sort " + key + ": no such column" + Suggestions.hint(key, keys()) + " (zl top --help)");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    TopTable table =
        new TopTable(line.hasOption("full-name"), column(line.getOptionValue("sort", "cpu")));
    long delay = RunTarget.number("delay", line.getOptionValue("delay", "3"), MAX_SECONDS);
    boolean json = line.hasOption("json");
    long tables =
        RunTarget.number(
            "iterations", line.getOptionValue("iterations", json ? "1" : "0"), Integer.MAX_VALUE);
    boolean batch = json || line.hasOption("batch") || TerminalSize.now().isEmpty();
    try (DaemonClient client = DaemonOptions.connect(line);
        TopKeys keys = batch ? TopKeys.none() : TopKeys.ofTerminal()) {
      JsonNode before = null;
      for (long i = 0; tables == 0 || i < tables; i++) {
        int key = i > 0 ? keys.await(delay) : TopKeys.NONE;
        if (key == TopKeys.QUIT) {
          break;
        }
        table = key == TopKeys.SORT ? table.sortedByNext() : table;
        JsonNode now = client.call("stats", Json.object());
        if (json) {
          out.println(Json.pretty(now));
        } else if (batch) {
          table.lines(before, now).forEach(out::println);
        } else {
          show(table, before, now, out);
        }
        before = now;
        if (out.checkError()) {
          break; // nobody reads any more
        }
      }
    }
    return ExitStatus.OK;
  }

  private static void show(TopTable table, JsonNode before, JsonNode now, PrintStream out) {
    List<String> lines = new ArrayList<>(table.summary(now));
    lines.addAll(table.lines(before, now));
    TerminalSize size = TerminalSize.now().map(TerminalSize::orUsual).orElse(TerminalSize.USUAL);
    StringBuilder screen = new StringBuilder(HOME);
    for (int i = 0; i < Math.min(lines.size(), size.rows() - 1); i++) {
      String text = lines.get(i);
      screen.append(text, 0, Math.min(text.length(), size.columns()));
      screen.append(CLEAR_LINE).append('\n');
    }
    out.print(screen.append(CLEAR_BELOW));
  }
}

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes what bench/all measured as a page of Markdown. The only argument is the folder of the
 * results.
 */
final class Report {
  /** One measured value. */
  private record Row(String contender, String name, double value, String unit) {}

  /** The values of one thing, sorted. */
  private record Figures(List<Double> sorted, String unit) {
    double median() {
      int size = sorted.size();
      return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    /** Bandwidth is better when it is larger; times and sizes when they are smaller. */
    boolean largerIsBetter() {
      return unit.equals("MB/s") || unit.equals("times");
    }

    /** How many times as good as the other, above 1 when better. */
    double against(Figures other) {
      return largerIsBetter() ? median() / other.median() : other.median() / median();
    }

    String show() {
      String spread = digits(sorted.get(0)) + "-" + digits(sorted.get(sorted.size() - 1));
      return digits(median()) + (sorted.size() > 1 ? " (" + spread + ")" : "");
    }

    /** Three significant digits, at least whole numbers. */
    private static String digits(double value) {
      int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
      return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
  }

  /** What was measured in one part of bench/all, and its headline. */
  private record Part(String headline, List<Row> rows) {
    static Part read(Path file) throws IOException {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      List<Row> rows =
          lines.stream()
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split("\t"))
              .map(each -> new Row(each[0], each[1], Double.parseDouble(each[2]), each[3]))
              .collect(Collectors.toList());
      return new Part(lines.isEmpty() ? "not measured" : lines.get(0).substring(2), rows);
    }

    /** Null when it was not measured. */
    Figures figures(String contender, String name) {
      List<Row> found =
          rows.stream()
              .filter(row -> row.contender().equals(contender) && row.name().equals(name))
              .toList();
      return found.isEmpty()
          ? null
          : new Figures(found.stream().map(Row::value).sorted().toList(), found.get(0).unit());
    }

    Set<String> names() {
      return rows.stream().map(Row::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }
  }

  /** Names of what bench/stopwatch measures; all others come from guests. */
  private static final Set<String> OF_THE_PROCESS = Set.of("seconds", "processor", "memory");

  private static final Map<String, String> BOOTS = new LinkedHashMap<>();

  static {
    BOOTS.put("zendo-cloud", "Zendo, cloud kernel");
    BOOTS.put("qemu-cloud", "QEMU TCG, cloud kernel");
    BOOTS.put("zendo-full", "Zendo, full kernel");
    BOOTS.put("xen-full", "Xen under QEMU TCG, full kernel as domain 0");
    BOOTS.put("xen-noxpti-full", "the same with `xpti=no`");
  }

  private final StringBuilder page = new StringBuilder();
  private final Properties machine = new Properties();
  private final Part boot;
  private final Part guest;
  private final Part vcpus;
  private final Part pong;
  private final Part hello;
  private final Part idle;
  private final Part pieces;

  private Report(Path results) throws IOException {
    try (var reader = Files.newBufferedReader(results.resolve("machine"))) {
      machine.load(reader);
    }
    boot = Part.read(results.resolve("boot.tsv"));
    guest = Part.read(results.resolve("guest.tsv"));
    vcpus = Part.read(results.resolve("vcpus.tsv"));
    pong = Part.read(results.resolve("pong.tsv"));
    hello = Part.read(results.resolve("hello.tsv"));
    idle = Part.read(results.resolve("idle.tsv"));
    pieces = Part.read(results.resolve("pieces.tsv"));
  }

  public static void main(String[] arguments) throws IOException {
    System.out.print(new Report(Path.of(arguments[0])).write());
  }

  private String write() {
    line("# Performance");
    line("");
    line("Written by `bench/all`; do not edit. What the engines do and why is in `engines.md`.");
    line(
        "Figures are medians, in brackets the smallest and the largest of the rounds. Contenders"
            + " of");
    line(
        "one table ran alternately, on inputs that are the same. A ratio above 1 means that Zendo"
            + " is");
    line("better. Each part names its command; a load above 0.5 before it means poor figures.");
    line("");
    line("| | |");
    line("|---|---|");
    line("| processor | %s |", machine.get("processor"));
    line("| host | %s |", machine.get("host"));
    line("| Zendo | %s |", machine.get("zendo"));
    line("| QEMU | %s |", machine.get("qemu"));
    line("| Xen | %s |", machine.get("xen"));
    line("| guest | %s |", machine.get("kernel"));
    goals();
    boots();
    benchmarks();
    others();
    return page.toString();
  }

  private void line(String format, Object... arguments) {
    page.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private void title(String title, Part part) {
    line("");
    line("## %s", title);
    line("");
    line("%s.", part.headline());
    line("");
  }

  // ---- goals ---------------------------------------------------------------------------------

  private void goals() {
    line("");
    line("## Goals");
    line("");
    line("| | goal | measured | |");
    line("|---|---|---|---|");
    ratioGoal("boot against QEMU TCG, same kernel", "zendo-cloud", "qemu-cloud", 1);
    ratioGoal("boot against Xen under QEMU TCG, full kernel on both", "zendo-full", "xen-full", 4);
    ratioGoal("the same with `xpti=no`", "zendo-full", "xen-noxpti-full", 4);
    ratioGoal("cloud kernel on Zendo against full kernel on Xen", "zendo-cloud", "xen-full", 4);
    ratioGoal("the same with `xpti=no`", "zendo-cloud", "xen-noxpti-full", 4);
    lowerGoal("first line of `hello`, ms", hello.figures("zendo", "seconds"), 1000, 300);
    lowerGoal("largest resident size of `hello`, MiB", hello.figures("zendo", "memory"), 1, 120);
    lowerGoal("idle Linux, % of a core", idle.figures("zendo", "cpu"), 1, 1);
    Figures speedup = vcpus.figures("zendo", "vcpus_two_against_one");
    if (speedup != null) {
      goal("two busy vcpus against one", "at least 1.8", speedup.median(), speedup.median() >= 1.8);
    }
  }

  private void ratioGoal(String what, String zendo, String other, double wanted) {
    Figures ours = boot.figures(zendo, "seconds");
    Figures theirs = boot.figures(other, "seconds");
    if (ours != null && theirs != null) {
      double ratio = ours.against(theirs);
      goal(what, String.format(Locale.ROOT, "%.0f times as fast", wanted), ratio, ratio >= wanted);
    }
  }

  private void lowerGoal(String what, Figures figures, double factor, double limit) {
    if (figures != null) {
      double value = figures.median() * factor;
      goal(what, String.format(Locale.ROOT, "at most %.0f", limit), value, value <= limit);
    }
  }

  private void goal(String what, String wanted, double value, boolean reached) {
    line("| %s | %s | %.2f | %s |", what, wanted, value, reached ? "reached" : "not reached");
  }

  // ---- tables --------------------------------------------------------------------------------

  private void boots() {
    title("Boot of Debian's kernel to `/init`, 256 MiB", boot);
    line(
        "From the command to the first line of `/init` of the same busybox initramfs. Debian's"
            + " cloud");
    line(
        "kernel cannot be Xen's domain 0, so its full kernel is measured on Zendo too. QEMU is at"
            + " its");
    line("fastest: `-cpu max`, its default machine; Xen has `-cpu Nehalem`. MiB are the largest");
    line("resident size of the process, processor time is that of all its threads until it ends.");
    line("");
    line("| | seconds | processor time | MiB | Zendo is faster by |");
    line("|---|---|---|---|---|");
    for (String contender : BOOTS.keySet()) {
      Figures seconds = boot.figures(contender, "seconds");
      if (seconds != null) {
        Figures ours =
            boot.figures(contender.endsWith("cloud") ? "zendo-cloud" : "zendo-full", "seconds");
        line(
            "| %s | %s | %s | %s | %.2f |",
            BOOTS.get(contender),
            seconds.show(),
            boot.figures(contender, "processor").show(),
            boot.figures(contender, "memory").show(),
            ours.against(seconds));
      }
    }
    String stats = machine.getProperty("stats", "");
    if (!stats.isEmpty()) {
      line("");
      line("What `--stats` said of the last boot of the cloud kernel:");
      line("");
      for (String each : stats.split(";")) {
        line("    %s", each);
      }
    }
  }

  private void benchmarks() {
    title("A processor and a hypervisor", guest);
    line(
        "`examples/bench`, the same file on Zendo and as domain 0 of Xen under QEMU's TCG. What"
            + " that");
    line(
        "guest computes QEMU's system emulator executes, so the rows `integer`, `float` and"
            + " `memory`");
    line(
        "compare with it. Nanoseconds unless said otherwise; a run gives the first quartile of"
            + " samples of 3 ms.");
    line("");
    line("| | Zendo | Xen, `xpti=no` | Xen | ratio | ratio to Xen with XPTI |");
    line("|---|---|---|---|---|---|");
    Map<String, List<Double>> groups = new LinkedHashMap<>();
    for (String name : guest.names()) {
      Figures ours = guest.figures("zendo", name);
      Figures fast = guest.figures("xen-noxpti", name);
      Figures slow = guest.figures("xen", name);
      if (OF_THE_PROCESS.contains(name) || ours == null || fast == null || slow == null) {
        continue;
      }
      double ratio = ours.against(fast);
      groups.computeIfAbsent(name.replaceFirst("_.*", ""), key -> new ArrayList<>()).add(ratio);
      String shown = ours.unit().equals("ns") ? name : name + ", " + ours.unit();
      line(
          "| %s | %s | %s | %s | %.2f | %.2f |",
          shown, ours.show(), fast.show(), slow.show(), ratio, ours.against(slow));
    }
    line("");
    line(
        "Geometric means of the first ratio: %s.",
        groups.entrySet().stream()
            .map(
                each -> String.format(Locale.ROOT, "%s %.2f", each.getKey(), mean(each.getValue())))
            .collect(Collectors.joining(", ")));
  }

  private static double mean(List<Double> ratios) {
    return Math.exp(ratios.stream().mapToDouble(Math::log).average().orElse(0));
  }

  private void others() {
    single(
        "Two busy vcpus",
        vcpus,
        "zendo",
        "vcpus_two_against_one",
        "Two vcpus that sort, against one.");
    single(
        "Events between two domains",
        pong,
        "zendo",
        "event_to_domain_and_back",
        "There and back, both ends asleep until it comes. Xen's only domain has nobody to play"
            + " with; its `event_to_self_and_upcall` is above.");
    single(
        "`hello`", hello, "zendo", "seconds", "From the command to the first line of the guest.");
    single(
        "An idle Linux",
        idle,
        "zendo",
        "cpu",
        "Processor time of the whole process while the guest's shell waits, in % of a core; looks"
            + " of five seconds.");
    title("Pieces", pieces);
    line("JMH, `bench/pieces`; the mean of its iterations.");
    line("");
    line("| | | |");
    line("|---|---|---|");
    for (String name : pieces.names()) {
      Figures figures = pieces.figures("zendo", name);
      line("| %s | %s | %s |", name, figures.show(), figures.unit());
    }
  }

  private void single(String title, Part part, String contender, String name, String text) {
    title(title, part);
    line("%s", text);
    line("");
    Figures figures = part.figures(contender, name);
    line(
        "%s",
        figures == null ? "Not measured." : "**" + figures.show() + " " + figures.unit() + "**");
  }
}

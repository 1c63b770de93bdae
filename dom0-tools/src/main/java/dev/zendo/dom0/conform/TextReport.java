package dev.zendo.dom0.conform;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A result for people: a line for each operation and sub-operation, failures below it. */
public final class TextReport {
  private static final String NAME_COLUMN = "%-52s ";

  private TextReport() {}

  /** Prints one image. */
  public static void print(ImageResult image, PrintStream out) {
    SuiteResult.groups(image).forEach((name, cases) -> group(name, cases, out));
    if (!image.problem().isEmpty()) {
      out.printf(NAME_COLUMN + "BROKEN: %s%n", image.name(), image.problem());
    }
  }

  private static void group(String name, List<CaseResult> cases, PrintStream out) {
    List<String> counts = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      long count = cases.stream().filter(each -> each.verdict() == verdict).count();
      if (count > 0) {
        counts.add(count + " " + verdict.text());
      }
    }
    boolean failed = cases.stream().anyMatch(each -> each.verdict() == Verdict.FAIL);
    out.printf(NAME_COLUMN + "%-4s  %s%n", name, failed ? "FAIL" : "ok", String.join(", ", counts));
    for (CaseResult each : cases) {
      if (each.verdict() == Verdict.FAIL) {
        out.println("    " + each.name() + ": " + failure(each));
      }
    }
  }

  static String failure(CaseResult each) {
    return each.reason().isEmpty() ? each.answer() : each.answer() + ", " + each.reason();
  }

  /** Prints the last line. */
  public static void summary(SuiteResult result, PrintStream out) {
    List<String> counts = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      if (verdict == Verdict.PASS || result.count(verdict) > 0) {
        counts.add(result.count(verdict) + " " + verdict.text());
      }
    }
    long broken = result.images().stream().filter(image -> !image.problem().isEmpty()).count();
    if (broken > 0) {
      counts.add(broken + (broken == 1 ? " image broken" : " images broken"));
    }
    out.printf(
        Locale.ROOT,
        "%d cases in %d %s: %s; %.1f s%n",
        result.cases(),
        result.images().size(),
        result.images().size() == 1 ? "image" : "images",
        String.join(", ", counts),
        result.seconds());
  }
}

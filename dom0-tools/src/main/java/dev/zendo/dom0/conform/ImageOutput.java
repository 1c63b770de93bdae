package dev.zendo.dom0.conform;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Understands what an image printed: TAP, as the images of the suite print it, or the one line
 * {@code Test result: SUCCESS} with which tests of the Xen Test Framework end.
 *
 * <p>Nothing of it is trusted: an image can print what it likes, and only a plan that fits its
 * cases makes them count as complete.
 */
final class ImageOutput {
  private static final Pattern CASE =
      Pattern.compile("(not )?ok (\\d{1,9}) - (.*?)(?: # (SKIP|TODO)\\b ?(.*))?");

  /** A name, then the answer, then what was expected; the last two may be missing. */
  private static final Pattern DETAIL =
      Pattern.compile("([^ :]+(?:/[^:]*?)?)(?:: (.*?))?(, Xen .*)?");

  private static final Pattern PLAN = Pattern.compile("1\\.\\.(\\d{1,9})");
  private static final Pattern XTF =
      Pattern.compile("Test result: *(SUCCESS|SKIP|ERROR|FAILURE|CRASH)");

  private final List<CaseResult> cases = new ArrayList<>();
  private String problem = "";
  private int plan = -1;
  private boolean tap;
  private String xtf = "";
  private final List<String> failureLines = new ArrayList<>();

  private ImageOutput() {}

  /**
   * Reads a console.
   *
   * @param image name of the image, which names the case of an XTF test
   * @param text all that it printed
   */
  static ImageOutput of(String image, String text) {
    ImageOutput output = new ImageOutput();
    text.lines().map(String::stripTrailing).forEach(output::line);
    output.finish(image);
    return output;
  }

  List<CaseResult> cases() {
    return cases;
  }

  /** Why the output is not complete; empty when it is. */
  String problem() {
    return problem;
  }

  private void line(String line) {
    Matcher matcher = CASE.matcher(line);
    if (matcher.matches()) {
      tap = true;
      add(matcher);
      return;
    }
    matcher = PLAN.matcher(line);
    if (matcher.matches()) {
      tap = true;
      plan = Integer.parseInt(matcher.group(1));
      return;
    }
    matcher = XTF.matcher(line);
    if (matcher.find()) {
      xtf = matcher.group(1);
    } else if (line.startsWith("Fail") || line.startsWith("Error")) {
      failureLines.add(line);
    } else if (line.startsWith("Bail out!")) {
      problem = line;
    }
  }

  private void add(Matcher matcher) {
    if (Integer.parseInt(matcher.group(2)) != cases.size() + 1 && problem.isEmpty()) {
      problem =
          "case " + (cases.size() + 1) + " is missing: case " + matcher.group(2) + " came instead";
    }
    Verdict verdict = verdict(matcher.group(1) != null, matcher.group(4));
    Matcher detail = DETAIL.matcher(matcher.group(3));
    if (!detail.matches()) {
      cases.add(new CaseResult(matcher.group(3), verdict, "", text(matcher.group(5))));
      return;
    }
    String reason = matcher.group(5);
    if (reason == null && detail.group(3) != null) {
      reason = detail.group(3).substring(2);
    }
    cases.add(
        new CaseResult(detail.group(1), verdict, text(detail.group(2)), text(reason).strip()));
  }

  private static Verdict verdict(boolean failed, String directive) {
    if (directive == null) {
      return failed ? Verdict.FAIL : Verdict.PASS;
    }
    return directive.equals("SKIP") ? Verdict.SKIP : Verdict.TODO;
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  private void finish(String image) {
    if (tap) {
      checkPlan();
    } else if (!xtf.isEmpty()) {
      Verdict verdict =
          switch (xtf) {
            case "SUCCESS" -> Verdict.PASS;
            case "SKIP" -> Verdict.SKIP;
            default -> Verdict.FAIL;
          };
      cases.add(
          new CaseResult(
              image, verdict, xtf.toLowerCase(Locale.ROOT), String.join("; ", failureLines)));
    } else if (problem.isEmpty()) {
      problem = "it printed neither TAP lines nor \"Test result:\"";
    }
  }

  private void checkPlan() {
    if (!problem.isEmpty()) {
      return;
    }
    if (plan < 0) {
      String last = cases.isEmpty() ? "" : " after " + cases.get(cases.size() - 1).name();
      problem = "it stopped before its end" + last;
    } else if (plan != cases.size()) {
      problem = "it announced " + plan + " cases and ran " + cases.size();
    }
  }
}

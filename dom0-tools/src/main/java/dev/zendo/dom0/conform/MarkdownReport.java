package dev.zendo.dom0.conform;

import dev.zendo.hypercalls.Hypercall;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.SubOperation;
import dev.zendo.hypercalls.Support;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * {@code docs/conformance.md}: every hypercall and sub-operation of the table, how many cases ask
 * it, and how the answers compare with those of real Xen.
 */
public final class MarkdownReport {
  private static final String HEAD =
      """
      # Conformance

      <!-- Generated: zl conform --markdown docs/conformance.md. Do not edit. -->

      What the images of `hypercalls/conformance` ask, and how the answers compare with those of
      Xen 4.17.7 (Debian's, under QEMU), which the same images recorded there: in a domU and in domain 0.
      `zl conform` runs them here, as domUs; `mvn verify` does, and fails when an answer differs that is
      not listed below as skipped. Domain 0 of Zendo is not a guest, so what Xen answers there is only
      recorded.

      """;

  private final SuiteResult result;
  private final Map<String, Recorded> recorded;
  private final Map<String, List<CaseResult>> groups;
  private final Set<String> used = new LinkedHashSet<>();
  private final StringBuilder out = new StringBuilder(1 << 16);

  private MarkdownReport(SuiteResult result, Map<String, Recorded> recorded) {
    this.result = result;
    this.recorded = recorded;
    this.groups = result.groups();
  }

  /**
   * The document. It depends on the verdicts alone, not on times.
   *
   * @param expected the files with the recorded answers
   */
  public static String of(SuiteResult result, List<Path> expected) throws IOException {
    MarkdownReport report = new MarkdownReport(result, Recorded.read(expected));
    report.write();
    return report.out.toString();
  }

  private void write() {
    out.append(HEAD);
    out.append(
        String.format(
            Locale.ROOT,
            "%d cases in %d images: %d equal, %d different, %d skipped, %d without a recorded answer.%n",
            result.cases(),
            result.images().size(),
            result.count(Verdict.PASS),
            result.count(Verdict.FAIL),
            result.count(Verdict.SKIP),
            result.count(Verdict.TODO)));
    out.append(
        """

        *domU*: cases answered as in a domU of Xen, of those asked. *domain 0*: cases whose answer in Xen's
        domain 0 is recorded, and in brackets how many of these differ from a domU's.

        ## Hypercalls

        """);
    head("operation", "here");
    for (Hypercall hypercall : Hypercalls.all()) {
      hypercall(hypercall);
    }
    out.append("\n## Instructions, exceptions and frames\n\n");
    head("what", "");
    for (String group : groups.keySet()) {
      if (!used.contains(group)) {
        row("`" + group + "`", "", groups.get(group));
      }
    }
    differences();
  }

  private void head(String first, String second) {
    out.append("| ").append(first).append(" | ").append(second);
    out.append(" | domU | domain 0 |\n|---|---|--:|--:|\n");
  }

  private void hypercall(Hypercall hypercall) {
    List<CaseResult> own = new ArrayList<>();
    Map<String, List<CaseResult>> rest = new LinkedHashMap<>();
    groups.forEach(
        (name, cases) -> {
          if (name.equals(hypercall.name())) {
            used.add(name);
            own.addAll(cases);
          } else if (name.startsWith(hypercall.name() + "/")) {
            used.add(name);
            rest.put(name.substring(hypercall.name().length() + 1), cases);
          }
        });
    List<SubOperation> operations = hypercall.operations();
    List<CaseResult> general = new ArrayList<>(own);
    Map<SubOperation, List<CaseResult>> each = new LinkedHashMap<>();
    operations.forEach(operation -> each.put(operation, new ArrayList<>()));
    rest.forEach(
        (name, cases) -> {
          String first = name.split("/", 2)[0];
          for (SubOperation operation : operations) {
            if (operation.name().equalsIgnoreCase(first)) {
              each.get(operation).addAll(cases);
              return;
            }
          }
          general.addAll(cases);
        });
    row("**" + hypercall.name() + "**", support(hypercall.support()), general);
    each.forEach(
        (operation, cases) ->
            row(hypercall.name() + " " + operation.name(), support(operation.support()), cases));
  }

  private void row(String name, String support, List<CaseResult> cases) {
    int equal = 0;
    int inDomain0 = 0;
    int otherInDomain0 = 0;
    for (CaseResult each : cases) {
      Recorded xen = recorded.get(each.name());
      equal += each.verdict() == Verdict.PASS ? 1 : 0;
      if (xen != null && xen.dom0() != null) {
        inDomain0++;
        otherInDomain0 += xen.dom0().equals(xen.domu()) ? 0 : 1;
      }
    }
    out.append("| ").append(name).append(" | ").append(support).append(" | ");
    if (cases.isEmpty()) {
      out.append("– | – |\n");
      return;
    }
    out.append(equal).append(" of ").append(cases.size()).append(" | ").append(inDomain0);
    if (otherInDomain0 > 0) {
      out.append(" (").append(otherInDomain0).append(')');
    }
    out.append(" |\n");
  }

  private static String support(Support support) {
    String level = support.level().name().toLowerCase(Locale.ROOT);
    return support.note().isEmpty() ? level : level + ": " + support.note();
  }

  private void differences() {
    out.append("\n## Differences\n\n");
    boolean any = false;
    for (List<CaseResult> cases : groups.values()) {
      for (CaseResult each : cases) {
        if (each.verdict() == Verdict.FAIL || each.verdict() == Verdict.SKIP) {
          String kind = each.verdict() == Verdict.FAIL ? "differs" : "skipped";
          out.append("* `").append(each.name()).append("`: ").append(kind).append(", `");
          out.append(each.answer()).append("` here; ").append(each.reason()).append('\n');
          any = true;
        }
      }
    }
    if (!any) {
      out.append("None.\n");
    }
  }
}

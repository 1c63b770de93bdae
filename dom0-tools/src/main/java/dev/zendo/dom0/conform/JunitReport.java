package dev.zendo.dom0.conform;

import java.util.Locale;

/**
 * A result as JUnit's XML, which build servers read: a suite for each image, a test case for each
 * case. An image that did not come to its end has a test case of its own, with an error.
 */
public final class JunitReport {
  private final StringBuilder out = new StringBuilder(1 << 16);

  private JunitReport() {}

  /** The document. */
  public static String of(SuiteResult result) {
    JunitReport report = new JunitReport();
    report.out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    result.images().forEach(report::image);
    return report.out.append("</testsuites>\n").toString();
  }

  private void image(ImageResult image) {
    boolean broken = !image.problem().isEmpty();
    out.append("  <testsuite");
    attribute("name", image.name());
    attribute("tests", Integer.toString(image.cases().size() + (broken ? 1 : 0)));
    attribute("failures", Integer.toString(image.count(Verdict.FAIL)));
    attribute("errors", broken ? "1" : "0");
    attribute("skipped", Integer.toString(image.count(Verdict.SKIP) + image.count(Verdict.TODO)));
    attribute("time", String.format(Locale.ROOT, "%.3f", image.seconds()));
    out.append(">\n");
    image.cases().forEach(each -> testCase(image.name(), each));
    if (broken) {
      out.append("    <testcase");
      attribute("classname", image.name());
      attribute("name", "runs to its end");
      out.append("><error");
      attribute("message", image.problem());
      out.append("/></testcase>\n");
    }
    out.append("  </testsuite>\n");
  }

  private void testCase(String image, CaseResult each) {
    out.append("    <testcase");
    attribute("classname", image);
    attribute("name", each.name());
    switch (each.verdict()) {
      case PASS -> out.append("/>\n");
      case FAIL -> detail("failure", TextReport.failure(each));
      case SKIP, TODO -> detail("skipped", each.reason());
    }
  }

  private void detail(String element, String message) {
    out.append("><").append(element);
    attribute("message", message);
    out.append("/></testcase>\n");
  }

  private void attribute(String name, String value) {
    out.append(' ').append(name).append("=\"");
    value.codePoints().forEach(this::character);
    out.append('"');
  }

  /** Consoles may hold what XML cannot, even escaped. */
  private void character(int point) {
    switch (point) {
      case '&' -> out.append("&amp;");
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '"' -> out.append("&quot;");
      default -> {
        boolean valid = point >= ' ' && point != 0xfffe && point != 0xffff;
        boolean surrogate = point >= 0xd800 && point <= 0xdfff;
        out.appendCodePoint(valid && !surrogate ? point : '?');
      }
    }
  }
}

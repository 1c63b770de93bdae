package dev.zendo.dom0.conform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportsTest {
  private static final CaseResult PASSED =
      new CaseResult("xen_version/pagesize/null", Verdict.PASS, "4096", "");
  private static final CaseResult FAILED =
      new CaseResult(
          "xen_version/pagesize/<&\"\u0001>", Verdict.FAIL, "0", "Xen 4.17 answers -EINVAL");
  private static final CaseResult SKIPPED =
      new CaseResult("rdmsr/tsc", Verdict.SKIP, "1", "hardware");
  private static final CaseResult UNKNOWN =
      new CaseResult("rdmsr/other", Verdict.TODO, "1", "not recorded");

  @TempDir private Path folder;

  private static SuiteResult result() {
    return new SuiteResult(
        List.of(
            new ImageResult("version", List.of(PASSED, FAILED), "", 1.25),
            new ImageResult("msr", List.of(SKIPPED, UNKNOWN), "it crashed", 0.5)),
        2);
  }

  private static ImageResult image(String problem, CaseResult... cases) {
    return new ImageResult("image", List.of(cases), problem, 0);
  }

  @Test
  void onlyFailuresAndProblemsSpoilTheVerdict() {
    assertTrue(image("", PASSED, SKIPPED, UNKNOWN).passed());
    assertFalse(image("", PASSED, FAILED).passed());
    assertFalse(image("it crashed", PASSED).passed());
    assertFalse(result().passed());
  }

  @Test
  void textHasALineForEachGroupAndFailuresBelowIt() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, UTF_8);
    result().images().forEach(image -> TextReport.print(image, out));
    TextReport.summary(result(), out);
    List<String> lines =
        bytes.toString(UTF_8).lines().map(each -> each.replaceAll(" +", " ")).toList();
    assertEquals("xen_version/pagesize FAIL 1 passed, 1 failed", lines.get(0));
    assertTrue(lines.get(1).endsWith(": 0, Xen 4.17 answers -EINVAL"), lines.get(1));
    assertEquals("rdmsr ok 1 skipped, 1 not recorded", lines.get(2));
    assertEquals("msr BROKEN: it crashed", lines.get(3));
    assertEquals(
        "4 cases in 2 images: 1 passed, 1 failed, 1 skipped, 1 not recorded, 1 image broken; 2.0 s",
        lines.get(4));
  }

  @Test
  void junitIsWellFormedAndComplete() throws Exception {
    byte[] xml = JunitReport.of(result()).getBytes(UTF_8);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(xml));
    Element version = (Element) document.getElementsByTagName("testsuite").item(0);
    Element msr = (Element) document.getElementsByTagName("testsuite").item(1);
    assertEquals("2", version.getAttribute("tests"));
    assertEquals("1", version.getAttribute("failures"));
    assertEquals("1.250", version.getAttribute("time"));
    assertEquals("3", msr.getAttribute("tests"));
    assertEquals("1", msr.getAttribute("errors"));
    assertEquals("2", msr.getAttribute("skipped"));
    Element failed = (Element) version.getElementsByTagName("testcase").item(1);
    assertEquals("xen_version/pagesize/<&\"?>", failed.getAttribute("name"));
    Element failure = (Element) failed.getFirstChild();
    assertEquals("0, Xen 4.17 answers -EINVAL", failure.getAttribute("message"));
  }

  @Test
  void jsonHasEveryCase() throws Exception {
    JsonNode json = new ObjectMapper().readTree(JsonReport.of(result()));
    assertFalse(json.get("success").asBoolean());
    assertEquals(1, json.get("failed").asInt());
    assertEquals(1, json.get("not_recorded").asInt());
    JsonNode version = json.get("images").get(0);
    assertEquals("fail", version.get("cases").get(1).get("verdict").asText());
    assertEquals("it crashed", json.get("images").get(1).get("problem").asText());
  }

  @Test
  void markdownComparesWithBothDomains() throws Exception {
    Path expected = folder.resolve("version.txt");
    Files.writeString(
        expected,
        """
        # What Xen 4.17 answers
        xen_version/pagesize/null   4096    =
        xen_version/pagesize/x      -EPERM  0   # configuration a reason
        rdmsr/tsc                   ?       ?
        """);
    String text = MarkdownReport.of(result(), List.of(expected));
    assertTrue(text.contains("| xen_version pagesize | supported | 1 of 2 | 1 |\n"), text);
    assertTrue(text.contains("| `rdmsr` |  | 0 of 2 | 0 |\n"), text);
    assertTrue(text.contains("* `rdmsr/tsc`: skipped, `1` here; hardware\n"), text);
    assertTrue(text.contains("| **mca** | refused: -EPERM | – | – |\n"), text);
  }

  @Test
  void recordedAnswersAreRead() throws Exception {
    Path expected = folder.resolve("version.txt");
    Files.writeString(expected, "a/b  0 status -3   =  # hardware why\nc  ?  -EPERM\n");
    var all = Recorded.read(List.of(expected));
    assertEquals(new Recorded("0 status -3", "0 status -3", "hardware why"), all.get("a/b"));
    assertEquals(new Recorded(null, "-EPERM", ""), all.get("c"));
  }
}

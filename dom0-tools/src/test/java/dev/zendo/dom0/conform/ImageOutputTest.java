package dev.zendo.dom0.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageOutputTest {
  private static ImageOutput read(String... lines) {
    return ImageOutput.of("image", String.join("\r\n", lines));
  }

  @Test
  void everyKindOfLineIsUnderstood() {
    ImageOutput output =
        read(
            "TAP version 13",
            "# family event, domU",
            "ok 1 - event_channel_op/close/port-0: -EINVAL",
            "not ok 2 - event_channel_op/close/closed: 0, Xen 4.17 answers -EINVAL",
            "ok 3 - rdmsr/tsc: 0x1 # SKIP Xen 4.17 answered 0x2; hardware",
            "ok 4 - sched_op/yield: 0 # TODO not recorded",
            "1..4",
            "Conformance: 1 passed, 1 failed, 1 skipped, 1 not recorded");
    assertEquals(
        List.of(
            new CaseResult("event_channel_op/close/port-0", Verdict.PASS, "-EINVAL", ""),
            new CaseResult(
                "event_channel_op/close/closed", Verdict.FAIL, "0", "Xen 4.17 answers -EINVAL"),
            new CaseResult("rdmsr/tsc", Verdict.SKIP, "0x1", "Xen 4.17 answered 0x2; hardware"),
            new CaseResult("sched_op/yield", Verdict.TODO, "0", "not recorded")),
        output.cases());
    assertEquals("", output.problem());
  }

  @Test
  void answersMayHoldSpacesColonsAndQuotes() {
    ImageOutput output =
        read("ok 1 - xen_version/capabilities/text: \"xen-3.0-x86_64 : x\"", "1..1");
    assertEquals("\"xen-3.0-x86_64 : x\"", output.cases().get(0).answer());
  }

  @Test
  void plainTapOfOthersCounts() {
    ImageOutput output = read("ok 1 - first test", "not ok 2 - second", "1..2");
    assertEquals("first test", output.cases().get(0).name());
    assertEquals(Verdict.FAIL, output.cases().get(1).verdict());
    assertEquals("", output.problem());
  }

  @Test
  void anImageThatStoppedNamesItsLastCase() {
    assertEquals("it stopped before its end after a/b", read("ok 1 - a/b: 0").problem());
  }

  @Test
  void aPlanThatDoesNotFitIsAProblem() {
    assertEquals("it announced 3 cases and ran 1", read("ok 1 - a/b: 0", "1..3").problem());
  }

  @Test
  void aMissingCaseIsAProblem() {
    assertEquals(
        "case 2 is missing: case 3 came instead",
        read("ok 1 - a: 0", "ok 3 - b: 0", "1..2").problem());
  }

  @Test
  void anEmptyPlanIsComplete() {
    assertEquals("", read("1..0").problem());
  }

  @Test
  void bailingOutIsAProblem() {
    assertEquals("Bail out! no memory", read("ok 1 - a: 0", "Bail out! no memory").problem());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "okay 1 - x", "ok 99999999999 - x", "1..99999999999"})
  void otherOutputIsNoResult(String text) {
    assertTrue(read(text).problem().startsWith("it printed neither"), text);
  }

  @ParameterizedTest
  @CsvSource({"SUCCESS,PASS", "SKIP,SKIP", "FAILURE,FAIL", "ERROR,FAIL", "CRASH,FAIL"})
  void theLineOfAnXtfTestIsItsCase(String word, Verdict verdict) {
    ImageOutput output =
        read("--- Xen Test Framework ---", "Failure: bad \"x\"", "Test result: " + word);
    assertEquals(1, output.cases().size());
    assertEquals("image", output.cases().get(0).name());
    assertEquals(verdict, output.cases().get(0).verdict());
    assertEquals("Failure: bad \"x\"", output.cases().get(0).reason());
  }
}

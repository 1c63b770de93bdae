package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.conform.CaseResult;
import dev.zendo.dom0.conform.MarkdownReport;
import dev.zendo.dom0.conform.Suite;
import dev.zendo.dom0.conform.SuiteResult;
import dev.zendo.dom0.conform.TextReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The conformance suite: hypercalls answer as those of Xen 4.17 did when it was recorded. */
class ConformanceIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path SUITE = ROOT.resolve("hypercalls/conformance");
  private static final long MEMORY_MIB = 64;
  private static final int VCPUS = 2;
  private static final int JOBS = 2;

  /** Work of four seconds all together. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static List<Path> files(String folder, String ending) throws IOException {
    try (Stream<Path> all = Files.list(SUITE.resolve(folder))) {
      return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DIRECT", "INTERPRETER"})
  void answersAreThoseOfXen(EngineChoice engine) throws Exception {
    Optional<String> obstacle = engine.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "the host cannot run it: " + obstacle.orElse(""));
    List<Path> images = files("target", ".elf");
    assertEquals(files("expected/xen-4.17", ".txt").size(), images.size());
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(report, true, StandardCharsets.UTF_8);
    SuiteResult result =
        new Suite(engine, MEMORY_MIB, VCPUS, LIMIT, JOBS)
            .run(images, image -> TextReport.print(image, out));
    TextReport.summary(result, out);
    assertTrue(result.passed(), () -> report.toString(StandardCharsets.UTF_8));
    long names =
        result.images().stream()
            .flatMap(image -> image.cases().stream().map(CaseResult::name))
            .distinct()
            .count();
    assertEquals(result.cases(), names, "two cases have one name");
    assertEquals(
        MarkdownReport.of(result, files("expected/xen-4.17", ".txt")),
        Files.readString(ROOT.resolve("docs/conformance.md")),
        "write it anew: zl conform --markdown docs/conformance.md");
  }
}

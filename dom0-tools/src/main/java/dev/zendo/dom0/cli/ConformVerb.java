package dev.zendo.dom0.cli;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.WholeFile;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.conform.ImageResult;
import dev.zendo.dom0.conform.JsonReport;
import dev.zendo.dom0.conform.JunitReport;
import dev.zendo.dom0.conform.MarkdownReport;
import dev.zendo.dom0.conform.Suite;
import dev.zendo.dom0.conform.SuiteResult;
import dev.zendo.dom0.conform.TextReport;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl conform}: runs test images and says whether all of their cases passed. */
final class ConformVerb implements Verb {
  private static final String TIMEOUT = "60";
  private static final String MEMORY = "64";
  private static final String VCPUS = "2";
  private static final int MAX_JOBS = 64;

  @Override
  public String name() {
    return "conform";
  }

  @Override
  public String summary() {
    return "Compare the hypercalls with what real Xen answers";
  }

  @Override
  public String arguments() {
    return "[IMAGE|FOLDER...] [options]";
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(RunOptions.value("j", "jobs", "N", "images at a time (one per processor)"))
        .addOption(RunOptions.value("t", "timeout", "SECONDS", "for each image (" + TIMEOUT + ")"))
        .addOption(RunOptions.value("m", "memory", "MB", "memory of each domain (" + MEMORY + ")"))
        .addOption(RunOptions.value("n", "vcpus", "N", "vcpus of each domain (" + VCPUS + ")"))
        .addOption(RunOptions.value("e", "engine", "NAME", "auto, direct or interpreter (auto)"))
        .addOption(RunOptions.value(null, "junit", "FILE", "write the result as JUnit XML"))
        .addOption(
            RunOptions.value(null, "markdown", "FILE", "write the table of docs/conformance.md"))
        .addOption(RunOptions.flag("json", "print the result as JSON"));
  }

  @Override
  public String details() {
    return """
    Without IMAGE the suite of this repository, hypercalls/conformance, is built and run: its
    images ask every hypercall good and bad questions and compare the answers with those recorded
    from Xen 4.17. A FOLDER with a Makefile is built with make; all *.elf files in it and in its
    folder target are run. Other images count when they print TAP, or end with the line
    "Test result: SUCCESS" as tests of the Xen Test Framework do.

    A line is printed for each operation and sub-operation, each failed case below it. Skipped
    cases differ from the recorded answer for a reason that is named in the answer's file:
    hardware or configuration.

    Exit status: 0 all passed, 1 a case failed or an image did not end, 2 wrong use or unusable
    files.
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl conform",
        "zl conform hypercalls/conformance/target/event.elf",
        "zl conform --jobs 4 --junit result.xml",
        "zl conform ~/xtf/tests/selftest/test-pv64-selftest --json");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws Exception {
    Suite suite = suite(line);
    Machine.prepare(suite.engine());
    List<Path> images = TestImages.find(line.getArgList());
    boolean json = line.hasOption("json");
    Consumer<ImageResult> each = json ? image -> {} : image -> TextReport.print(image, out);
    SuiteResult result = suite.run(images, each);
    if (json) {
      out.println(JsonReport.of(result));
    } else {
      TextReport.summary(result, out);
    }
    if (line.hasOption("junit")) {
      write(line.getOptionValue("junit"), JunitReport.of(result));
    }
    if (line.hasOption("markdown")) {
      write(
          line.getOptionValue("markdown"), MarkdownReport.of(result, TestImages.expectedAnswers()));
    }
    return result.passed() ? ExitStatus.OK : ExitStatus.FAILURE;
  }

  private static Suite suite(CommandLine line) {
    long memory = RunTarget.memory(line.getOptionValue("memory", MEMORY));
    int vcpus = (int) RunTarget.number("vcpus", line.getOptionValue("vcpus", VCPUS), 1 << 16);
    DomainSpec.checkMemory(memory);
    DomainSpec.checkVcpus(vcpus);
    EngineChoice engine =
        RunOptions.engine(line.getOptionValue("engine", EngineChoice.AUTO.label()));
    Duration limit =
        Duration.ofMillis(RunOptions.seconds("timeout", line.getOptionValue("timeout", TIMEOUT)));
    return new Suite(engine, memory, vcpus, limit, jobs(line));
  }

  private static int jobs(CommandLine line) {
    if (!line.hasOption("jobs")) {
      return Runtime.getRuntime().availableProcessors();
    }
    int jobs = (int) RunTarget.number("jobs", line.getOptionValue("jobs"), MAX_JOBS);
    if (jobs == 0) {
      throw new UsageException("--jobs 0: use a number from 1 to " + MAX_JOBS);
    }
    return jobs;
  }

  private static void write(String file, String text) {
    WholeFile.write(Path.of(file), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}

package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples that are built with the kit say on Zendo what they say on Xen, and power off. */
class KitExamplesIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int SECONDS = 60;

  @TempDir private Path folder;

  /**
   * What a run of {@code zl} left.
   *
   * @param status its exit status
   * @param output what it wrote to standard output, with plain ends of lines
   */
  private record Run(int status, String output) {}

  private Run run(String example, String... options) throws IOException, InterruptedException {
    return runFolder("examples/" + example, options);
  }

  private Run runFolder(String guest, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("zl").toString());
    command.add("run");
    command.add(ROOT.resolve(guest).toString());
    command.add("--timeout");
    command.add(Integer.toString(SECONDS));
    command.addAll(List.of(options));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(ROOT.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    boolean ended = process.waitFor(2 * SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output, StandardCharsets.ISO_8859_1).replace("\r", "");
    assertTrue(ended, "zl is still running; it wrote:\n" + text);
    return new Run(process.exitValue(), text);
  }

  private static void check(Run run, String... lines) {
    for (String line : lines) {
      assertTrue(
          run.output().contains(line + "\n"), "no line \"" + line + "\" in:\n" + run.output());
    }
    assertEquals(0, run.status(), run::output);
  }

  @Test
  void helloReportsTheMachineItWasGiven() throws Exception {
    check(
        run("hello", "--cmdline", "one two"),
        "Hello from a paravirtual kernel on version 4.17 of the ABI.",
        "vcpus:        1",
        "command line: \"one two\"",
        "ramdisk:      0 bytes");
  }

  @Test
  void helloTakesThreeVcpusAndARamdisk() throws Exception {
    Path ramdisk = Files.write(folder.resolve("ramdisk"), new byte[5000]);
    Run run = run("hello", "--vcpus", "3", "--ramdisk", ramdisk.toString());
    check(run, "vcpus:        3", "ramdisk:      5000 bytes");
  }

  @ParameterizedTest(name = "{0} MiB")
  @ValueSource(ints = {16, 48, 256, 1024, 2048})
  void helloStartsWithLittleAndWithMuchMemory(int megabytes) throws Exception {
    Run run = run("hello", "--memory", Integer.toString(megabytes));
    assertTrue(
        run.output().contains("memory:       " + megabytes * 256 + " frames, "), run.output());
    check(run);
  }

  @Test
  void eventsTickAndPassBetweenTwoVcpus() throws Exception {
    check(
        run("events", "--vcpus", "2"),
        "timer: 5 ticks of 20 ms, none early",
        "ipi: 1000 from vcpu 0 to vcpu 1 and 1000 back",
        "vcpu 1 is down");
  }

  @Test
  void eventsTickAndPassOnOneVcpu() throws Exception {
    check(
        run("events", "--vcpus", "1"),
        "timer: 5 ticks of 20 ms, none early",
        "ipi: 1000 from vcpu 0 to itself");
  }

  @Test
  void trapsArriveFromKernelAndUserMode() throws Exception {
    check(
        run("traps"),
        "kernel: back from 1 breakpoint",
        "user: hello through a system call",
        "kernel: page fault at 1000000, error code 6",
        "user: the page was there when I touched it",
        "kernel: user mode may not execute hlt",
        "kernel: the program ended with 42");
  }

  @Test
  void theStoreIsReadWrittenAndWatched() throws Exception {
    check(
        run("xenbus", "--name", "shopkeeper"),
        "name = \"shopkeeper\"",
        "nothing/here: error -2",
        "data/counter = \"42\"",
        "watch: data/watched changed (token)");
  }

  @ParameterizedTest(name = "{0} vcpus")
  @ValueSource(ints = {1, 2, 4})
  void everyPartOfTheKitWorks(int vcpus) throws Exception {
    Run run = runFolder("pv-guest-kit/test", "--vcpus", Integer.toString(vcpus));
    check(run, "SELFTEST PASSED");
  }
}

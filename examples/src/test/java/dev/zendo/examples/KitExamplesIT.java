package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples that are built with the kit say on Zendo what they say on Xen, and power off. */
class KitExamplesIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int SECONDS = 60;

  /** Lets the JVM say that it runs on a processor for which nobody emits code. */
  private static final String FOREIGN_PROCESSOR = "-Dos.arch=riscv64";

  @TempDir private Path folder;
  private String javaOptions = "";
  private File input = new File("/dev/null");

  /**
   * What a run of {@code zl} left.
   *
   * @param status its exit status
   * @param output what it wrote to standard output, with plain ends of lines
   * @param errors what it wrote to standard error
   */
  private record Run(int status, String output, String errors) {}

  private Run run(String example, String... options) throws IOException, InterruptedException {
    return runFolder("examples/" + example, options);
  }

  private Run runFolder(String guest, String... options) throws IOException, InterruptedException {
    return boot("run", guest, options);
  }

  private Run boot(String verb, String guest, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("zl").toString());
    command.add(verb);
    command.add(ROOT.resolve(guest).toString());
    command.add("--timeout");
    command.add(Integer.toString(SECONDS));
    command.addAll(List.of(options));
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(ROOT.toFile())
            .redirectInput(input)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().put("ZENDO_JAVA_OPTS", javaOptions);
    Process process = builder.start();
    boolean ended = process.waitFor(2 * SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output, StandardCharsets.ISO_8859_1).replace("\r", "");
    String complaints = Files.readString(errors);
    assertTrue(ended, "zl is still running; it wrote:\n" + text + complaints);
    return new Run(process.exitValue(), text, complaints);
  }

  private static void check(Run run, String... lines) {
    assertEquals("", run.errors());
    checkOutput(run, lines);
  }

  private static void checkOutput(Run run, String... lines) {
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
  void echoSaysBackWhatWasTypedBeforeItRan() throws Exception {
    input = Files.writeString(folder.resolve("input"), "is anybody there\nquit\n").toFile();
    check(run("echo"), "type: is anybody there", "is anybody there", "type: quit");
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

  @Test
  void aDiskIsReadWrittenAndFlushed() throws Exception {
    byte[] content = new byte[4 << 20];
    byte[] text = "first words".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, content, 0, text.length);
    // One partition of type Linux, from sector 63 on.
    content[446 + 4] = (byte) 0x83;
    content[446 + 8] = 63;
    content[446 + 13] = 1;
    content[510] = 0x55;
    content[511] = (byte) 0xaa;
    Path image = Files.write(folder.resolve("disk.img"), content);
    check(
        run("block", "--disk", "format=raw,vdev=xvda,target=" + image, "--cmdline", "write"),
        "disk 51712: 8192 sectors of 512 bytes",
        "it starts with \"first words\"",
        "partition 1: type 83, sectors 63 to 318",
        "flush: done",
        "read back 2048 sectors: as written");
    byte[] written = Files.readAllBytes(image);
    assertEquals(content.length, written.length);
    assertEquals(
        -1, Arrays.mismatch(content, 0, 3 << 20, written, 0, 3 << 20), "the rest is as it was");
    assertEquals(0x15, written[3 << 20], "the first byte of the pattern");
  }

  @Test
  void filesOfASharedFolderAreReadAndWritten() throws Exception {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.writeString(shared.resolve("greeting"), "good morning");
    check(
        run(
            "file",
            "--share",
            "tag=other,path=/usr",
            "--share",
            "tag=it,path=" + shared,
            "--cmdline",
            "it"),
        "1 files",
        "greeting of 12 bytes: good morning",
        "answer: written and read back");
    assertEquals(40_000, Files.size(shared.resolve("answers/from-the-guest")));
  }

  @Test
  void aReadOnlyFolderIsNotWritten() throws Exception {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    check(
        run("file", "--share", "tag=it,access=ro,path=" + shared),
        "0 files",
        "answer: the folder is read-only");
    try (var files = Files.list(shared)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aFolderThatIsNotThereIsReportedInOneLine() throws Exception {
    Run run = run("file", "--share", "tag=it,path=/nowhere");
    String line = "zl: cannot share /nowhere (error 2); give a directory that can be read\n";
    assertTrue(run.errors().endsWith(line), run.errors());
    assertEquals(2, run.status());
  }

  @ParameterizedTest(name = "engine {0}")
  @ValueSource(strings = {"auto", "interpreter"})
  void benchmarksComputeWhatTheyComputeOnXen(String engine) throws Exception {
    check(
        run("bench", "--cmdline", "only=integer", "--engine", engine),
        "BENCH-DONE d5cde5cd75c4e25e");
  }

  @ParameterizedTest(name = "{0} vcpus, engine {1}")
  @CsvSource({"1,auto", "2,auto", "4,auto", "64,auto", "2,interpreter"})
  void everyPartOfTheKitWorks(String vcpus, String engine) throws Exception {
    Run run = runFolder("pv-guest-kit/test", "--vcpus", vcpus, "--engine", engine);
    // It writes a value that is too large, which the store says once.
    assertTrue(run.errors().contains("quota node-size (2048) of domain 1"), run.errors());
    assertEquals(1, run.errors().lines().count(), run.errors());
    checkOutput(run, "SELFTEST PASSED");
  }

  @Test
  void sixtyFiveVcpusAreRefusedInOneLine() throws Exception {
    Run run = run("hello", "--vcpus", "65");
    assertEquals("zl: a domain can have 1 to 64 vcpus, not 65; correct --vcpus\n", run.errors());
    assertEquals(2, run.status());
  }

  @ParameterizedTest(name = "engine {0}")
  @ValueSource(strings = {"auto", "interpreter"})
  void vcpusSeeMemoryInTotalStoreOrder(String engine) throws Exception {
    check(run("litmus", "--engine", engine, "--cmdline", "rounds=20000"), "LITMUS-PASSED");
  }

  @Test
  void aForeignProcessorInterprets() throws Exception {
    javaOptions = FOREIGN_PROCESSOR;
    check(run("traps"), "kernel: the program ended with 42");
  }

  @Test
  void aForeignProcessorRefusesTheDirectEngineInOneLine() throws Exception {
    javaOptions = FOREIGN_PROCESSOR;
    Run run = run("hello", "--engine", "direct");
    assertEquals(
        "zl: the engine direct does not run here: emits code for Linux on x86-64, not Linux on"
            + " riscv64; use --engine interpreter\n",
        run.errors());
    assertEquals(2, run.status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "interpreter"})
  void profilesNameFunctionsAndAreTheSameInEachRun(String engine) throws Exception {
    String[] folded = new String[2];
    for (int i = 0; i < folded.length; i++) {
      Path prefix = folder.resolve("profile" + i);
      Run run =
          boot(
              "profile",
              "examples/traps",
              "--engine",
              engine,
              "--every",
              "100",
              "--output",
              prefix.toString());
      assertEquals(0, run.status(), run::errors);
      assertTrue(run.errors().contains("%  page_init\n"), run::errors);
      folded[i] = Files.readString(Path.of(prefix + ".folded"));
      assertTrue(Files.readString(Path.of(prefix + ".svg")).endsWith("</svg>\n"));
    }
    assertTrue(folded[0].startsWith("kernel;"), folded[0]);
    assertTrue(folded[0].contains("page_init "), folded[0]);
    assertEquals(folded[0], folded[1]);
  }
}

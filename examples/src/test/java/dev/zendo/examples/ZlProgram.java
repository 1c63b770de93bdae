package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the program {@code zl} as users do, with a daemon of its own if it needs one. */
final class ZlProgram {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Path LINUX = ROOT.resolve("examples/linux/target");
  private static final File NOTHING = new File("/dev/null");
  private static final int SECONDS = 120;

  private final Path folder;

  /** Keeps the daemon's state, and what is printed, in a folder. */
  ZlProgram(Path folder) {
    this.folder = folder;
  }

  /**
   * What a run left; ends of lines are plain.
   *
   * @param status its exit status
   * @param output what it wrote to standard output
   * @param errors what it wrote to standard error
   */
  record Run(int status, String output, String errors) {}

  /** Runs it without input. */
  Run run(String... words) throws IOException, InterruptedException {
    return run(NOTHING, words);
  }

  /** Runs it. */
  Run run(File input, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("zl").toString()));
    command.addAll(List.of(words));
    Path output = Files.createTempFile(folder, "output", "");
    Path errors = Files.createTempFile(folder, "errors", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(input)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().put("ZENDO_STATE", state().toString());
    Process process = builder.start();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    Run run = new Run(ended ? process.exitValue() : -1, text(output), text(errors));
    assertTrue(ended, () -> "zl is still running; it left " + run + log());
    return run;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).replace("\r", "");
  }

  /** Runs it with success; returns what it printed. */
  String does(String... words) throws IOException, InterruptedException {
    Run run = run(words);
    assertEquals(0, run.status(), () -> run + log());
    return run.output();
  }

  /** The daemon's folder. */
  Path state() {
    return folder.resolve("s");
  }

  /** Writes a configuration, and returns its path. */
  String configuration(String name, Path kernel, String more) throws IOException {
    String text = "name = \"" + name + "\"\nkernel = \"" + kernel + "\"\n" + more;
    return Files.writeString(folder.resolve(name + ".cfg"), text).toString();
  }

  /** The same for Debian's cloud kernel with busybox; skips the test where it was not made. */
  String linux(String name, String more) throws IOException {
    Path kernel = LINUX.resolve("vmlinuz-cloud");
    Path ramdisk = LINUX.resolve("initramfs");
    assumeTrue(
        Files.exists(kernel) && Files.exists(ramdisk),
        "no " + kernel + " or " + ramdisk + ": run make -C examples/linux all cloud");
    String given = "ramdisk = '" + ramdisk + "'\nextra = 'console=hvc0 quiet'\n" + more;
    return configuration(name, kernel, given);
  }

  /** Waits for a text in the log of a domain's console; the test has a limit. */
  void awaitConsole(String name, String text) throws IOException, InterruptedException {
    Path console = state().resolve("console/guest-" + name + ".log");
    while (!Files.exists(console) || !Files.readString(console).contains(text)) {
      Thread.sleep(50);
    }
  }

  private String log() {
    try {
      return "\nthe daemon's log:\n" + Files.readString(state().resolve("daemon.log"));
    } catch (IOException e) {
      return "\nno log of the daemon: " + e;
    }
  }
}

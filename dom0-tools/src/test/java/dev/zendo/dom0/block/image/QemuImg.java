package dev.zendo.dom0.block.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** QEMU's own tool for images, as the judge of what this code leaves behind. */
final class QemuImg {
  private static final Path PROGRAM = Path.of("/usr/bin/qemu-img");

  private QemuImg() {}

  static void assumeInstalled() {
    assumeTrue(Files.isExecutable(PROGRAM), "qemu-img is not installed (Debian: qemu-utils)");
  }

  /** Runs it and returns the exit status. */
  static int status(StringBuilder output, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(PROGRAM.toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    output.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    try {
      assertTrue(process.waitFor(1, TimeUnit.MINUTES), "qemu-img hangs");
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return process.exitValue();
  }

  static void run(Object... arguments) throws IOException {
    StringBuilder output = new StringBuilder();
    assertEquals(0, status(output, arguments), output.toString());
  }

  /** No errors and no leaks. */
  static void check(Path image) throws IOException {
    run("check", "-f", "qcow2", image);
  }

  /** No errors; leaks are allowed (status 3), as after a loss of power. */
  static void checkNoErrors(Path image) throws IOException {
    StringBuilder output = new StringBuilder();
    int status = status(output, "check", "-f", "qcow2", image);
    assertTrue(status == 0 || status == 3, output.toString());
  }

  /** Both show the same disk. */
  static void compare(Path image, Path raw) throws IOException {
    run("compare", "-f", "qcow2", "-F", "raw", image, raw);
  }
}

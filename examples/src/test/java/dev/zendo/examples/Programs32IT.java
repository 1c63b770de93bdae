package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.EngineChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * 32-bit programs in a 64-bit guest compute what they compute on a real machine: Debian's i386
 * busybox does all of {@code examples/linux/checks32} below Debian's 64-bit kernel. What it should
 * print was recorded where a processor executed the same busybox.
 */
class Programs32IT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path LINUX = ROOT.resolve("examples/linux");

  @ParameterizedTest(name = "{0} vcpus, {1}")
  @CsvSource({"2,INTERPRETER", "1,DIRECT", "2,DIRECT"})
  void printWhatTheyPrintOnAProcessor(String vcpus, EngineChoice engine) throws Exception {
    engine.obstacle().ifPresent(why -> assumeTrue(false, "the host cannot run it: " + why));
    Path kernel = LINUX.resolve("target/vmlinuz-cloud");
    Path initramfs = LINUX.resolve("target/initramfs32");
    assumeTrue(
        Files.exists(kernel) && Files.exists(initramfs),
        "no kernel at "
            + kernel
            + " or no 32-bit programs at "
            + initramfs
            + ": run make -C examples/linux cloud 32bit");
    List<String> command =
        List.of(
            ROOT.resolve("zl").toString(),
            "run",
            kernel.toString(),
            "--ramdisk",
            initramfs.toString(),
            "--memory",
            "256",
            "--engine",
            engine.label(),
            "--vcpus",
            vcpus,
            "--cmdline",
            "console=hvc0 quiet",
            "--timeout",
            "300");
    try (Terminal terminal = new Terminal(ROOT, command)) {
      terminal.await("PROGRAMS32-DONE", 280);
      assertEquals(0, terminal.exitStatus(60), terminal::output);
      try (Stream<String> expected = Files.lines(LINUX.resolve("checks32.expected"))) {
        assertEquals(checks(expected), checks(terminal.output().lines()), terminal::output);
      }
    }
  }

  private static String checks(Stream<String> lines) {
    return lines
        .map(String::strip)
        .filter(line -> line.startsWith("check: "))
        .collect(Collectors.joining("\n"));
  }
}

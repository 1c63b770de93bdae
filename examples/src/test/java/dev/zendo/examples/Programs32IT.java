package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.dom0.EngineChoice;
import java.nio.file.Files;
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
  @ParameterizedTest(name = "{0} vcpus, {1}")
  @CsvSource({"2,INTERPRETER", "1,DIRECT", "2,DIRECT"})
  void printWhatTheyPrintOnAProcessor(int vcpus, EngineChoice engine) throws Exception {
    List<String> command =
        LinuxCommand.of("cloud", "initramfs32", " 32bit", vcpus, engine, "console=hvc0 quiet");
    try (Terminal terminal = new Terminal(LinuxCommand.ROOT, command)) {
      terminal.await("PROGRAMS32-DONE", 280);
      assertEquals(0, terminal.exitStatus(60), terminal::output);
      try (Stream<String> expected = Files.lines(LinuxCommand.LINUX.resolve("checks32.expected"))) {
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

package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/tutorial.md} tells to type works as it says, outside the repository. */
class TutorialIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int SECONDS = 60;

  @TempDir private Path folder;
  private String tutorial;

  @BeforeEach
  void writeTheMakefile() throws IOException {
    tutorial = Files.readString(ROOT.resolve("docs/tutorial.md"));
    Files.writeString(folder.resolve("Makefile"), blockAfter("`Makefile`:"));
  }

  /** The first indented block behind a text, without its indentation. */
  private String blockAfter(String text) {
    int start = tutorial.indexOf(text);
    assertTrue(start >= 0, "the tutorial has no " + text);
    StringBuilder block = new StringBuilder();
    for (String line : tutorial.substring(start + text.length()).split("\n", -1)) {
      if (line.startsWith("    ")) {
        block.append(line.substring(4)).append('\n');
      } else if (line.isBlank()) {
        block.append('\n');
      } else if (!block.toString().isBlank()) {
        break;
      }
    }
    return block.toString().strip() + "\n";
  }

  private void make() throws IOException, InterruptedException {
    Path log = folder.resolve("make.log");
    Process make =
        new ProcessBuilder("make", "ZENDO_KIT=" + ROOT.resolve("pv-guest-kit"))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertTrue(make.waitFor(SECONDS, TimeUnit.SECONDS), "make does not end");
    String output = Files.readString(log, StandardCharsets.UTF_8);
    assertEquals(0, make.exitValue(), output);
  }

  private Terminal boot(String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("zl").toString());
    command.add("run");
    command.add(folder.resolve("mine.elf").toString());
    command.addAll(List.of("--timeout", "" + SECONDS));
    command.addAll(List.of(options));
    return new Terminal(folder, command);
  }

  @Test
  void theFirstKernelGreetsAndPowersOff() throws Exception {
    Files.writeString(folder.resolve("main.c"), blockAfter("`main.c`:"));
    make();
    try (Terminal terminal = boot()) {
      terminal.await("Hello. I have 65536 frames of memory.", SECONDS);
      assertEquals(0, terminal.exitStatus(SECONDS), terminal::output);
    }
  }

  @Test
  void theSecondKernelAnswersWhatIsTyped() throws Exception {
    Files.writeString(folder.resolve("main.c"), blockAfter("## 3. Answer the keyboard"));
    make();
    try (Terminal terminal = boot()) {
      terminal.await("> ", SECONDS);
      terminal.type("tiem\u007f\u007fme\r");
      terminal.await("ms since boot", SECONDS);
      terminal.type("what\r");
      terminal.await("I know time and bye.", SECONDS);
      terminal.type("bye\r");
      assertEquals(0, terminal.exitStatus(SECONDS), terminal::output);
    }
  }

  @Test
  void theNoteInAFolderOfTheHostIsRead() throws Exception {
    Files.writeString(folder.resolve("main.c"), blockAfter("A folder of the host, for instance:"));
    make();
    Path shared = Files.createDirectory(folder.resolve("folder"));
    Files.writeString(shared.resolve("note"), "do not forget\n");
    try (Terminal terminal = boot("--share", "tag=mine,path=folder")) {
      terminal.await("note: do not forget", SECONDS);
      assertEquals(0, terminal.exitStatus(SECONDS), terminal::output);
    }
  }

  @Test
  void theMistakeIsReportedWithTheChainOfCalls() throws Exception {
    String mistake = blockAfter("Read from nowhere:");
    Files.writeString(
        folder.resolve("main.c"),
        "#include <zendo/zendo.h>\n\nint kernel_main(void)\n{\n" + mistake + "return 0;\n}\n");
    make();
    try (Terminal terminal = boot()) {
      terminal.await("vector 14, error code 0, fault address 1234", SECONDS);
      terminal.await("panic: unexpected exception 14", SECONDS);
      assertEquals(3, terminal.exitStatus(SECONDS), terminal::output);
      assertTrue(terminal.output().contains(" kernel_main+"), terminal::output);
    }
  }
}

package dev.zendo.dom0.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandardOutputTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int help(OutputStream out, Path place) {
    PrintStream print = new PrintStream(new StandardOutput(out, place), true, UTF_8);
    return new Zl(print, new PrintStream(err, true, UTF_8)).run("help");
  }

  @Test
  void aFullDiskIsSaid() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no /dev/full");
    try (OutputStream out = Files.newOutputStream(full)) {
      assertEquals(ExitStatus.FAILURE, help(out, full));
    }
    String message = err.toString(UTF_8);
    assertTrue(message.startsWith("zl: standard output cannot be written (No space "), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void aPipeThatNobodyReadsEndsItWithoutAWord(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assumeTrue(made.waitFor() == 0, "mkfifo made no pipe");
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertEquals(ExitStatus.UNREAD, help(broken, pipe));
    assertEquals("", err.toString(UTF_8));
  }
}

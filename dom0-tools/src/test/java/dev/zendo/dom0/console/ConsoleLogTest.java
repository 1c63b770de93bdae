package dev.zendo.dom0.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleLogTest {
  private static void print(ConsoleLog log, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    log.accept(bytes, bytes.length);
  }

  @Test
  void findsTextThatCameInPieces() throws InterruptedException {
    ConsoleLog log = new ConsoleLog(1000);
    print(log, "boot: log");
    Thread printer =
        new Thread(
            () -> {
              for (String piece : new String[] {"i", "n", ":", " "}) {
                print(log, piece);
              }
            });
    printer.start();
    assertEquals(12, log.waitFor("login:", 0, 60_000));
    printer.join();
    assertEquals(-1, log.waitFor("login:", 12, 0));
    assertEquals("in: ", log.textSince(9));
  }

  @Test
  void keepsTheLastPart() {
    ConsoleLog log = new ConsoleLog(100);
    for (int i = 0; i < 1000; i++) {
      print(log, "line " + i + "\n");
    }
    assertTrue(log.text().length() <= 200);
    assertTrue(log.text().endsWith("line 999\n"));
    assertEquals(8890, log.position());
  }

  @Test
  void stopsWaitingWhenTheGuestHasEnded() throws InterruptedException {
    ConsoleLog log = new ConsoleLog(100);
    log.end();
    assertEquals(-1, log.waitFor("x", 0, 60_000));
  }
}

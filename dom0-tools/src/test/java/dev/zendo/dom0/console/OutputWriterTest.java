package dev.zendo.dom0.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutputWriterTest {
  /** Of this test's thread: those of others may still be ending. */
  private final String name = "output-writer-" + UUID.randomUUID();

  private boolean hasThread() {
    return Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals(name));
  }

  private static void print(OutputWriter writer, int count, int first) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (first + i);
    }
    writer.accept(bytes, count);
  }

  @Test
  void everythingIsWrittenInOrderAndTheThreadEndsInBetween() throws InterruptedException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    OutputWriter writer = new OutputWriter(name, stream);
    assertFalse(hasThread());
    print(writer, 20_000, 0);
    print(writer, 1, 20_000);
    while (stream.size() < 20_001 || hasThread()) {
      Thread.sleep(20);
    }
    print(writer, 99, 20_001);
    writer.close();
    byte[] written = stream.toByteArray();
    assertEquals(20_100, written.length);
    for (int i = 0; i < written.length; i++) {
      assertEquals((byte) i, written[i]);
    }
  }

  @Test
  void aSlowStreamHoldsTheGuestUpUntilThereIsRoom() throws InterruptedException {
    Semaphore allowed = new Semaphore(0);
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            allowed.acquireUninterruptibly();
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            allowed.acquireUninterruptibly();
          }
        };
    CountDownLatch resumed = new CountDownLatch(1);
    OutputWriter writer = new OutputWriter(name, slow);
    writer.connect(
        new ConsoleInput() {
          @Override
          public void type(byte[] bytes, int offset, int length) {}

          @Override
          public void resume() {
            resumed.countDown();
          }
        });
    while (writer.room() > 0) {
      print(writer, writer.room(), 0);
    }
    assertEquals(1, resumed.getCount());
    allowed.release(100);
    resumed.await();
    assertTrue(writer.room() > 0);
    writer.close();
  }

  @Test
  void aStreamThatFailsHoldsUpNothing() throws InterruptedException {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("broken");
          }
        };
    OutputWriter writer = new OutputWriter(name, broken);
    for (int i = 0; i < 10; i++) {
      while (writer.room() < 30_000) {
        Thread.sleep(1);
      }
      print(writer, 30_000, 0);
    }
    writer.close();
    assertEquals(64 << 10, writer.room());
  }
}

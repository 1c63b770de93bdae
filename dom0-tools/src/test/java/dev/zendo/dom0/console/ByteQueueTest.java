package dev.zendo.dom0.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ByteQueueTest {
  private final ByteQueue queue = new ByteQueue(5000);
  private byte written;
  private byte read;

  private void add(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = written++;
    }
    queue.add(bytes, 0, count);
  }

  private void take(int count) {
    byte[] bytes = new byte[count];
    assertEquals(count, queue.peek(bytes));
    byte[] expected = new byte[count];
    for (int i = 0; i < count; i++) {
      expected[i] = read++;
    }
    assertArrayEquals(expected, bytes);
    queue.remove(count);
  }

  @Test
  void whatIsInItStaysInOrderWhenItGrows() throws InterruptedException {
    add(1000);
    take(900);
    add(900);
    assertEquals(4000, queue.room());
    add(100);
    take(700);
    add(4500);
    assertEquals(100, queue.room());
    add(100);
    assertEquals(0, queue.room());
    take(4999);
    assertEquals(9, queue.addWaiting(new byte[9], 0, 9));
    take(1);
    byte[] rest = new byte[20];
    Arrays.fill(rest, (byte) 1);
    assertEquals(9, queue.peek(rest));
    assertEquals(0, rest[8]);
    assertEquals(1, rest[9]);
  }
}

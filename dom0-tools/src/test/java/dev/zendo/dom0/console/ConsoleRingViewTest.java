package dev.zendo.dom0.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.io.ConsoleRing;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ConsoleRingViewTest {
  private static final long PAGE = 4096;

  private final ArrayPhysicalMemory memory = new ArrayPhysicalMemory(3 * 4096);
  private final ConsoleRingView ring = new ConsoleRingView(memory, PAGE);

  private int index(long field) {
    return memory.getInt(PAGE + field);
  }

  /** Prints as a guest does; returns how many bytes fitted. */
  private int print(byte[] bytes, int from) {
    int producer = index(ConsoleRing.OUT_PROD.offset());
    int room = 2048 - (producer - index(ConsoleRing.OUT_CONS.offset()));
    int count = Math.min(room, bytes.length - from);
    for (int i = 0; i < count; i++) {
      memory.putByte(ConsoleRing.OUT.at(PAGE) + ((producer + i) & 2047), bytes[from + i]);
    }
    memory.putInt(PAGE + ConsoleRing.OUT_PROD.offset(), producer + count);
    return count;
  }

  @Test
  void carriesAllBytesInOrderAcrossTheEndOfTheRingAndOfTheNumbers() {
    memory.putInt(PAGE + ConsoleRing.OUT_CONS.offset(), -5000);
    memory.putInt(PAGE + ConsoleRing.OUT_PROD.offset(), -5000);
    byte[] text = new byte[100_000];
    Random random = new Random(1);
    random.nextBytes(text);
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    int printed = 0;
    while (seen.size() < text.length) {
      printed += print(text, printed);
      int count = ring.take(1 + random.nextInt(3000));
      seen.write(ring.chunk(), 0, count);
    }
    assertArrayEquals(text, seen.toByteArray());
    assertFalse(ring.broken());
  }

  @Test
  void leavesInTheRingWhatTheOutputHasNoRoomFor() {
    print(new byte[] {1, 2, 3, 4, 5}, 0);
    assertEquals(0, ring.take(0));
    assertEquals(3, ring.take(3));
    assertEquals(2, ring.take(100));
  }

  @Test
  void putsInputUntilTheRingIsFull() {
    byte[] keys = new byte[1500];
    assertEquals(1024, ring.put(keys, 0, keys.length));
    assertEquals(0, ring.put(keys, 1024, 476));
    memory.putInt(PAGE + ConsoleRing.IN_CONS.offset(), 24);
    assertEquals(24, ring.put(keys, 1024, 476));
  }

  @Property
  void impossibleIndicesBreakTheRingAndNothingElse(
      @ForAll int outCons, @ForAll int outProd, @ForAll int inCons, @ForAll int inProd) {
    ArrayPhysicalMemory page = new ArrayPhysicalMemory(3 * 4096);
    page.putInt(PAGE + ConsoleRing.OUT_CONS.offset(), outCons);
    page.putInt(PAGE + ConsoleRing.OUT_PROD.offset(), outProd);
    page.putInt(PAGE + ConsoleRing.IN_CONS.offset(), inCons);
    page.putInt(PAGE + ConsoleRing.IN_PROD.offset(), inProd);
    ConsoleRingView view = new ConsoleRingView(page, PAGE);
    int used = outProd - outCons;
    int taken = view.take(Integer.MAX_VALUE);
    assertEquals(used >= 0 && used <= 2048 ? used : 0, taken);
    view.put(new byte[10], 0, 10);
    int waiting = inProd - inCons;
    assertTrue(view.broken() || (waiting >= 0 && waiting <= 1024));
    for (int i = 0; i < 4096; i++) {
      assertEquals(0, page.getByte(i));
      assertEquals(0, page.getByte(2 * 4096 + i));
    }
  }
}

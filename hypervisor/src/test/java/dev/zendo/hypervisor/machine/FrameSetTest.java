package dev.zendo.hypervisor.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FrameSetTest {
  private static final int END = 200_000;

  @Test
  void anEmptySetHasNoFirst() {
    FrameSet set = new FrameSet(END);
    assertEquals(-1, set.first());
    assertArrayEquals(new long[0], set.matching(member -> true));
    set.remove(5);
    assertEquals(-1, set.first());
    assertEquals(-1, new FrameSet(0).first());
  }

  @Test
  void theLastNumberOfTheRangeIsOne() {
    FrameSet set = new FrameSet(END);
    set.add(END - 1);
    assertEquals(END - 1, set.first());
    set.remove(END - 1);
    assertEquals(-1, set.first());
    set.add(0);
    assertEquals(0, set.first());
  }

  @Test
  void addingOrRemovingTwiceIsOnce() {
    FrameSet set = new FrameSet(END);
    set.add(70);
    set.add(70);
    set.remove(70);
    assertEquals(-1, set.first());
    set.remove(70);
    set.add(71);
    assertArrayEquals(new long[] {71}, set.matching(member -> true));
  }

  @Test
  void isTheSameAsATreeSet() {
    FrameSet set = new FrameSet(END);
    TreeSet<Long> expected = new TreeSet<>();
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      // Of neighbours and of all, so that words and parts are full, sparse and empty.
      long number = random.nextBoolean() ? random.nextInt(END) : 65_500 + random.nextInt(200);
      if (random.nextInt(5) < 3) {
        set.add(number);
        expected.add(number);
      } else {
        number = random.nextBoolean() && !expected.isEmpty() ? expected.first() : number;
        set.remove(number);
        expected.remove(number);
      }
      assertEquals(expected.isEmpty() ? -1 : expected.first(), set.first());
    }
    long[] even = expected.stream().filter(n -> n % 2 == 0).mapToLong(Long::longValue).toArray();
    assertArrayEquals(even, set.matching(member -> member % 2 == 0));
  }
}

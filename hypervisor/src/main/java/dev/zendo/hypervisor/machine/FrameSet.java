package dev.zendo.hypervisor.machine;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * A set of frames, or of whatever is numbered from 0: a bit for each number, in parts that are made
 * when they are first needed, so that a domain's set takes little more than a bit for each of its
 * frames. Nothing is allocated otherwise. Not thread-safe: every set has one lock that its user
 * takes.
 */
public final class FrameSet {
  /** Numbers of one part, as a power of two: 4 KiB of bits. */
  private static final int PART_SHIFT = 15;

  private static final int PART = 1 << PART_SHIFT;
  private static final int WORDS = PART / Long.SIZE;

  private final long[][] parts;

  /** Members in each part. */
  private final int[] sizes;

  /** No member is smaller. */
  private long least;

  /** An empty set of numbers from 0 up to {@code end}, exclusive. */
  public FrameSet(long end) {
    int count = (int) (end + PART - 1 >>> PART_SHIFT);
    this.parts = new long[count][];
    this.sizes = new int[count];
  }

  /** The smallest member, or -1. */
  public long first() {
    long first = from(least);
    least = first < 0 ? (long) parts.length << PART_SHIFT : first;
    return first;
  }

  /** The smallest member from a number on, or -1. */
  private long from(long start) {
    int word = word(start);
    long mask = -1L << start;
    for (int part = (int) (start >>> PART_SHIFT); part < parts.length; part++) {
      for (; sizes[part] != 0 && word < WORDS; word++) {
        long bits = parts[part][word] & mask;
        if (bits != 0) {
          return ((long) part << PART_SHIFT) + (word << 6) + Long.numberOfTrailingZeros(bits);
        }
        mask = -1;
      }
      word = 0;
      mask = -1;
    }
    return -1;
  }

  private static int word(long number) {
    return (int) (number & PART - 1) >>> 6;
  }

  /** The members for which the condition holds, in ascending order. */
  public long[] matching(LongPredicate condition) {
    long[] found = new long[16];
    int count = 0;
    for (long member = first(); member >= 0; member = from(member + 1)) {
      if (condition.test(member)) {
        if (count == found.length) {
          found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = member;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** Adds a number of the range, if it is not there. */
  public void add(long number) {
    int part = (int) (number >>> PART_SHIFT);
    if (parts[part] == null) {
      parts[part] = new long[WORDS];
    }
    int word = word(number);
    long before = parts[part][word];
    parts[part][word] = before | 1L << number;
    sizes[part] += parts[part][word] != before ? 1 : 0;
    least = Math.min(least, number);
  }

  /** Removes a number of the range, if it is there. */
  public void remove(long number) {
    int part = (int) (number >>> PART_SHIFT);
    if (sizes[part] == 0) {
      return;
    }
    int word = word(number);
    long before = parts[part][word];
    parts[part][word] = before & ~(1L << number);
    sizes[part] -= parts[part][word] != before ? 1 : 0;
  }
}

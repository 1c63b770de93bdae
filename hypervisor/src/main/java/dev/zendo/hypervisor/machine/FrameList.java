package dev.zendo.hypervisor.machine;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * A doubly linked list of frames, threaded through the {@link FrameTable}. A frame is on at most
 * one list. Not thread-safe: every list has one lock that its user takes.
 */
public final class FrameList {
  private final FrameTable table;
  private int head = -1;

  /** An empty list. */
  public FrameList(FrameTable table) {
    this.table = table;
  }

  /** First frame, or -1. */
  public int first() {
    return head;
  }

  /** The frames for which the condition holds, in no particular order. */
  public long[] matching(LongPredicate condition) {
    long[] found = new long[16];
    int count = 0;
    for (int mfn = head; mfn >= 0; mfn = table.next(mfn)) {
      if (condition.test(mfn)) {
        if (count == found.length) {
          found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = mfn;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** Adds a frame that is on no list, in front. */
  public void add(long mfn) {
    table.next(mfn, head);
    table.previous(mfn, -1);
    if (head >= 0) {
      table.previous(head, mfn);
    }
    head = (int) mfn;
  }

  /** Removes a frame that is on this list. */
  public void remove(long mfn) {
    int next = table.next(mfn);
    int previous = table.previous(mfn);
    if (previous >= 0) {
      table.next(previous, next);
    } else {
      head = next;
    }
    if (next >= 0) {
      table.previous(next, previous);
    }
  }
}

package dev.zendo.hypervisor.domain;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The frames of which present page-table entries of a domain were replaced lately: what a vcpu must
 * forget when it loads another root, because a guest may count on that. One thread at a time notes,
 * any thread reads.
 */
public final class OutdatedFrames {
  /** Stands for all frames. */
  public static final long ALL = -1;

  private static final int KEPT = 16;

  private final AtomicLongArray frames = new AtomicLongArray(KEPT);
  private final AtomicLong count = new AtomicLong();

  /** Nothing was replaced yet. */
  OutdatedFrames() {}

  /**
   * Notes that an entry was replaced.
   *
   * @param mfn the frame it named, or {@link #ALL}
   */
  public void note(long mfn) {
    long number = count.get();
    frames.set((int) (number % KEPT), mfn);
    count.set(number + 1);
  }

  /** How many were noted so far. */
  public long count() {
    return count.get();
  }

  /** Whether all noted since a count are still known, and no note stands for all frames. */
  boolean areKnownSince(long since) {
    long now = count.get();
    // The next note may be overwriting the oldest one before it counts.
    if (since < 0 || now - since >= KEPT) {
      return false;
    }
    for (long i = since; i < now; i++) {
      if (get(i) == ALL) {
        return false;
      }
    }
    return true;
  }

  /** One that was noted, if it is still known: {@link #areKnownSince} tells afterwards. */
  long get(long number) {
    return frames.get((int) (number % KEPT));
  }
}

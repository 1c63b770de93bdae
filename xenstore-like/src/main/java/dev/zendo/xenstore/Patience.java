package dev.zendo.xenstore;

/**
 * Decides whether a thread that has nothing to do looks again for a moment before it sleeps. That
 * pays where whoever is waited for runs on another processor meanwhile. Where processors are scarce
 * it only takes time from him, so each time that the thread has looked in vain doubles the number
 * of sleeps that have to end within the moment before it looks again. Confined to one thread.
 */
final class Patience {
  /** About twice what it takes to fall asleep and be woken, in nanoseconds. */
  private static final long MOMENT = 25_000;

  private static final int MOST_CAUTION = 4096;

  /** With one processor, whoever is waited for cannot run meanwhile. */
  private final boolean possible = Runtime.getRuntime().availableProcessors() > 1;

  private long since;

  /** How many short sleeps it takes after looking in vain. */
  private int caution = 1;

  /** How many of them are still missing. */
  private int missing;

  /** Begins a wait: whether to look again, rather than sleep. */
  boolean begin() {
    since = System.nanoTime();
    return possible && missing == 0;
  }

  /** Whether to look once more. */
  boolean lasts() {
    if (System.nanoTime() - since < MOMENT) {
      return true;
    }
    missing = caution;
    caution = Math.min(MOST_CAUTION, 2 * caution);
    return false;
  }

  /** Ends a wait in which what was waited for was seen in time. */
  void rewarded() {
    caution = Math.max(1, caution - 1);
  }

  /** Ends a wait in which the thread slept. */
  void woken() {
    if (missing > 0 && System.nanoTime() - since < MOMENT) {
      missing--;
    }
  }
}

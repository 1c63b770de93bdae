package dev.zendo.xenstore;

/**
 * Decides whether a thread that has nothing to do looks again for a moment before it sleeps. It
 * does as long as that pays: after it has looked in vain it sleeps at once, until it has been woken
 * so soon that looking would have been better. Confined to one thread.
 */
final class Patience {
  /** About twice what it takes to fall asleep and be woken, in nanoseconds. */
  private static final long MOMENT = 25_000;

  /** With one processor, whoever is waited for cannot run meanwhile. */
  private final boolean possible = Runtime.getRuntime().availableProcessors() > 1;

  private boolean pays = possible;
  private long since;

  /** Begins a wait: whether to look again, rather than sleep. */
  boolean begin() {
    since = System.nanoTime();
    return pays;
  }

  /** Whether to look once more. */
  boolean lasts() {
    pays = System.nanoTime() - since < MOMENT;
    return pays;
  }

  /** Ends a wait in which the thread slept. */
  void woken() {
    pays = possible && System.nanoTime() - since < MOMENT;
  }
}

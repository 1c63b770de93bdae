package dev.zendo.hypervisor.event;

import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Atomic operations on 32-bit words that a guest changes at the same time: event words and the
 * ready word of a control block (event_channel.h). Stateless. However fast a guest overwrites a
 * word, each operation ends after a bounded number of steps. Setting and clearing are full fences,
 * also where there is nothing to change (see {@link SharedBits}).
 */
final class EventWord {
  static final int PENDING = 1 << EventLimits.FIFO_PENDING;
  static final int MASKED = 1 << EventLimits.FIFO_MASKED;
  static final int LINKED = 1 << EventLimits.FIFO_LINKED;
  static final int BUSY = 1 << EventLimits.FIFO_BUSY;
  static final int LINK_MASK = (1 << EventLimits.FIFO_LINK_BITS) - 1;

  /** Far more changes than a guest makes to a word on purpose while one operation lasts. */
  private static final int TRIES = 64;

  /** A guest that keeps to the rules can change a linked word four times while it is busy. */
  private static final int LINK_TRIES = 4;

  private EventWord() {}

  static boolean test(long word, int bit) {
    return (HostMemory.getIntAcquire(word) & bit) != 0;
  }

  /** Sets a bit; returns whether it was clear before. Sequentially consistent. */
  static boolean set(long word, int bit) {
    for (int i = 0; i < TRIES; i++) {
      int old = HostMemory.getIntAcquire(word);
      if ((old & bit) != 0) {
        HostMemory.fullFence();
        if (test(word, bit)) {
          return false;
        }
        continue;
      }
      if (HostMemory.compareAndSetInt(word, old, old | bit)) {
        return true;
      }
    }
    // An exchange always gets through; what it overwrites a hostile guest did to itself.
    return (HostMemory.getAndSetInt(word, HostMemory.getInt(word) | bit) & bit) == 0;
  }

  /** Clears a bit. Sequentially consistent. */
  static void clear(long word, int bit) {
    for (int i = 0; i < TRIES; i++) {
      int old = HostMemory.getIntAcquire(word);
      if ((old & bit) == 0) {
        HostMemory.fullFence();
        if (!test(word, bit)) {
          return;
        }
        continue;
      }
      if (HostMemory.compareAndSetInt(word, old, old & ~bit)) {
        return;
      }
    }
    HostMemory.getAndSetInt(word, HostMemory.getInt(word) & ~bit);
  }

  /**
   * Links the last event of a queue to the next one, if it is in the queue still; returns whether
   * it is. BUSY keeps the guest from unmasking the event while one tries again.
   */
  static boolean link(long word, int next) {
    int seen = HostMemory.getIntAcquire(word);
    if ((seen & LINKED) == 0) {
      return false;
    }
    if (replaceLink(word, seen, next)) {
      return true;
    }
    set(word, BUSY);
    boolean linked = true;
    for (int i = 0; i < LINK_TRIES && linked; i++) {
      seen = HostMemory.getIntAcquire(word);
      linked = (seen & LINKED) != 0;
      if (linked && replaceLink(word, seen, next)) {
        return true;
      }
    }
    clear(word, BUSY);
    return linked;
  }

  private static boolean replaceLink(long word, int seen, int next) {
    return HostMemory.compareAndSetInt(word, seen, seen & ~(BUSY | LINK_MASK) | next);
  }
}

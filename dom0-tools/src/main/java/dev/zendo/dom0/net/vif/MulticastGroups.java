package dev.zendo.dom0.net.vif;

/**
 * The groups of stations whose frames a guest wants, once it asked for such control. One thread.
 */
final class MulticastGroups {
  /** As many as Linux's netback keeps. */
  private static final int CAPACITY = 64;

  private final long[] addresses = new long[CAPACITY];
  private int count;
  private boolean controlled;

  /** Whether the guest names its groups; otherwise it gets the frames of all. */
  void controlled(boolean on) {
    controlled = on;
    count = 0;
  }

  /** Adds a group; false when there are too many. */
  boolean add(long address) {
    if (find(address) >= 0) {
      return true;
    }
    if (count == CAPACITY) {
      return false;
    }
    addresses[count++] = address;
    return true;
  }

  void remove(long address) {
    int at = find(address);
    if (at >= 0) {
      addresses[at] = addresses[--count];
    }
  }

  boolean wants(long address) {
    return !controlled || find(address) >= 0;
  }

  private int find(long address) {
    for (int i = 0; i < count; i++) {
      if (addresses[i] == address) {
        return i;
      }
    }
    return -1;
  }
}

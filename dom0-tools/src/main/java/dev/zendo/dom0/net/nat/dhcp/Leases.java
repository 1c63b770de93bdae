package dev.zendo.dom0.net.nat.dhcp;

import java.util.HashMap;
import java.util.Map;

/**
 * Which station has which address, at most one each; bounded by the number of addresses. A station
 * keeps its address even when its lease has ended, until somebody else needs it. Times are
 * nanoseconds from any beginning. One thread.
 */
final class Leases {
  private final int first;
  private final int count;
  private final Map<Long, Integer> indices = new HashMap<>();
  private final long[] owners;
  private final long[] ends;
  private final boolean[] taken;

  /** With the first address and the number of addresses. */
  Leases(int first, int count) {
    this.first = first;
    this.count = count;
    this.owners = new long[count];
    this.ends = new long[count];
    this.taken = new boolean[count];
  }

  /** The address of a station; 0 when it has none. */
  int of(long station) {
    Integer index = indices.get(station);
    return index == null ? 0 : first + index;
  }

  /**
   * Finds an address for a station: its own, the one that it wants, or another.
   *
   * @param wanted 0 for any
   * @return 0 when all are taken
   */
  int offer(long station, int wanted, long now) {
    int own = of(station);
    if (own != 0) {
      return own;
    }
    int index = wanted - first;
    if (index < 0 || index >= count || !free(index, now)) {
      index = search(now);
    }
    return index < 0 ? 0 : first + index;
  }

  /** The first that nobody ever had, otherwise the one that is free for the longest time. */
  private int search(long now) {
    int best = -1;
    for (int i = 0; i < count; i++) {
      if (!taken[i]) {
        return i;
      }
      if (free(i, now) && (best < 0 || ends[i] - ends[best] < 0)) {
        best = i;
      }
    }
    return best;
  }

  private boolean free(int index, long now) {
    return !taken[index] || now - ends[index] >= 0;
  }

  /** Whether a station may have this address: it is its own, or it has none and this is free. */
  boolean available(long station, int address, long now) {
    int index = address - first;
    if (index < 0 || index >= count) {
      return false;
    }
    int own = of(station);
    return own == 0 ? free(index, now) : own == address;
  }

  /** Gives a station an address that is {@link #available}, until a time. */
  void grant(long station, int address, long end) {
    int index = address - first;
    if (taken[index] && owners[index] != station) {
      indices.remove(owners[index]);
    }
    taken[index] = true;
    owners[index] = station;
    ends[index] = end;
    indices.put(station, index);
  }

  /** A station needs its address no longer, and gets it again if it returns soon. */
  void release(long station, int address, long now) {
    if (of(station) == address && address != 0) {
      ends[address - first] = now;
    }
  }

  /** A station says that another one uses its address, which nobody gets until a time. */
  void decline(long station, int address, long end) {
    if (of(station) == address && address != 0) {
      int index = address - first;
      indices.remove(station);
      // No station has the address 0.
      owners[index] = 0;
      ends[index] = end;
    }
  }

  /** The station that has an address; 0 for none. */
  long owner(int address) {
    int index = address - first;
    return index >= 0 && index < count && taken[index] ? owners[index] : 0;
  }

  int size() {
    return indices.size();
  }
}

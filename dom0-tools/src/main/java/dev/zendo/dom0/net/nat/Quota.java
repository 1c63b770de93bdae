package dev.zendo.dom0.net.nat;

import java.util.HashMap;
import java.util.Map;

/** Bounds a number of things in all and for each station. One thread. */
final class Quota {
  private final int most;
  private final int mostEach;
  private final Map<Long, Integer> each = new HashMap<>();
  private int all;

  Quota(int most, int mostEach) {
    this.most = most;
    this.mostEach = mostEach;
  }

  /** Counts one more; false when that would be too many. */
  boolean take(long station) {
    int has = each.getOrDefault(station, 0);
    if (all >= most || has >= mostEach) {
      return false;
    }
    all++;
    each.put(station, has + 1);
    return true;
  }

  /** Counts one less. */
  void give(long station) {
    all--;
    each.computeIfPresent(station, (key, count) -> count == 1 ? null : count - 1);
  }
}

package dev.zendo.hypervisor.paging;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What an audit has counted for every frame of a machine, and the grant mappings that it was told
 * of. One thread.
 */
final class ReferenceCounts {
  private static final int MOST_VIOLATIONS = 20;

  final int[] general;
  final int[] typed;
  final int[] linear;
  private final Map<String, Integer> foreign = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int suppressed;

  /** Nothing is counted yet. */
  ReferenceCounts(int frames) {
    general = new int[frames];
    typed = new int[frames];
    linear = new int[frames];
  }

  /** A reference and, if typed, a type reference. */
  void add(long mfn, boolean withType) {
    if (mfn < 0 || mfn >= general.length) {
      violation("something refers to frame 0x" + Long.toHexString(mfn) + ", which does not exist");
      return;
    }
    general[(int) mfn]++;
    if (withType) {
      typed[(int) mfn]++;
    }
  }

  /** A domain may have one more entry for a frame of another one. */
  void permit(int domain, long mfn, boolean writable) {
    foreign.merge(key(domain, mfn, writable), 1, Integer::sum);
  }

  /** A domain has an entry for a frame of another one; returns whether that is permitted. */
  boolean use(int domain, long mfn, boolean writable) {
    return foreign.merge(key(domain, mfn, writable), -1, Integer::sum) >= 0;
  }

  private static String key(int domain, long mfn, boolean writable) {
    return domain + (writable ? "w" : "r") + mfn;
  }

  /** Notes what must not be. */
  void violation(String text) {
    if (violations.size() < MOST_VIOLATIONS) {
      violations.add(text);
    } else {
      suppressed++;
    }
  }

  /** All that was noted. */
  List<String> violations() {
    List<String> all = new ArrayList<>(violations);
    if (suppressed > 0) {
      all.add("and " + suppressed + " more");
    }
    return all;
  }
}

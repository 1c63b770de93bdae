package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.grant.MapFlags;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The grants that one domain has mapped, by handle. A handle that was given back is used again only
 * after all others that were free at that moment.
 *
 * <p>Callers hold this object's monitor; it may be held while the domain's paging lock is taken.
 */
final class MapTrack {
  /** {@link #allocate}: there is no handle left. */
  static final int NONE = -1;

  /** Handles that are added at a time. */
  private static final int STEP = 256;

  /** Most handles (1024 frames of 256, gnttab_max_maptrack_frames of Xen). */
  private static final int LIMIT = 1024 * STEP;

  private static final int END = -1;

  private int[] next = new int[0];
  private int[] flags = new int[0];
  private int[] refs = new int[0];
  private long[] mfns = new long[0];
  private GrantTable[] granters = new GrantTable[0];
  private int limit;
  private int head = END;
  private int tail = END;

  /** Takes a free handle, or {@link #NONE}. */
  int allocate() {
    if (head != tail) {
      int handle = head;
      head = next[handle];
      return handle;
    }
    return limit < LIMIT ? grow() : NONE;
  }

  private int grow() {
    int first = limit;
    int size = limit + STEP;
    if (size > flags.length) {
      int capacity = Math.max(size, 2 * flags.length);
      next = Arrays.copyOf(next, capacity);
      flags = Arrays.copyOf(flags, capacity);
      refs = Arrays.copyOf(refs, capacity);
      mfns = Arrays.copyOf(mfns, capacity);
      granters = Arrays.copyOf(granters, capacity);
    }
    for (int i = first + 1; i < size; i++) {
      next[i] = i + 1;
    }
    next[size - 1] = head;
    head = first + 1;
    if (tail == END) {
      tail = size - 1;
    }
    limit = size;
    return first;
  }

  /** Gives a handle back. */
  void release(int handle) {
    flags[handle] = 0;
    granters[handle] = null;
    next[handle] = END;
    next[tail] = handle;
    tail = handle;
  }

  /** Fills in the mapping of an allocated handle. */
  void set(int handle, GrantTable granter, int ref, long mfn, int mapFlags) {
    granters[handle] = granter;
    refs[handle] = ref;
    mfns[handle] = mfn;
    flags[handle] = mapFlags;
  }

  /** Flags of a mapping that remain; 0 when the handle (any value) names none. */
  int flags(int handle) {
    return Integer.compareUnsigned(handle, limit) < 0 ? flags[handle] : 0;
  }

  /** Changes the flags of a mapping. */
  void flags(int handle, int mapFlags) {
    flags[handle] = mapFlags;
  }

  /** The table the mapped grant is in. */
  GrantTable granter(int handle) {
    return granters[handle];
  }

  /** The grant. */
  int ref(int handle) {
    return refs[handle];
  }

  /** The mapped frame. */
  long mfn(int handle) {
    return mfns[handle];
  }

  /** Names the frames of a granter that are mapped writable. */
  void forEachWritable(GrantTable granter, LongConsumer visitor) {
    for (int handle = 0; handle < limit; handle++) {
      if (granters[handle] == granter
          && flags[handle] != 0
          && (flags[handle] & MapFlags.READONLY) == 0) {
        visitor.accept(mfns[handle]);
      }
    }
  }

  /** One more than the largest handle. */
  int limit() {
    return limit;
  }
}

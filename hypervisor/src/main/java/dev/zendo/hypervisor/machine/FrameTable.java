package dev.zendo.hypervisor.machine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the hypervisor knows of every machine frame: its owner, a general reference count, and one
 * exclusive type with a count of its own. Frames of different types can never be confused: a frame
 * changes its type only while its type count is 0, so a frame that somebody may write is never a
 * page table and the other way round.
 *
 * <p>A frame in use has at least one general reference; the reference named <em>allocation</em> is
 * the owner's own and goes when the owner gives the frame up. When the last reference goes, the
 * frame returns to the {@link FrameAllocator}, whatever became of its owner. Every type reference
 * is held together with a general one.
 *
 * <p>A frame takes 16 bytes: a word for owner, count and marks, and one for the type or, as long as
 * there is none, for the time at which the last one went; nobody asks for that time while the frame
 * has a type. Which frames an owner has, and which are free, {@link FrameSet}s know.
 *
 * <p>All operations are lock-free and may be called by any thread, with any frame number where the
 * description says so. Counts never overflow: an operation that would let one overflow fails. The
 * table lives in host memory that is backed when it is first touched.
 */
public final class FrameTable implements AutoCloseable {
  /** No type, or a type whose count is 0. */
  public static final int NONE = 0;

  /** A page table of the lowest level; higher levels follow with their numbers. */
  public static final int L1 = 1;

  public static final int L2 = 2;
  public static final int L3 = 3;
  public static final int L4 = 4;

  /** A page of a global or local descriptor table. */
  public static final int DESCRIPTORS = 5;

  /** A frame that somebody may write freely. */
  public static final int WRITABLE = 6;

  /** Owner of frames that belong to the hypervisor (DOMID_XEN of xen.h). */
  public static final int OWNER_HYPERVISOR = 0x7ff2;

  /** Owner of frames whose domain is gone while others still hold them (DOMID_INVALID). */
  public static final int OWNER_GONE = 0x7ff4;

  /** {@link #acquireType}: refused, the frame is in use with another type. */
  public static final long REFUSED = -1;

  /** {@link #acquireType}: the frame had the type already; it may not have been validated. */
  public static final long SHARED = -2;

  private static final int ENTRY = 16;
  private static final int ENTRY_SHIFT = 4;
  private static final int STATE = 0;
  private static final int TYPE = 8;

  private static final long COUNT = 0x7fffffffL;
  private static final int OWNER_SHIFT = 32;
  private static final long OWNER_MASK = 0xffffL << OWNER_SHIFT;
  private static final long IN_USE = 1L << 48;
  private static final long ALLOCATED = 1L << 49;
  private static final long EXTRA = 1L << 50;
  private static final long FREE_HEAD = 1L << 51;
  private static final int ORDER_SHIFT = 52;
  private static final long ORDER_MASK = 0x3fL << ORDER_SHIFT;
  private static final long USED_BEFORE = 1L << 58;
  private static final long NOT_RAM = 1L << 59;
  private static final long SHARED_WRITABLE = 1L << 60;

  /** In the type's word: there is one. Otherwise the word is the frame's stamp, or 0. */
  private static final long TYPED = 1L << 63;

  private static final int KIND_SHIFT = 32;
  private static final long KIND_MASK = 7L << KIND_SHIFT;
  private static final long VALIDATED = 1L << 36;
  private static final long PINNED = 1L << 37;
  private static final int LINEAR_SHIFT = 40;
  private static final long LINEAR_MASK = 0xffffL << LINEAR_SHIFT;

  /** Told when the last reference to a frame has gone, on the thread that dropped it. */
  @FunctionalInterface
  public interface Listener {
    /**
     * The frame is unused from now on.
     *
     * @param owner who owned it, possibly {@link #OWNER_GONE}
     * @param extra whether it was an extra frame, which no domain's page count includes
     */
    void released(long mfn, int owner, boolean extra);
  }

  private final long base;
  private final long frames;
  private final AtomicLong clock = new AtomicLong(1);
  private Listener listener = (mfn, owner, extra) -> {};

  /** A table for frames 0 up to the given number; none is in use. */
  public FrameTable(long frames) {
    this.frames = frames;
    this.base = HostMemory.allocate(frames << ENTRY_SHIFT, ENTRY);
  }

  /** Gives the table's memory back; nobody may use it afterwards. */
  @Override
  public void close() {
    HostMemory.free(base);
  }

  /** Sets who hears of frames that nobody uses any more; once, before frames are in use. */
  public void listener(Listener released) {
    listener = released;
  }

  /** Number of frames. */
  public long frames() {
    return frames;
  }

  /** Whether a number (any value) names a frame of the table. */
  public boolean contains(long mfn) {
    return Long.compareUnsigned(mfn, frames) < 0;
  }

  /** Whether a number (any value) names a frame of memory, not a hole or reserved range. */
  public boolean isRam(long mfn) {
    return contains(mfn) && (state(mfn) & NOT_RAM) == 0;
  }

  /** Declares a frame to be no memory. Only while the machine is built. */
  public void markNotRam(long mfn) {
    HostMemory.putLong(entry(mfn) + STATE, NOT_RAM);
  }

  // --- owner and general references ---------------------------------------------------------

  /** Owner of a frame in use, or -1; any frame number. */
  public int owner(long mfn) {
    if (!contains(mfn)) {
      return -1;
    }
    long s = state(mfn);
    return (s & IN_USE) == 0 ? -1 : ownerOf(s);
  }

  /** General reference count of a frame. */
  public int references(long mfn) {
    return (int) (state(mfn) & COUNT);
  }

  /**
   * Puts a free frame into use with one reference, which is the allocation.
   *
   * @param extra whether the owner's page count leaves it out
   */
  public void assign(long mfn, int owner, boolean extra) {
    long used = state(mfn) & USED_BEFORE;
    HostMemory.putLongRelease(
        entry(mfn) + STATE,
        IN_USE | ALLOCATED | (extra ? EXTRA : 0) | (long) owner << OWNER_SHIFT | used | 1);
  }

  /**
   * Takes a general reference to a frame (any number) if the given domain owns it.
   *
   * @return false when it is no frame, not in use, another domain's, or its count is full
   */
  public boolean get(long mfn, int owner) {
    if (!contains(mfn)) {
      return false;
    }
    long at = entry(mfn) + STATE;
    long want = IN_USE | (long) owner << OWNER_SHIFT;
    while (true) {
      long s = HostMemory.getLongAcquire(at);
      long count = s & COUNT;
      if ((s & (IN_USE | OWNER_MASK)) != want || count == 0 || count == COUNT) {
        return false;
      }
      if (HostMemory.compareAndSetLong(at, s, s + 1)) {
        return true;
      }
    }
  }

  /**
   * Takes a general reference to a frame (any number), whoever owns it.
   *
   * @return the owner, or -1 when there is none or the count is full
   */
  public int getAny(long mfn) {
    if (!contains(mfn)) {
      return -1;
    }
    long at = entry(mfn) + STATE;
    while (true) {
      long s = HostMemory.getLongAcquire(at);
      long count = s & COUNT;
      if ((s & IN_USE) == 0 || count == 0 || count == COUNT) {
        return -1;
      }
      if (HostMemory.compareAndSetLong(at, s, s + 1)) {
        return ownerOf(s);
      }
    }
  }

  /** Drops a general reference that the caller holds; the last one frees the frame. */
  public void put(long mfn) {
    long at = entry(mfn) + STATE;
    while (true) {
      long s = HostMemory.getLongAcquire(at);
      if ((s & COUNT) == 0) {
        throw new IllegalStateException("frame " + mfn + " has no reference to drop");
      }
      if (HostMemory.compareAndSetLong(at, s, s - 1)) {
        if ((s & COUNT) == 1) {
          released(mfn, s);
        }
        return;
      }
    }
  }

  private void released(long mfn, long state) {
    // Extra frames have their type to the end.
    HostMemory.putLongRelease(entry(mfn) + TYPE, clock.get());
    listener.released(mfn, ownerOf(state), (state & EXTRA) != 0);
  }

  /**
   * Takes away the mark that the owner's allocation reference is there; whoever does it drops that
   * reference.
   *
   * @return whether the mark was there
   */
  public boolean clearAllocation(long mfn) {
    return clearBit(entry(mfn) + STATE, ALLOCATED, ALLOCATED);
  }

  /** Whether the owner's allocation reference is there. */
  public boolean isAllocated(long mfn) {
    return (state(mfn) & ALLOCATED) != 0;
  }

  /** Whether the frame is one that its owner's page count leaves out. */
  public boolean isExtra(long mfn) {
    return (state(mfn) & EXTRA) != 0;
  }

  /**
   * Remembers that a domain which may not be the owner has the frame mapped writable. The mark
   * stays until the frame is free.
   */
  public void markShared(long mfn) {
    long at = entry(mfn) + STATE;
    while (true) {
      long s = HostMemory.getLongAcquire(at);
      if ((s & SHARED_WRITABLE) != 0 || HostMemory.compareAndSetLong(at, s, s | SHARED_WRITABLE)) {
        return;
      }
    }
  }

  /** Whether another domain than the owner has or had the frame mapped writable. */
  public boolean isShared(long mfn) {
    return (state(mfn) & SHARED_WRITABLE) != 0;
  }

  /** Takes a frame in use away from its owner; references stay. */
  public void disown(long mfn) {
    long at = entry(mfn) + STATE;
    while (true) {
      long s = HostMemory.getLongAcquire(at);
      long gone = s & ~OWNER_MASK | (long) OWNER_GONE << OWNER_SHIFT | EXTRA;
      if (HostMemory.compareAndSetLong(at, s, gone)) {
        return;
      }
    }
  }

  /**
   * Takes a frame out of its owner's hands when the allocation is its only reference and no type is
   * in use: nobody can find it afterwards until it is assigned again.
   *
   * @return whether it was so
   */
  public boolean steal(long mfn, int owner) {
    if (!contains(mfn)) {
      return false;
    }
    long at = entry(mfn) + STATE;
    long s = HostMemory.getLongAcquire(at);
    long want = IN_USE | ALLOCATED | (long) owner << OWNER_SHIFT | 1;
    if ((s & (IN_USE | ALLOCATED | EXTRA | OWNER_MASK | COUNT)) != want) {
      return false;
    }
    return stamp(mfn) && HostMemory.compareAndSetLong(at, s, s & (USED_BEFORE | OWNER_MASK));
  }

  /**
   * Says that translations of a frame without a type are stale from now on; false if it has one.
   */
  private boolean stamp(long mfn) {
    long at = entry(mfn) + TYPE;
    while (true) {
      long t = HostMemory.getLongAcquire(at);
      if (t < 0 || HostMemory.compareAndSetLong(at, t, clock.get())) {
        return t >= 0;
      }
    }
  }

  // --- types -----------------------------------------------------------------------------------

  /** The type now in use, {@link #NONE} when the type count is 0; any frame number. */
  public int type(long mfn) {
    return contains(mfn) ? kindOf(typed(mfn)) : NONE;
  }

  /** Type count of a frame. */
  public int typeReferences(long mfn) {
    return (int) (typed(mfn) & COUNT);
  }

  /**
   * Takes a type reference to a frame to which the caller holds a general one.
   *
   * <p>For types other than {@link #WRITABLE} the owner's paging lock must be held. Who gets the
   * first reference flushes stale writable translations, validates the contents and then calls
   * {@link #validated}, or takes everything back with {@link #dropType}.
   *
   * @return {@link #REFUSED}, {@link #SHARED}, or for the first reference {@link #staleSince} as it
   *     was
   */
  public long acquireType(long mfn, int type) {
    long at = entry(mfn) + TYPE;
    while (true) {
      long t = HostMemory.getLongAcquire(at);
      if (t >= 0) {
        if (HostMemory.compareAndSetLong(at, t, TYPED | (long) type << KIND_SHIFT | 1)) {
          return t;
        }
      } else if (kindOf(t) != type || (t & COUNT) == COUNT) {
        return REFUSED;
      } else if (HostMemory.compareAndSetLong(at, t, t + 1)) {
        return SHARED;
      }
    }
  }

  /** Declares that the contents of a typed frame have been checked. */
  public void validated(long mfn) {
    setTypeBits(mfn, VALIDATED);
  }

  /** Whether the contents of the frame have been checked for its present type. */
  public boolean isValidated(long mfn) {
    return (typed(mfn) & VALIDATED) != 0;
  }

  /**
   * Drops a type reference unless it is the last one of a validated type.
   *
   * @return false when it is: then the caller takes the contents' references back, and drops it by
   *     {@link #dropType}
   */
  public boolean putTypeUnlessLast(long mfn) {
    return drop(mfn, true);
  }

  /** Drops a type reference; with the last one the frame has no type and is not validated. */
  public void dropType(long mfn) {
    drop(mfn, false);
  }

  private boolean drop(long mfn, boolean unlessValidated) {
    long at = entry(mfn) + TYPE;
    while (true) {
      long t = HostMemory.getLongAcquire(at);
      if (t >= 0) {
        throw new IllegalStateException("frame " + mfn + " has no type reference to drop");
      }
      boolean last = (t & COUNT) == 1;
      if (last && unlessValidated && (t & VALIDATED) != 0) {
        return false;
      }
      if (HostMemory.compareAndSetLong(at, t, last ? clock.get() : t - 1)) {
        return true;
      }
    }
  }

  /** Marks a frame as pinned; returns false when it was already. */
  public boolean pin(long mfn) {
    return setTypeBits(mfn, PINNED);
  }

  /** Takes the pinned mark away; returns false when there was none. */
  public boolean unpin(long mfn) {
    return clearBit(entry(mfn) + TYPE, PINNED, TYPED | PINNED);
  }

  /** Whether the frame is pinned. */
  public boolean isPinned(long mfn) {
    return (typed(mfn) & PINNED) != 0;
  }

  /** Clears a bit of a word of an entry in which some bits are set; returns whether they were. */
  private static boolean clearBit(long at, long bit, long set) {
    while (true) {
      long word = HostMemory.getLongAcquire(at);
      if ((word & set) != set) {
        return false;
      }
      if (HostMemory.compareAndSetLong(at, word, word & ~bit)) {
        return true;
      }
    }
  }

  private boolean setTypeBits(long mfn, long bits) {
    long at = entry(mfn) + TYPE;
    while (true) {
      long t = HostMemory.getLongAcquire(at);
      if (t >= 0) {
        throw new IllegalStateException("frame " + mfn + " has no type");
      }
      if ((t & bits) == bits) {
        return false;
      }
      if (HostMemory.compareAndSetLong(at, t, t | bits)) {
        return true;
      }
    }
  }

  /**
   * Linear page-table balance of a page table: positive while it contains entries that name another
   * table of its own level, negative while such entries name it; 0 without a type. Guarded by the
   * owner's paging lock.
   */
  public int linear(long mfn) {
    return (short) (typed(mfn) >>> LINEAR_SHIFT);
  }

  /** Changes {@link #linear}; returns false when the result does not fit, or without a type. */
  public boolean addLinear(long mfn, int delta) {
    long at = entry(mfn) + TYPE;
    while (true) {
      long t = HostMemory.getLongAcquire(at);
      int sum = (short) (t >>> LINEAR_SHIFT) + delta;
      if (t >= 0 || sum != (short) sum) {
        return false;
      }
      long next = t & ~LINEAR_MASK | (sum & 0xffffL) << LINEAR_SHIFT;
      if (HostMemory.compareAndSetLong(at, t, next)) {
        return true;
      }
    }
  }

  // --- flush clock -----------------------------------------------------------------------------

  /**
   * The clock of translation flushes. Whoever is about to flush ticks it first: translations that
   * went stale before (their {@link #staleSince} is smaller) are gone when the flush is complete.
   */
  public long tick() {
    return clock.incrementAndGet();
  }

  /**
   * Clock value when a frame last lost its type or was freed: from then on translations of it may
   * be stale. 0 for one that never had a type, and for one that has.
   */
  public long staleSince(long mfn) {
    return Math.max(0, typeWord(mfn));
  }

  // --- for the allocator -------------------------------------------------------------------------

  /** Makes a frame the head of a free block; whoever calls it holds the allocator's lock. */
  void freeHead(long mfn, int order) {
    HostMemory.putLongRelease(
        entry(mfn) + STATE, state(mfn) & USED_BEFORE | FREE_HEAD | (long) order << ORDER_SHIFT);
  }

  /** A frame is no longer the head of a free block. */
  void notFreeHead(long mfn) {
    HostMemory.putLongRelease(entry(mfn) + STATE, state(mfn) & USED_BEFORE);
  }

  /** Order of the free block that starts at a frame, or -1. */
  int freeOrder(long mfn) {
    long s = state(mfn);
    return (s & FREE_HEAD) == 0 ? -1 : (int) ((s & ORDER_MASK) >>> ORDER_SHIFT);
  }

  /** Remembers that a frame holds what somebody left there. */
  void markUsed(long mfn) {
    HostMemory.putLongRelease(entry(mfn) + STATE, USED_BEFORE);
  }

  /** Whether somebody may have left data in the frame. */
  boolean usedBefore(long mfn) {
    return (state(mfn) & USED_BEFORE) != 0;
  }

  private long entry(long mfn) {
    return base + (mfn << ENTRY_SHIFT);
  }

  private long state(long mfn) {
    return HostMemory.getLongAcquire(entry(mfn) + STATE);
  }

  private long typeWord(long mfn) {
    return HostMemory.getLongAcquire(entry(mfn) + TYPE);
  }

  /** The type's word of a frame that has a type, otherwise 0. */
  private long typed(long mfn) {
    return Math.min(0, typeWord(mfn));
  }

  private static int ownerOf(long state) {
    return (int) ((state & OWNER_MASK) >>> OWNER_SHIFT);
  }

  private static int kindOf(long type) {
    return (int) ((type & KIND_MASK) >>> KIND_SHIFT);
  }
}

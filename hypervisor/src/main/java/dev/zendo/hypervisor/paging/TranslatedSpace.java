package dev.zendo.hypervisor.paging;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The guest-physical space of a translated domain: which machine frame is at which guest frame
 * number, whether it may be written, and what kind of reference stands behind it.
 *
 * <p>Lookups are lock-free and may come from any thread. An entry that is replaced or removed is
 * handed to the caller, who owns its references from then on. Guest frame numbers run up to {@link
 * #LIMIT}.
 */
public final class TranslatedSpace {
  /** Guest frame numbers are below this: 1 TiB of guest-physical space. */
  public static final long LIMIT = 1L << 28;

  /** The entry of a guest frame number where nothing is. */
  public static final long ABSENT = 0;

  /** Kind of an entry: RAM of the domain itself; its allocation is the reference. */
  public static final int OWN = 1;

  /**
   * Kind: a frame of another domain or an extra frame; a general reference is held, and a writable
   * one if it can be written.
   */
  public static final int HELD = 2;

  /** Kind: a granted frame; the grant mapping holds the references. */
  public static final int GRANTED = 3;

  private static final int CHUNK_SHIFT = 12;
  private static final int CHUNK = 1 << CHUNK_SHIFT;
  private static final long WRITABLE = 4;
  private static final long KIND = 3;

  private final AtomicReferenceArray<AtomicLongArray> chunks =
      new AtomicReferenceArray<>((int) (LIMIT >> CHUNK_SHIFT));

  /** An empty space. */
  public TranslatedSpace() {}

  /** Makes an entry of a frame. */
  public static long entry(long mfn, boolean writable, int kind) {
    return mfn << 12 | (writable ? WRITABLE : 0) | kind;
  }

  /** Machine frame of an entry that is not {@link #ABSENT}. */
  public static long frame(long entry) {
    return entry >>> 12;
  }

  /** Whether the domain may write through an entry. */
  public static boolean isWritable(long entry) {
    return (entry & WRITABLE) != 0;
  }

  /** {@link #OWN}, {@link #HELD} or {@link #GRANTED}; 0 when absent. */
  public static int kind(long entry) {
    return (int) (entry & KIND);
  }

  /** The entry of a guest frame number; any value. */
  public long get(long gpfn) {
    if (Long.compareUnsigned(gpfn, LIMIT) >= 0) {
      return ABSENT;
    }
    AtomicLongArray chunk = chunks.get((int) (gpfn >> CHUNK_SHIFT));
    return chunk == null ? ABSENT : chunk.get((int) gpfn & CHUNK - 1);
  }

  /** Whether a number can have an entry; any value. */
  public static boolean contains(long gpfn) {
    return Long.compareUnsigned(gpfn, LIMIT) < 0;
  }

  /**
   * Puts an entry at a guest frame number below {@link #LIMIT}.
   *
   * @return the entry that was there
   */
  public long set(long gpfn, long entry) {
    int index = (int) (gpfn >> CHUNK_SHIFT);
    AtomicLongArray chunk = chunks.get(index);
    if (chunk == null) {
      if (entry == ABSENT) {
        return ABSENT;
      }
      chunks.compareAndSet(index, null, new AtomicLongArray(CHUNK));
      chunk = chunks.get(index);
    }
    return chunk.getAndSet((int) gpfn & CHUNK - 1, entry);
  }

  /** Puts an entry where nothing is (below {@link #LIMIT}); returns whether nothing was. */
  public boolean place(long gpfn, long entry) {
    int index = (int) (gpfn >> CHUNK_SHIFT);
    if (chunks.get(index) == null) {
      chunks.compareAndSet(index, null, new AtomicLongArray(CHUNK));
    }
    return chunks.get(index).compareAndSet((int) gpfn & CHUNK - 1, ABSENT, entry);
  }

  /**
   * Replaces an entry (below {@link #LIMIT}) if it still is the expected one; returns whether it
   * was.
   */
  public boolean replace(long gpfn, long expected, long entry) {
    if (expected == ABSENT) {
      return place(gpfn, entry);
    }
    AtomicLongArray chunk = chunks.get((int) (gpfn >> CHUNK_SHIFT));
    return chunk != null && chunk.compareAndSet((int) gpfn & CHUNK - 1, expected, entry);
  }

  /** Something to do with an entry. */
  @FunctionalInterface
  public interface Visitor {
    /** Sees one entry that is not absent. */
    void visit(long gpfn, long entry);
  }

  /** Shows every entry to the visitor. */
  public void forEach(Visitor visitor) {
    for (int c = 0; c < chunks.length(); c++) {
      AtomicLongArray chunk = chunks.get(c);
      for (int i = 0; chunk != null && i < CHUNK; i++) {
        long entry = chunk.get(i);
        if (entry != ABSENT) {
          visitor.visit((long) c << CHUNK_SHIFT | i, entry);
        }
      }
    }
  }

  /** Removes all entries and shows each to the visitor. */
  public void clear(Visitor visitor) {
    for (int c = 0; c < chunks.length(); c++) {
      AtomicLongArray chunk = chunks.getAndSet(c, null);
      for (int i = 0; chunk != null && i < CHUNK; i++) {
        long entry = chunk.getAndSet(i, ABSENT);
        if (entry != ABSENT) {
          visitor.visit((long) c << CHUNK_SHIFT | i, entry);
        }
      }
    }
  }
}

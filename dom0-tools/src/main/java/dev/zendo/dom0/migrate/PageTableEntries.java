package dev.zendo.dom0.migrate;

import dev.zendo.dom0.migrate.stream.StreamException;
import java.util.function.LongUnaryOperator;

/** Page tables on their way into a stream or out of one: frames in their entries are exchanged. */
final class PageTableEntries {
  private static final long FRAME_MASK = 0x000f_ffff_ffff_f000L;
  private static final int PRESENT = 1;
  private static final int LARGE = 0x80;
  private static final int SHIFT = 12;

  /** Entries of a top-level table that are the hypervisor's: AddressSpace of the ABI. */
  private static final int RESERVED_FIRST = 256;

  private static final int RESERVED_LAST = 271;
  private static final int TOP_LEVEL = 4;

  private PageTableEntries() {}

  /**
   * An entry with another frame.
   *
   * @param level of its table
   * @param index in the table
   * @param frames from the frame that is there to the one that shall be
   * @throws StreamException when it maps a large page
   */
  static long exchange(int level, int index, long entry, LongUnaryOperator frames) {
    if (level == TOP_LEVEL && index >= RESERVED_FIRST && index <= RESERVED_LAST) {
      return 0;
    }
    if ((entry & PRESENT) == 0) {
      return entry;
    }
    if (level > 1 && (entry & LARGE) != 0) {
      throw new StreamException("a page table of level " + level + " maps a large page");
    }
    long frame = frames.applyAsLong((entry & FRAME_MASK) >>> SHIFT);
    return entry & ~FRAME_MASK | frame << SHIFT;
  }
}

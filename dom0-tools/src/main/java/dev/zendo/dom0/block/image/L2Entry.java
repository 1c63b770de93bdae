package dev.zendo.dom0.block.image;

/** Bits of an entry of a level 2 table, and of the level 1 table as far as they agree. */
final class L2Entry {
  /** The cluster is used once only, so it may be written in place. */
  static final long COPIED = 1L << 63;

  static final long COMPRESSED = 1L << 62;

  /** The cluster reads as zeros (version 3). */
  static final long ZERO = 1;

  static final long OFFSET = 0x00fffffffffffe00L;

  private L2Entry() {}

  static boolean compressed(long entry) {
    return (entry & COMPRESSED) != 0;
  }

  /** Whether there are neither data nor the statement that it is zero. */
  static boolean absent(long entry) {
    return (entry & (COMPRESSED | ZERO | OFFSET)) == 0;
  }

  /** Whether it reads as zeros whatever the backing file has. */
  static boolean zero(long entry) {
    return (entry & (COMPRESSED | ZERO)) == ZERO;
  }

  /** Where the cluster is; 0 for none. Not for compressed ones. */
  static long offset(long entry) {
    return entry & OFFSET;
  }

  /** Whether the cluster holds what the disk shows. */
  static boolean data(long entry) {
    return (entry & (COMPRESSED | ZERO)) == 0 && (entry & OFFSET) != 0;
  }

  /** Whether its cluster may be written without looking further. */
  static boolean inPlace(long entry) {
    return data(entry) && (entry & COPIED) != 0;
  }
}

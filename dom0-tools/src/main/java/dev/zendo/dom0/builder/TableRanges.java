package dev.zendo.dom0.builder;

/**
 * The page tables that map a range of virtual addresses: for each level the range that its tables
 * cover, where a table that an earlier mapping already has does not count. Tables lie in memory
 * from the highest level to the lowest, in the order of their addresses. Immutable.
 *
 * <p>Levels count from 0 (tables whose entries are pages) to 3 (the one top table). Addresses are
 * 48-bit.
 */
final class TableRanges {
  static final int LEVELS = 4;
  private static final long ADDRESS_MASK = (1L << 48) - 1;

  private final long from;
  private final long last;

  /** First address that the tables of a level cover; only meaningful where there are some. */
  private final long[] start = new long[LEVELS];

  private final int[] count = new int[LEVELS];

  private TableRanges(long from, long end, TableRanges earlier) {
    this.from = from & ADDRESS_MASK;
    this.last = (end - 1) & ADDRESS_MASK;
    if (earlier == null) {
      count[LEVELS - 1] = 1;
    }
    for (int level = LEVELS - 2; level >= 0; level--) {
      count(level, earlier);
    }
  }

  /** The tables of the first mapping, with the top table. The end is exclusive. */
  static TableRanges first(long from, long end) {
    return new TableRanges(from, end, null);
  }

  /** The tables that a second mapping needs in addition; its addresses lie below the first's. */
  static TableRanges added(long from, long end, TableRanges earlier) {
    return new TableRanges(from, end, earlier);
  }

  private void count(int level, TableRanges earlier) {
    int bits = coverBits(level);
    long first = from >>> bits;
    long lastTable = last >>> bits;
    if (earlier != null) {
      long taken = earlier.from >>> bits;
      lastTable = Math.min(lastTable, taken - 1);
    }
    start[level] = first << bits;
    count[level] = (int) Math.max(0, lastTable - first + 1);
  }

  /** Binary logarithm of the bytes that a table of a level covers. */
  static int coverBits(int level) {
    return 12 + 9 * (level + 1);
  }

  /** First address that the tables of a level cover. */
  long start(int level) {
    return start[level];
  }

  /** Number of tables of a level. */
  int count(int level) {
    return count[level];
  }

  /** Tables above a level: what lies before its first table. */
  int before(int level) {
    int sum = 0;
    for (int above = LEVELS - 1; above > level; above--) {
      sum += count[above];
    }
    return sum;
  }

  /** Number of all tables. */
  int total() {
    return before(-1);
  }

  /** First address mapped (48 bits). */
  long from() {
    return from;
  }

  /** Pages mapped. */
  long pagesMapped() {
    return (last - from + 1) >>> 12;
  }
}

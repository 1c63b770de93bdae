package dev.zendo.dom0.builder;

/**
 * The initial page tables of a domain, entry by entry. Entries hold machine frames; frames that are
 * page tables themselves are mapped read-only, as the hypervisor demands.
 */
final class PageTables {
  /** Present, writable, user, accessed, dirty: entries of levels above the lowest. */
  private static final long TABLE = 0x67;

  /** Present, writable, accessed: pages. */
  private static final long PAGE = 0x23;

  private static final long WRITABLE = 0x2;

  private final DomainLayout layout;
  private final long[] p2m;
  private final Sink sink;

  /** Takes the entries. */
  interface Sink {
    /**
     * Sets an entry.
     *
     * @param pfn of the table
     * @param index 0 to 511
     */
    void set(long pfn, int index, long entry);
  }

  private PageTables(DomainLayout layout, long[] p2m, Sink sink) {
    this.layout = layout;
    this.p2m = p2m;
    this.sink = sink;
  }

  /**
   * Writes all entries that are not zero.
   *
   * @param p2m machine frame of each frame of the domain
   */
  static void write(DomainLayout layout, long[] p2m, Sink sink) {
    PageTables tables = new PageTables(layout, p2m, sink);
    tables.link(layout.tables(), layout.tablesPfn());
    tables.map(layout.tables().from(), 0, layout.mappedPages());
    if (layout.p2mTables() != null) {
      tables.link(layout.p2mTables(), layout.p2mTablesPfn());
      tables.map(layout.p2mTables().from(), layout.p2mPfn(), layout.p2mTables().pagesMapped());
    }
  }

  /** Enters tables below the top one into the tables above them. */
  private void link(TableRanges ranges, long firstPfn) {
    for (int level = TableRanges.LEVELS - 2; level >= 0; level--) {
      for (int i = 0; i < ranges.count(level); i++) {
        long address = ranges.start(level) + ((long) i << TableRanges.coverBits(level));
        enter(level + 1, address, firstPfn + ranges.before(level) + i, TABLE);
      }
    }
  }

  private void map(long from, long firstPfn, long pages) {
    for (long i = 0; i < pages; i++) {
      long pfn = firstPfn + i;
      enter(0, from + i * DomainLayout.PAGE, pfn, isTable(pfn) ? PAGE & ~WRITABLE : PAGE);
    }
  }

  private void enter(int level, long address, long pfn, long flags) {
    int index = (int) (address >>> (TableRanges.coverBits(level) - 9)) & 511;
    sink.set(table(level, address), index, p2m[(int) pfn] << 12 | flags);
  }

  /** Frame of the table of a level that covers an address. */
  private long table(int level, long address) {
    long pfn = table(layout.tables(), layout.tablesPfn(), level, address);
    return pfn >= 0 ? pfn : table(layout.p2mTables(), layout.p2mTablesPfn(), level, address);
  }

  private static long table(TableRanges ranges, long firstPfn, int level, long address) {
    if (level == TableRanges.LEVELS - 1) {
      return firstPfn;
    }
    long index = (address - ranges.start(level)) >> TableRanges.coverBits(level);
    return index >= 0 && index < ranges.count(level) ? firstPfn + ranges.before(level) + index : -1;
  }

  private boolean isTable(long pfn) {
    return inside(pfn, layout.tablesPfn(), layout.tables())
        || (layout.p2mTables() != null && inside(pfn, layout.p2mTablesPfn(), layout.p2mTables()));
  }

  private static boolean inside(long pfn, long first, TableRanges ranges) {
    return pfn >= first && pfn < first + ranges.total();
  }
}

package dev.zendo.dom0.builder;

import dev.zendo.dom0.image.ImageException;
import dev.zendo.dom0.image.KernelImage;

/**
 * Where the builder of a PV domain puts what, in pseudo-physical frames counted from 0. The order
 * is part of the ABI (xen.h, "Start-of-day memory layout"): kernel, ramdisk, p2m list, start info,
 * xenstore ring, console ring, page tables, boot stack, padding; ramdisk and p2m list come last
 * when the kernel takes them unmapped. Immutable.
 */
public final class DomainLayout {
  /** Bytes of a frame. */
  public static final int PAGE = 4096;

  /** A domain has at least this much room behind its boot stack. */
  private static final long PADDING = 512 << 10;

  /** The initial mapping ends at a multiple of this. */
  private static final long ALIGNMENT = 4 << 20;

  private final KernelImage kernel;
  private final long virtBase;
  private final long pages;
  private final long ramdiskBytes;
  private final boolean ramdiskMapped;
  private final boolean p2mMapped;
  private final long ramdiskPfn;
  private final long p2mPfn;
  private final long startInfoPfn;
  private final long tablesPfn;
  private final long bootStackPfn;
  private final long mappedPages;
  private final TableRanges tables;
  private final TableRanges p2mTables;
  private final long p2mTablesPfn;
  private final long end;

  /**
   * Lays a domain out.
   *
   * @param pages its memory in frames
   * @param ramdiskBytes size of the ramdisk, 0 for none
   * @throws ImageException when it does not fit
   */
  public DomainLayout(KernelImage kernel, long pages, long ramdiskBytes) {
    this.kernel = kernel;
    this.pages = pages;
    this.ramdiskBytes = ramdiskBytes;
    this.virtBase = kernel.notes().virtBase();
    this.ramdiskMapped = ramdiskBytes > 0 && !kernel.notes().unmappedRamdisk();
    this.p2mMapped = !usesInitP2m(kernel);

    long ramdiskPages = pagesOf(ramdiskBytes);
    long p2mPages = pagesOf(pages * Long.BYTES);
    long next = pagesOf(kernel.end());
    check(next, "the kernel needs");
    long mappedRamdisk = next;
    next += ramdiskMapped ? ramdiskPages : 0;
    check(next, "kernel and ramdisk need");
    long mappedP2m = next;
    next += p2mMapped ? p2mPages : 0;
    startInfoPfn = next;
    tablesPfn = next + 3;
    check(tablesPfn, "kernel and ramdisk need");
    tables = initialTables(tablesPfn);
    bootStackPfn = tablesPfn + tables.total();
    mappedPages = tables.pagesMapped();
    next = mappedPages;
    check(next, "the initial mapping of the kernel needs");
    ramdiskPfn = ramdiskMapped ? mappedRamdisk : next;
    next += ramdiskMapped ? 0 : ramdiskPages;
    check(next, "kernel and ramdisk need");
    p2mPfn = p2mMapped ? mappedP2m : next;
    if (p2mMapped) {
      p2mTables = null;
      p2mTablesPfn = next;
    } else {
      p2mTablesPfn = next + p2mPages;
      long from = kernel.notes().initP2m();
      p2mTables = TableRanges.added(from, from + p2mPages * PAGE, tables);
      next = p2mTablesPfn + p2mTables.total();
    }
    check(next, "kernel and ramdisk need");
    end = next;
  }

  /** The rule of Xen's own builder: the list may lie anywhere below the kernel, page aligned. */
  private static boolean usesInitP2m(KernelImage kernel) {
    long at = kernel.notes().initP2m();
    return kernel.notes().hasInitP2m()
        && Long.compareUnsigned(at, kernel.notes().virtBase()) < 0
        && (at & (PAGE - 1)) == 0;
  }

  private TableRanges initialTables(long firstFree) {
    long count = 0;
    while (true) {
      // As Xen does: a range that ends at a boundary already gets another piece.
      long last = (virtBase + room(firstFree, count)) | (ALIGNMENT - 1);
      TableRanges ranges = TableRanges.first(virtBase, last + 1);
      count = ranges.total();
      if (room(firstFree, count) <= last + 1 - virtBase) {
        return ranges;
      }
    }
  }

  /** Bytes up to the end of the padding behind tables and boot stack. */
  private static long room(long firstFree, long tableCount) {
    return (firstFree + tableCount + 1) * PAGE + PADDING;
  }

  private void check(long needed, String what) {
    if (needed > pages || needed < 0) {
      throw new ImageException(
          kernel.name()
              + ": "
              + what
              + " "
              + megabytes(needed)
              + " MiB, the domain has "
              + (pages * PAGE >> 20)
              + "; give it more with --memory");
    }
  }

  private static long megabytes(long frames) {
    return (frames + 255) / 256;
  }

  /** Frames that a number of bytes occupies. */
  static long pagesOf(long bytes) {
    return bytes / PAGE + (bytes % PAGE == 0 ? 0 : 1);
  }

  /** The kernel. */
  public KernelImage kernel() {
    return kernel;
  }

  /** Frames of the domain. */
  public long pages() {
    return pages;
  }

  /** First frame of the ramdisk; without a meaning when there is none. */
  public long ramdiskPfn() {
    return ramdiskPfn;
  }

  /** Bytes of the ramdisk. */
  public long ramdiskBytes() {
    return ramdiskBytes;
  }

  /** Whether the ramdisk lies in the initial mapping. */
  public boolean ramdiskMapped() {
    return ramdiskMapped;
  }

  /** First frame of the p2m list. */
  public long p2mPfn() {
    return p2mPfn;
  }

  /** Whether the p2m list lies in the initial mapping. */
  public boolean p2mMapped() {
    return p2mMapped;
  }

  /** Virtual address of the p2m list. */
  public long p2mAddress() {
    return p2mMapped ? address(p2mPfn) : kernel.notes().initP2m();
  }

  /** Frames of the p2m list with the page tables that only map it; 0 when it needs none. */
  public long p2mFrames() {
    return p2mMapped ? 0 : end - p2mPfn;
  }

  /** Frame of the start info page. */
  public long startInfoPfn() {
    return startInfoPfn;
  }

  /** Frame of the xenstore ring. */
  public long xenstorePfn() {
    return startInfoPfn + 1;
  }

  /** Frame of the console ring. */
  public long consolePfn() {
    return startInfoPfn + 2;
  }

  /** Frame of the top-level page table, the first of all tables. */
  public long tablesPfn() {
    return tablesPfn;
  }

  /** Number of page tables of the initial mapping. */
  public long tableCount() {
    return tables.total();
  }

  /** Frame of the boot stack. */
  public long bootStackPfn() {
    return bootStackPfn;
  }

  /** Frames from 0 on that the initial mapping covers. */
  public long mappedPages() {
    return mappedPages;
  }

  /** Tables of the initial mapping. */
  TableRanges tables() {
    return tables;
  }

  /** Tables that map the p2m list, null when the initial mapping does. */
  TableRanges p2mTables() {
    return p2mTables;
  }

  /** First frame of {@link #p2mTables}. */
  long p2mTablesPfn() {
    return p2mTablesPfn;
  }

  /** First frame that the builder leaves alone. */
  public long end() {
    return end;
  }

  /** Virtual address of a frame in the initial mapping. */
  public long address(long pfn) {
    return virtBase + pfn * PAGE;
  }
}

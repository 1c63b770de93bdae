package dev.zendo.dom0.migrate;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.PageKind;
import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.machine.FrozenPages;
import dev.zendo.hypervisor.memory.CopyOnWrite;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/** The memory of a domain that is being restored. Used by one thread. */
final class RestoredMemory {
  /** What Linux marks entries with whose page frame is a machine frame: there is no memory. */
  private static final long IDENTITY = 1L << 62;

  private final MemoryControl control;
  private final int domain;
  private final long[] p2m;
  private final byte[] kinds;
  private final int[] wanted;
  private final byte[] page = new byte[DomainSink.PAGE];

  RestoredMemory(MemoryControl control, int domain, int count) {
    this.control = control;
    this.domain = domain;
    this.p2m = new long[count];
    this.kinds = new byte[count];
    this.wanted = new int[count];
    Arrays.fill(p2m, -1);
  }

  int count() {
    return p2m.length;
  }

  int kind(long pfn) {
    return kinds[(int) pfn];
  }

  /**
   * The machine frame of a page frame, which is given one if it has none.
   *
   * @param pfn any value
   * @param what refers to it, for the message
   */
  long frame(long pfn, String what) {
    if (pfn < 0 || pfn >= p2m.length) {
      throw new StreamException(what + " refers to page frame " + pfn + ", which is not there");
    }
    if (p2m[(int) pfn] < 0) {
      wanted[0] = (int) pfn;
      populate(1);
    }
    return p2m[(int) pfn];
  }

  /** The same for a page that is no page table. */
  long normal(long pfn, String what) {
    long frame = frame(pfn, what);
    if (kind(pfn) != PageKind.NORMAL) {
      throw new StreamException(what + " refers to a page table");
    }
    return frame;
  }

  private void populate(int count) {
    try {
      control.populate(domain, wanted, count, p2m);
    } catch (HypercallFailure e) {
      throw refused(e);
    }
  }

  /** Takes pages of a stream; page tables stay as they are there. */
  void write(long[] pfns, int[] pageKinds, ByteBuffer data) {
    int count = 0;
    int missing = 0;
    long[] frames = new long[pfns.length];
    for (int i = 0; i < pfns.length; i++) {
      int pfn = (int) pfns[i];
      boolean there = PageKind.hasData(pageKinds[i]) || pageKinds[i] == PageKind.ALLOCATE_ONLY;
      kinds[pfn] = (byte) (PageKind.hasData(pageKinds[i]) ? pageKinds[i] : 0);
      if (there && p2m[pfn] == -1) {
        // So that one which is named twice is wanted once.
        p2m[pfn] = -2;
        wanted[missing++] = pfn;
      }
    }
    populate(missing);
    for (int i = 0; i < pfns.length; i++) {
      if (PageKind.hasData(pageKinds[i])) {
        frames[count++] = p2m[(int) pfns[i]];
      }
    }
    if (count > 0) {
      try (Mapping pages = control.mapForeign(domain, frames, 0, count)) {
        for (int i = 0; i < count; i++) {
          data.get(page);
          control.memory().write(pages.address() + (long) i * page.length, page, 0, page.length);
        }
      }
    }
  }

  /**
   * Takes all pages of a domain, which others have in common with it.
   *
   * @param all what each page is
   * @param pages their contents; page tables hold page frames
   */
  void thaw(byte[] all, FrozenPages pages, CopyOnWrite sharing) {
    for (int pfn = 0; pfn < all.length; ) {
      int end = pfn;
      while (end < all.length && PageKind.hasData(all[end])) {
        kinds[end] = all[end++];
      }
      populateRange(pfn, end);
      pfn = end + 1;
    }
    sharing.thaw(domain, p2m, pages);
  }

  private void populateRange(int from, int to) {
    try {
      control.populate(domain, p2m, from, to);
    } catch (HypercallFailure e) {
      throw refused(e);
    }
  }

  private static RuntimeException refused(HypercallFailure e) {
    return e.errno() == Errno.ENOMEM
        ? new ToolException(
            "the machine has not enough memory free for the domain; destroy another one", e)
        : e;
  }

  /** Puts machine frames into all page tables. */
  void exchangeTables() {
    for (int pfn = 0; pfn < p2m.length; pfn++) {
      int level = PageKind.level(kinds[pfn]);
      if (level > 0) {
        exchange(pfn, level);
      }
    }
  }

  private void exchange(int pfn, int level) {
    String what = "a page table of level " + level;
    LongUnaryOperator frames = other -> frame(other, what);
    PhysicalMemory memory = control.memory();
    try (Mapping table = control.mapForeign(domain, p2m, pfn, 1)) {
      for (int i = 0; i < GuestPages.ENTRIES; i++) {
        long at = table.address() + 8L * i;
        long entry = memory.getLong(at);
        if (entry != 0) {
          memory.putLong(at, PageTableEntries.exchange(level, i, entry, frames));
        }
      }
    }
  }

  /** Has the hypervisor validate all page tables that were pinned. */
  void pin() {
    for (int pfn = 0; pfn < p2m.length; pfn++) {
      if (PageKind.level(kinds[pfn]) > 0 && (kinds[pfn] & PageKind.PINNED) != 0) {
        control.pinTable(domain, PageKind.level(kinds[pfn]), p2m[pfn]);
      }
    }
  }

  /**
   * Writes the machine frames into the guest's own list.
   *
   * @param list page frames of its pages
   */
  void writeList(long[] list) {
    PhysicalMemory memory = control.memory();
    for (int i = 0; i * GuestPages.ENTRIES < p2m.length; i++) {
      long[] frame = {normal(list[i], "the p2m list")};
      int from = i * GuestPages.ENTRIES;
      int count = Math.min(GuestPages.ENTRIES, p2m.length - from);
      try (Mapping mapped = control.mapForeign(domain, frame, 0, 1)) {
        for (int k = 0; k < count; k++) {
          long at = mapped.address() + 8L * k;
          long value = p2m[from + k];
          if (value >= 0) {
            memory.putLong(at, value);
          } else if (memory.getLong(at) >>> 62 != IDENTITY >>> 62) {
            memory.putLong(at, -1);
          }
        }
      }
    }
  }
}

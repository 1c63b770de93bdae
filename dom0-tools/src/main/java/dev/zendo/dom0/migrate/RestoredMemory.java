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
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;
import java.util.function.LongUnaryOperator;

/** The memory of a domain that is being restored. Used by one thread. */
final class RestoredMemory {
  /** What Linux marks entries with whose page frame is a machine frame: there is no memory. */
  private static final long IDENTITY = 1L << 62;

  /** Pages that are mapped at a time. */
  private static final int MAPPED = 256;

  private final MemoryControl control;
  private final int domain;
  private final long[] p2m;
  private final byte[] kinds;

  /** Pages that were there and are not there any more. */
  private final BitSet unused = new BitSet();

  private final byte[] page = new byte[DomainSink.PAGE];
  private final LongBuffer values =
      ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();

  /**
   * Memory of page frames.
   *
   * @param count their number
   * @param given machine frames that the first ones, or more, have already; nobody else uses it
   */
  RestoredMemory(MemoryControl control, int domain, int count, long[] given) {
    this.control = control;
    this.domain = domain;
    this.p2m = given.length == count ? given : Arrays.copyOf(given, count);
    this.kinds = new byte[count];
    if (given.length < count) {
      Arrays.fill(p2m, given.length, count, -1);
    } else {
      release(Arrays.copyOfRange(given, count, given.length));
    }
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
      populate(new int[] {(int) pfn}, 1);
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

  private void populate(int[] wanted, int count) {
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
    int[] wanted = new int[pfns.length];
    long[] frames = new long[pfns.length];
    for (int i = 0; i < pfns.length; i++) {
      int pfn = (int) pfns[i];
      boolean there = PageKind.hasData(pageKinds[i]) || pageKinds[i] == PageKind.ALLOCATE_ONLY;
      unused.set(pfn, !there && p2m[pfn] >= 0);
      kinds[pfn] = (byte) (PageKind.hasData(pageKinds[i]) ? pageKinds[i] : 0);
      if (there && p2m[pfn] == -1) {
        // So that one which is named twice is wanted once.
        p2m[pfn] = -2;
        wanted[missing++] = pfn;
      }
    }
    populate(wanted, missing);
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
    for (int pfn = 0; pfn < all.length; pfn++) {
      boolean there = PageKind.hasData(all[pfn]);
      kinds[pfn] = there ? all[pfn] : 0;
      if (!there && p2m[pfn] >= 0) {
        unused.set(pfn);
      }
    }
    // First of all, as the domain may have no more than it had.
    releaseUnused();
    for (int pfn = 0; pfn < all.length; ) {
      int end = pfn;
      while (end < all.length && p2m[end] < 0 && PageKind.hasData(all[end])) {
        end++;
      }
      populate(control, domain, p2m, pfn, end);
      pfn = end + 1;
    }
    sharing.thaw(domain, p2m, pages);
  }

  /**
   * Gives a domain frames for neighbouring page frames.
   *
   * @param p2m receives the machine frame of each
   * @throws ToolException when the machine has not so many
   */
  static void populate(MemoryControl control, int domain, long[] p2m, int from, int to) {
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

  /** Gives back the frames of pages that the stream took back. */
  void releaseUnused() {
    int[] pfns = unused.stream().toArray();
    long[] frames = new long[pfns.length];
    for (int i = 0; i < pfns.length; i++) {
      frames[i] = p2m[pfns[i]];
      p2m[pfns[i]] = -1;
    }
    unused.clear();
    release(frames);
  }

  private void release(long[] frames) {
    if (control.release(domain, frames) < frames.length) {
      throw new IllegalStateException("somebody uses pages of a domain that is being built");
    }
  }

  /** Puts machine frames into all page tables. */
  void exchangeTables() {
    long[] tables = new long[MAPPED];
    int[] levels = new int[MAPPED];
    int count = 0;
    for (int pfn = 0; pfn < p2m.length; pfn++) {
      int level = PageKind.level(kinds[pfn]);
      if (level > 0) {
        tables[count] = p2m[pfn];
        levels[count++] = level;
      }
      if (count == MAPPED || count > 0 && pfn == p2m.length - 1) {
        change(tables, count, i -> exchange(levels[i]));
        count = 0;
      }
    }
  }

  /**
   * Changes pages.
   *
   * @param frames of them
   * @param change changes the one of that index, which was read
   */
  private void change(long[] frames, int count, IntConsumer change) {
    PhysicalMemory memory = control.memory();
    try (Mapping mapped = control.mapForeign(domain, frames, 0, count)) {
      for (int i = 0; i < count; i++) {
        long at = mapped.address() + (long) i * page.length;
        readToChange(memory, at);
        change.accept(i);
        memory.write(at, page, 0, page.length);
      }
    }
  }

  /**
   * Reads a page that will be written. The host copies one that others have, too, at its first
   * write: at once, when nothing was read before; else it interrupts all processors to forget what
   * they know of it. So this writes first, if only what is there.
   */
  private void readToChange(PhysicalMemory memory, long at) {
    memory.compareAndSetLong(at, 0, 0);
    memory.read(at, page, 0, page.length);
  }

  /** Puts machine frames into a page table that was read. */
  private void exchange(int level) {
    String what = "a page table of level " + level;
    LongUnaryOperator frames = other -> frame(other, what);
    for (int i = 0; i < GuestPages.ENTRIES; i++) {
      long entry = values.get(i);
      if (entry != 0) {
        values.put(i, PageTableEntries.exchange(level, i, entry, frames));
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
    int pages = (p2m.length + GuestPages.ENTRIES - 1) / GuestPages.ENTRIES;
    long[] frames = new long[MAPPED];
    for (int from = 0; from < pages; from += MAPPED) {
      int count = Math.min(MAPPED, pages - from);
      for (int i = 0; i < count; i++) {
        frames[i] = normal(list[from + i], "the p2m list");
      }
      int first = from;
      change(frames, count, i -> writeList((first + i) * GuestPages.ENTRIES));
    }
  }

  /** The same in a page of it that was read. */
  private void writeList(int first) {
    for (int i = 0; i < GuestPages.ENTRIES && first + i < p2m.length; i++) {
      long value = p2m[first + i];
      if (value >= 0) {
        values.put(i, value);
      } else if (values.get(i) >>> 62 != IDENTITY >>> 62) {
        values.put(i, -1);
      }
    }
  }
}

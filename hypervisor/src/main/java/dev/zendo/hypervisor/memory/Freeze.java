package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.FrozenLayer;
import dev.zendo.hypervisor.machine.FrozenPages;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.machine.PageMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps what the pages of a domain hold. Those that the domain has had in common with others since
 * it or its parent was frozen, and has not written since, are in a layer already; the rest is
 * copied into new ones, and the domain goes on with these where nobody else can write meanwhile.
 * One object does so once, on one thread and a helper.
 */
final class Freeze {
  /** So many pages to copy are worth a second thread. */
  private static final int MANY_COPIED = 256;

  /** The same of pages to look at. */
  private static final int MANY = 2048;

  /** So many neighbours that are zero are given back to the host. */
  private static final int MANY_ZEROS = 64;

  /** State of a page: this object holds a reference to its frame. */
  private static final byte HELD = 1;

  /** Nobody else can write it. */
  private static final byte ALONE = 2;

  /** It needs no copy: a layer has it, or it is zero. */
  private static final byte KNOWN = 4;

  /** Its frame is mapped from a layer. */
  private static final byte MAPPED = 8;

  private final SharingHost host;
  private final MachineMemory memory;
  private final FrameTable table;
  private final FrameAllocator allocator;
  private final int domain;
  private final long[] frames;
  private final byte[] state;
  private final FrozenPages pages;

  /** New ones. */
  private final List<FrozenLayer> layers = new ArrayList<>();

  /** Pages to copy, in their order. */
  private int[] copied = new int[0];

  Freeze(
      SharingHost host,
      MachineMemory memory,
      FrameTable table,
      FrameAllocator allocator,
      int domain,
      long[] frames) {
    this.host = host;
    this.memory = memory;
    this.table = table;
    this.allocator = allocator;
    this.domain = domain;
    this.frames = frames;
    this.state = new byte[frames.length];
    this.pages = new FrozenPages(frames.length);
  }

  /**
   * Does it.
   *
   * @param references what the domain itself refers to
   * @throws OutOfMemoryError when the host has no memory for the copies
   */
  FrozenPages run(OwnReferences references) {
    boolean done = false;
    try {
      boolean told =
          Halves.of(frames.length, MANY, this::holdAndLook).stream().allMatch(each -> each);
      findCopied(references);
      copy(told);
      done = true;
      return pages;
    } finally {
      if (!done) {
        pages.close();
      }
      layers.forEach(FrozenLayer::made);
      for (int i = 0; i < frames.length; i++) {
        if (is(i, HELD)) {
          table.put(frames[i]);
        }
      }
    }
  }

  private boolean is(int index, byte what) {
    return (state[index] & what) != 0;
  }

  /** Finds out what needs no copy; false when the host does not say. */
  private boolean holdAndLook(int from, int to) {
    hold(from, to);
    return look(from, to);
  }

  /** From here on frames stay the domain's; whoever writes one now holds a reference, too. */
  private void hold(int from, int to) {
    for (int i = from; i < to; i++) {
      if (table.get(frames[i], domain)) {
        state[i] = HELD;
      }
    }
  }

  private boolean look(int from, int to) {
    try (PageMap map = host.pageMap().get()) {
      for (int i = from; map != null && i < to; ) {
        int count = held(i, to);
        int told = count == 0 ? 1 : map.look(memory.address(frames[i]), count);
        if (told == 0) {
          return false;
        }
        look(map, i, Math.min(count, told));
        i += told;
      }
      return map != null;
    }
  }

  /** How many neighbouring frames are held from a page on. */
  private int held(int first, int most) {
    int end = first;
    while (end < most && is(end, HELD) && frames[end] == frames[first] + end - first) {
      end++;
    }
    return end - first;
  }

  private void look(PageMap map, int first, int count) {
    for (int i = 0; i < count; i++) {
      state[first + i] |= map.isThere(i) ? 0 : KNOWN;
    }
    if (count > 0) {
      List<Runnable> mapped = new ArrayList<>();
      allocator.origins(
          frames[first],
          count,
          (frame, some, layer, page) -> {
            int from = (int) (frame - frames[first]);
            mapped.add(() -> lookAtMapped(map, first, from, some, layer, page));
          });
      // Without the allocator's lock: mapped ranges stay while frames of them are held.
      mapped.forEach(Runnable::run);
    }
  }

  /**
   * Looks at frames that are mapped from a layer.
   *
   * @param first the page whose backing the map has first
   * @param from so many behind it
   */
  private void lookAtMapped(
      PageMap map, int first, int from, int count, FrozenLayer layer, int page) {
    for (int i = 0; i < count; ) {
      int end = i;
      while (end < count && isAsThere(map, first, from + end)) {
        state[first + from + end++] |= KNOWN | MAPPED;
      }
      if (end > i) {
        refer(first + from + i, end - i, layer, page + i);
      }
      if (end < count) {
        state[first + from + end] = (byte) (state[first + from + end] & ~KNOWN | MAPPED);
      }
      i = end + 1;
    }
  }

  private synchronized void refer(int first, int count, FrozenLayer to, int pageThere) {
    pages.refer(first, count, to, pageThere);
  }

  /** Page tables are copied in any case, as others are made of them. */
  private boolean isAsThere(PageMap map, int first, int index) {
    int type = table.type(frames[first + index]);
    return !map.isOwn(index) && (type < FrameTable.L1 || type > FrameTable.L4);
  }

  /** And which of them nobody else can write from now on. */
  private void findCopied(OwnReferences references) {
    int[] found = new int[MANY];
    int count = 0;
    for (int i = 0; i < frames.length; i++) {
      if ((state[i] & (HELD | KNOWN)) == HELD) {
        found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
        found[count++] = i;
        state[i] |= references.areAll(i) ? ALONE : 0;
      }
    }
    copied = Arrays.copyOf(found, count);
  }

  private void copy(boolean share) {
    if (copied.length > 0) {
      int first = 0;
      for (FrozenLayer layer : Halves.of(copied.length, MANY_COPIED, this::copy)) {
        enter(layer, first, first + layer.pages(), share);
        first += layer.pages();
      }
    }
  }

  /** Copies some of them into a layer of their own. */
  private FrozenLayer copy(int from, int to) {
    FrozenLayer layer = layer(to - from);
    for (int i = from; i < to; ) {
      int count = neighbours(i, to);
      layer.fill(i - from, count, memory.address(frames[copied[i]]));
      i += count;
    }
    return layer;
  }

  private synchronized FrozenLayer layer(int count) {
    FrozenLayer layer = host.layers().apply(count);
    layers.add(layer);
    return layer;
  }

  private int neighbours(int first, int end) {
    int count = 1;
    while (first + count < end
        && copied[first + count] == copied[first] + count
        && frames[copied[first + count]] == frames[copied[first]] + count) {
      count++;
    }
    return count;
  }

  private void enter(FrozenLayer layer, int from, int to, boolean share) {
    for (int i = from; i < to; ) {
      int count = neighbours(i, to);
      pages.refer(copied[i], count, layer, i - from);
      if (share) {
        share(copied[i], count, layer, i - from);
      }
      i += count;
    }
  }

  /** Has the domain go on with the copies of neighbours, where that pays. */
  private void share(int first, int count, FrozenLayer layer, int page) {
    int shift = page - first;
    int end = first + count;
    for (int i = first; i < end; ) {
      int zeros = zeros(i, end, layer, shift);
      if (zeros >= MANY_ZEROS) {
        memory.discard(frames[i], zeros);
      }
      i += zeros;
      int last = i - 1;
      int at = i;
      while (at < end && is(at, ALONE) && at - last <= CopyOnWrite.GAP) {
        last = layer.isFilled(at + shift) ? at : last;
        at++;
      }
      int length = last + 1 - i;
      if (length >= CopyOnWrite.LEAST) {
        allocator.map(frames[i], length, layer, i + shift);
      }
      i = zeros == 0 && length == 0 ? i + 1 : last + 1;
    }
  }

  /** How many pages are zero that the host may take back. */
  private int zeros(int first, int end, FrozenLayer layer, int shift) {
    int at = first;
    while (at < end && (state[at] & (ALONE | MAPPED)) == ALONE && !layer.isFilled(at + shift)) {
      at++;
    }
    return at - first;
  }
}

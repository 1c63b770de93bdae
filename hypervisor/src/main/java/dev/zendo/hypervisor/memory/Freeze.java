package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.FrozenLayer;
import dev.zendo.hypervisor.machine.FrozenPages;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.machine.PageMap;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Keeps what the pages of a domain hold. Those that the domain has had in common with others since
 * it or its parent was frozen, and has not written since, are in a layer already; the rest is
 * copied into new ones, and the domain goes on with these where nobody else can write meanwhile.
 * One object does so once, on one thread and a helper.
 */
final class Freeze {
  /** So many pages are worth a second thread. */
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

  private final MachineMemory memory;
  private final FrameTable table;
  private final FrameAllocator allocator;
  private final int domain;
  private final long[] frames;
  private final byte[] state;
  private final FrozenPages pages;

  /** Pages to copy, in their order. */
  private int[] copied = new int[0];

  Freeze(
      MachineMemory memory, FrameTable table, FrameAllocator allocator, int domain, long[] frames) {
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
      hold(references);
      boolean told = look();
      findCopied();
      copy(told);
      done = true;
      return pages;
    } finally {
      if (!done) {
        pages.close();
      }
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

  /** From here on frames stay the domain's; whoever writes one now holds a reference, too. */
  private void hold(OwnReferences references) {
    for (int i = 0; i < frames.length; i++) {
      if (table.get(frames[i], domain)) {
        state[i] = references.areAll(i) ? (byte) (HELD | ALONE) : HELD;
      }
    }
  }

  /** Finds out what needs no copy; false when the host does not say. */
  private boolean look() {
    try (PageMap map = PageMap.open()) {
      for (int i = 0; map != null && i < frames.length; ) {
        int count = held(i);
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
  private int held(int first) {
    int end = first;
    while (end < frames.length && is(end, HELD) && frames[end] == frames[first] + end - first) {
      end++;
    }
    return end - first;
  }

  private void look(PageMap map, int first, int count) {
    for (int i = 0; i < count; i++) {
      state[first + i] |= map.isThere(i) ? 0 : KNOWN;
    }
    if (count > 0) {
      allocator.origins(
          frames[first],
          count,
          (frame, some, layer, page) ->
              lookAtMapped(map, first, (int) (frame - frames[first]), some, layer, page));
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
        pages.refer(first + from + i, end - i, layer, page + i);
      }
      if (end < count) {
        state[first + from + end] = (byte) (state[first + from + end] & ~KNOWN | MAPPED);
      }
      i = end + 1;
    }
  }

  /** Page tables are copied in any case, as others are made of them. */
  private boolean isAsThere(PageMap map, int first, int index) {
    int type = table.type(frames[first + index]);
    return !map.isOwn(index) && (type < FrameTable.L1 || type > FrameTable.L4);
  }

  private void findCopied() {
    int count = 0;
    int[] found = new int[frames.length];
    for (int i = 0; i < frames.length; i++) {
      if ((state[i] & (HELD | KNOWN)) == HELD) {
        found[count++] = i;
      }
    }
    copied = Arrays.copyOf(found, count);
  }

  private void copy(boolean share) {
    if (copied.length < MANY) {
      if (copied.length > 0) {
        enter(copy(0, copied.length), 0, copied.length, share);
      }
      return;
    }
    int half = copied.length / 2;
    CompletableFuture<FrozenLayer> helper =
        CompletableFuture.supplyAsync(
            () -> copy(half, copied.length), work -> new Thread(work, "freeze").start());
    boolean done = false;
    try {
      enter(copy(0, half), 0, half, share);
      done = true;
    } finally {
      // It ends in any case, and its layer must go if this failed.
      enter(joined(helper), half, copied.length, share && done);
    }
  }

  private static FrozenLayer joined(CompletableFuture<FrozenLayer> helper) {
    try {
      return helper.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof OutOfMemoryError) {
        throw new OutOfMemoryError(e.getCause().getMessage());
      }
      throw e;
    }
  }

  /** Copies some of them into a layer of their own. */
  private FrozenLayer copy(int from, int to) {
    FrozenLayer layer = FrozenLayer.allocate(to - from);
    boolean done = false;
    try {
      for (int i = from; i < to; ) {
        int count = neighbours(i, to);
        layer.fill(i - from, count, memory.address(frames[copied[i]]));
        i += count;
      }
      done = true;
      return layer;
    } finally {
      if (!done) {
        layer.made();
      }
    }
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
    try {
      for (int i = from; i < to; ) {
        int count = neighbours(i, to);
        pages.refer(copied[i], count, layer, i - from);
        if (share) {
          share(copied[i], count, layer, i - from);
        }
        i += count;
      }
    } finally {
      layer.made();
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

package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.FrozenLayer;
import dev.zendo.hypervisor.machine.FrozenPages;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Gives frames what frozen pages hold: long runs of a layer are mapped, single pages of others in
 * between are written on top of that, and the rest is copied. One object does so once.
 */
final class Thaw {
  private final MachineMemory memory;
  private final FrameTable table;
  private final FrameAllocator allocator;
  private final int domain;
  private final long[] frames;
  private final FrozenPages pages;
  private int copied;

  Thaw(
      MachineMemory memory,
      FrameTable table,
      FrameAllocator allocator,
      int domain,
      long[] frames,
      FrozenPages pages) {
    this.memory = memory;
    this.table = table;
    this.allocator = allocator;
    this.domain = domain;
    this.frames = frames;
    this.pages = pages;
  }

  /** Does it; returns how many pages were copied. */
  int run() {
    for (int i = 0; i < frames.length; ) {
      if (frames[i] < 0 || !pages.isFilled(i)) {
        i++;
        continue;
      }
      int end = end(i);
      thaw(i, end);
      i = end;
    }
    return copied;
  }

  /** Where a run ends that begins with a filled page: behind the last page of the same layer. */
  private int end(int first) {
    FrozenLayer layer = pages.layer(first);
    int shift = pages.page(first) - first;
    int last = first;
    int others = 0;
    for (int i = first + 1; i < frames.length && i - last <= CopyOnWrite.GAP; i++) {
      if (frames[i] != frames[first] + (i - first) || i + shift >= layer.pages()) {
        break;
      }
      if (pages.is(i, layer, i + shift)) {
        last = i;
        others = 0;
      } else if (differs(i, layer, i + shift) && ++others == CopyOnWrite.LEAST) {
        break;
      }
    }
    return last + 1;
  }

  /** Whether a page is not what that page of a layer is. */
  private boolean differs(int index, FrozenLayer layer, int page) {
    return pages.isFilled(index) ? !pages.is(index, layer, page) : layer.isFilled(page);
  }

  private void thaw(int first, int end) {
    int held = first;
    try {
      for (; held < end; held++) {
        if (!table.get(frames[held], domain)) {
          throw new IllegalStateException("frame " + frames[held] + " is none of domain " + domain);
        }
      }
      FrozenLayer layer = pages.layer(first);
      int page = pages.page(first);
      boolean mapped =
          end - first >= CopyOnWrite.LEAST
              && allocator.map(frames[first], end - first, layer, page);
      for (int i = first; i < end; i++) {
        if (mapped ? differs(i, layer, page + i - first) : pages.isFilled(i)) {
          write(i);
        }
      }
    } finally {
      for (int i = first; i < held; i++) {
        table.put(frames[i]);
      }
    }
  }

  private void write(int index) {
    long to = memory.address(frames[index]);
    if (pages.isFilled(index)) {
      HostMemory.copy(pages.address(index), to, MachineMemory.FRAME_SIZE);
    } else {
      HostMemory.fill(to, MachineMemory.FRAME_SIZE, (byte) 0);
    }
    copied++;
  }
}

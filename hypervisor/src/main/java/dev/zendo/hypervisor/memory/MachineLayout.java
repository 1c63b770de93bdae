package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Where things are in machine memory: the first MiB and the hole below 4 GiB hold no RAM, as on a
 * PC; the hypervisor keeps the machine-to-physical table and one empty frame at the top; the rest
 * is free.
 */
final class MachineLayout {
  /** Frames of the first MiB. */
  static final long LOW_END = 0x100;

  /** The hole for devices below 4 GiB. */
  static final long HOLE_START = 0xf0000;

  static final long HOLE_END = 0x100000;

  final MachToPhys machToPhys;
  final long emptyFrame;

  /** Lays out a machine whose frames have no use yet. */
  MachineLayout(MachineMemory memory, FrameTable table, FrameAllocator allocator) {
    long frames = memory.frames();
    markHole(table, 0, LOW_END);
    long end = frames;
    if (frames > HOLE_START) {
      markHole(table, HOLE_START, Math.min(frames, HOLE_END));
      end = frames > HOLE_END ? frames : HOLE_START;
    }
    long first = end - MachToPhys.pagesFor(frames) - 1;
    emptyFrame = first;
    machToPhys = new MachToPhys(memory, first + 1);
    for (long mfn = first; mfn < end; mfn++) {
      // A type that nobody can share makes sure that no domain ever maps them writable.
      table.assign(mfn, FrameTable.OWNER_HYPERVISOR, true);
      table.acquireType(mfn, FrameTable.DESCRIPTORS);
    }
    allocator.add(LOW_END, Math.min(first, HOLE_START));
    if (first > HOLE_END) {
      allocator.add(HOLE_END, first);
    }
  }

  private static void markHole(FrameTable table, long from, long to) {
    for (long mfn = from; mfn < to; mfn++) {
      table.markNotRam(mfn);
    }
  }
}

package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.grant.Grants;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.paging.Pte;

/**
 * How many references to its frames a domain holds itself, by owning them and by its page tables: a
 * frame with more is one that somebody else may write, though the domain does not run. Used by one
 * thread.
 */
final class OwnReferences {
  private final MachineMemory memory;
  private final FrameTable table;
  private final MachToPhys numbers;
  private final long[] frames;
  private final int[] counts;

  /**
   * Counts.
   *
   * @param domain it does not run, and nobody changes its page tables
   * @param frames machine frames, any values
   */
  OwnReferences(MachineMemory memory, Paging paging, Domain domain, long[] frames) {
    this.memory = memory;
    this.table = paging.table();
    this.numbers = paging.machToPhys();
    this.frames = frames;
    this.counts = new int[frames.length];
    for (long frame : frames) {
      if (table.owner(frame) == domain.id()
          && table.type(frame) == FrameTable.L1
          && table.isValidated(frame)) {
        count(frame);
      }
    }
  }

  private void count(long tableFrame) {
    long at = memory.address(tableFrame);
    for (int i = 0; i < Pte.ENTRIES; i++) {
      long entry = HostMemory.getLong(at + (long) i * Long.BYTES);
      if ((entry & Pte.PRESENT) != 0) {
        int index = index(Pte.frame(entry));
        if (index >= 0) {
          counts[index]++;
        }
      }
    }
  }

  /** Where a frame is in the list, as the guest says; -1 when that is not true. */
  private int index(long frame) {
    long number = table.contains(frame) ? numbers.get(frame) : -1;
    boolean there = number >= 0 && number < frames.length && frames[(int) number] == frame;
    return there ? (int) number : -1;
  }

  /** Leaves out what the domain has granted: others may refer to it at any time. */
  void leaveOutGranted(Grants grants, Domain domain) {
    grants.forEachGranted(
        domain,
        frame -> {
          int index = index(frame);
          if (index >= 0) {
            counts[index] = Integer.MIN_VALUE;
          }
        });
  }

  /**
   * Whether nobody else refers to a frame, nor can.
   *
   * @param index in the list; the caller holds one more reference
   */
  boolean areAll(int index) {
    long frame = frames[index];
    int type = table.type(frame);
    return (type == FrameTable.NONE || type == FrameTable.WRITABLE)
        && table.isAllocated(frame)
        && table.references(frame) == counts[index] + 2;
  }
}

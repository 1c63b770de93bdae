package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.L1;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Entries of L1 tables for the grant table, which takes and drops the references of granted frames
 * itself. A slot is the machine address of an entry in a validated L1 table of the domain. All
 * methods need the domain's paging lock.
 */
public final class LeafSlots {
  private final MachineMemory memory;
  private final FrameTable table;
  private final Walker walker;
  private final PageTypes types;

  /** The entries of one machine. */
  LeafSlots(MachineMemory memory, FrameTable table, Walker walker, PageTypes types) {
    this.memory = memory;
    this.table = table;
    this.walker = walker;
    this.types = types;
  }

  /** The slot that maps a virtual address (any value) of the running vcpu's kernel, or -1. */
  public long atVirtualAddress(Vcpu caller, long address) {
    if (!Pte.isGuestAddress(address)) {
      return -1;
    }
    return checked(caller.domain(), walker.findEntry(caller.kernelRoot(), address, 1));
  }

  /** The slot at a machine address (any value), or -1. */
  public long atMachineAddress(Domain domain, long address) {
    return (address & 7) != 0 ? -1 : checked(domain, address);
  }

  private long checked(Domain domain, long slot) {
    long mfn = slot >>> MachineMemory.FRAME_SHIFT;
    boolean good =
        slot >= 0
            && table.owner(mfn) == domain.id()
            && table.type(mfn) == L1
            && table.isValidated(mfn);
    return good ? slot : -1;
  }

  /** The entry in a slot. */
  public long get(long slot) {
    return HostMemory.getLongAcquire(memory.base() + slot);
  }

  /**
   * Must be called before a writable entry that names another domain's frame is stored: whoever
   * decodes code of the frame then thinks of the vcpus that may write it.
   */
  public void noteWriter(Domain writer, long mfn) {
    DomainSpace.of(writer).writesForeignFrames();
    table.markShared(mfn);
  }

  /** Replaces the entry in a slot and returns the old one, with its references. */
  public long exchange(long slot, long entry) {
    return HostMemory.getAndSetLong(memory.base() + slot, entry);
  }

  /** Drops the references of an entry that was in a slot. */
  public void drop(Domain domain, long slot, long entry) {
    types.putEntry(domain, slot >>> MachineMemory.FRAME_SHIFT, entry, L1);
  }
}

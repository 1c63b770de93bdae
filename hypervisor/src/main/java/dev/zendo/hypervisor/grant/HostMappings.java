package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.grant.MapFlags;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.DomainSpace;
import dev.zendo.hypervisor.paging.LeafSlots;
import dev.zendo.hypervisor.paging.Pte;
import dev.zendo.hypervisor.paging.TlbSync;
import dev.zendo.hypervisor.paging.TranslatedSpace;

/**
 * The place where a granted frame appears in its user's memory: an L1 entry of a paravirtualized
 * domain, named by virtual address or by the entry's own machine address, or a guest frame number
 * of a translated one. The mapping holds the references that the caller took. Results are constants
 * of {@link GrantStatus}.
 */
final class HostMappings {
  private static final int FIRST_AVAILABLE = 16;
  private static final int AVAILABLE_BITS = 7;
  private static final int PTE_AVAILABLE_SHIFT = 9;

  private final LeafSlots slots;
  private final TlbSync tlb;

  HostMappings(LeafSlots slots, TlbSync tlb) {
    this.slots = slots;
    this.tlb = tlb;
  }

  private static long flagsOf(int flags) {
    long entry = Pte.PRESENT | Pte.ACCESSED | Pte.DIRTY | Pte.NO_EXECUTE;
    if ((flags & MapFlags.READONLY) == 0) {
      entry |= Pte.WRITE;
    }
    if ((flags & MapFlags.APPLICATION_MAP) != 0) {
      entry |= Pte.USER;
    }
    return entry | (long) (flags >>> FIRST_AVAILABLE & AVAILABLE_BITS) << PTE_AVAILABLE_SHIFT;
  }

  /** Maps a frame at an address; whatever was there loses its references. */
  int create(Vcpu caller, long address, long mfn, int flags) {
    Domain domain = caller.domain();
    TranslatedSpace space = DomainSpace.of(domain).translated();
    if (space != null) {
      return createTranslated(space, address, mfn, flags);
    }
    long entry = Pte.adjust(mfn << MachineMemory.FRAME_SHIFT | flagsOf(flags), 1);
    domain.pagingLock().lock();
    try {
      long slot = find(caller, address, flags);
      if (slot < 0) {
        return GrantStatus.GENERAL_ERROR;
      }
      if (Pte.isWritable(entry)) {
        slots.noteWriter(domain, mfn);
      }
      long old = slots.exchange(slot, entry);
      if (Pte.isPresent(old)) {
        tlb.flushLocal(caller);
        slots.drop(domain, slot, old);
      }
      return GrantStatus.OKAY;
    } finally {
      domain.pagingLock().unlock();
    }
  }

  private static int createTranslated(TranslatedSpace space, long address, long mfn, int flags) {
    long gpfn = address >>> MachineMemory.FRAME_SHIFT;
    boolean writable = (flags & MapFlags.READONLY) == 0;
    long entry = TranslatedSpace.entry(mfn, writable, TranslatedSpace.GRANTED);
    return TranslatedSpace.contains(gpfn) && space.place(gpfn, entry)
        ? GrantStatus.OKAY
        : GrantStatus.GENERAL_ERROR;
  }

  private long find(Vcpu caller, long address, int flags) {
    return (flags & MapFlags.CONTAINS_PTE) != 0
        ? slots.atMachineAddress(caller.domain(), address)
        : slots.atVirtualAddress(caller, address);
  }

  /**
   * Takes a mapping away, or moves the entry of another address into its place.
   *
   * @param newAddress virtual address whose entry moves here; 0 for none
   */
  int remove(Vcpu caller, long address, long mfn, long newAddress, int flags) {
    Domain domain = caller.domain();
    TranslatedSpace space = DomainSpace.of(domain).translated();
    if (space != null) {
      return newAddress == 0
          ? removeTranslated(space, address, mfn, flags)
          : GrantStatus.GENERAL_ERROR;
    }
    if (newAddress != 0 && (flags & MapFlags.CONTAINS_PTE) != 0) {
      return GrantStatus.GENERAL_ERROR;
    }
    domain.pagingLock().lock();
    try {
      long entry = 0;
      long from = -1;
      if (newAddress != 0) {
        from = slots.atVirtualAddress(caller, newAddress);
        if (from < 0) {
          return GrantStatus.GENERAL_ERROR;
        }
        entry = slots.exchange(from, 0);
      }
      long slot = find(caller, address, flags);
      if (slot < 0 || !matches(slots.get(slot), mfn, flags)) {
        if (from >= 0) {
          slots.drop(domain, from, entry);
        }
        return GrantStatus.GENERAL_ERROR;
      }
      slots.exchange(slot, entry);
      return GrantStatus.OKAY;
    } finally {
      domain.pagingLock().unlock();
    }
  }

  private static boolean matches(long entry, long mfn, int flags) {
    long rights = Pte.PRESENT | Pte.WRITE;
    return Pte.frame(entry) == mfn && ((entry ^ flagsOf(flags)) & rights) == 0;
  }

  private static int removeTranslated(TranslatedSpace space, long address, long mfn, int flags) {
    long gpfn = address >>> MachineMemory.FRAME_SHIFT;
    boolean writable = (flags & MapFlags.READONLY) == 0;
    long entry = TranslatedSpace.entry(mfn, writable, TranslatedSpace.GRANTED);
    return TranslatedSpace.contains(gpfn) && space.replace(gpfn, entry, TranslatedSpace.ABSENT)
        ? GrantStatus.OKAY
        : GrantStatus.GENERAL_ERROR;
  }
}

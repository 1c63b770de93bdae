package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.memory.AddToPhysmap;
import dev.zendo.hypercalls.memory.AddToPhysmapBatch;
import dev.zendo.hypercalls.memory.MapSpace;
import dev.zendo.hypercalls.memory.RemoveFromPhysmap;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.paging.DomainSpace;
import dev.zendo.hypervisor.paging.GuestLists;
import dev.zendo.hypervisor.paging.PageOwners;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.paging.TranslatedSpace;

/**
 * Placing frames into the guest-physical space of a translated domain: its shared info, its grant
 * table, its own frames elsewhere, and frames of domains it controls.
 */
final class PhysicalMaps {
  private static final long INVALID_GFN = -1;
  private static final int SPACES = 6;

  private final Paging paging;
  private final FrameTable table;
  private final GrantFrames grantFrames;

  /** Finds the frames of grant tables. */
  @FunctionalInterface
  interface GrantFrames {
    /**
     * The frame of a domain's own grant table at an index, growing the table when needed.
     *
     * @return the frame or a negative errno
     */
    long frame(Domain domain, long index);
  }

  PhysicalMaps(Paging paging, GrantFrames grantFrames) {
    this.paging = paging;
    this.table = paging.table();
    this.grantFrames = grantFrames;
  }

  long add(Vcpu caller, long pointer, long start) {
    if (start > 0xffff) {
      return -Errno.EDOM;
    }
    if (!MemoryArguments.read(caller, pointer, AddToPhysmap.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long at = caller.scratch();
    int space = AddToPhysmap.SPACE.get(HostView.HOST, at);
    if (space == MapSpace.GMFN_FOREIGN) {
      return -Errno.ENOSYS;
    }
    Domain domain = find(caller, AddToPhysmap.DOMID.get(HostView.HOST, at));
    long refused = check(caller, domain, space);
    if (refused != 0) {
      return refused;
    }
    long index = AddToPhysmap.IDX.get(HostView.HOST, at);
    long gpfn = AddToPhysmap.GPFN.get(HostView.HOST, at);
    int size = AddToPhysmap.SIZE.get(HostView.HOST, at);
    if (gpfn == INVALID_GFN) {
      return -Errno.EINVAL;
    }
    if (space != MapSpace.GMFN_RANGE) {
      return one(caller.domain(), domain, space, 0, index, gpfn);
    }
    if (size < start) {
      return -Errno.EILSEQ;
    }
    for (long i = start; i < size; i++) {
      long result = one(caller.domain(), domain, MapSpace.GMFN, 0, index + i, gpfn + i);
      if (result < 0) {
        return result;
      }
    }
    return 0;
  }

  long addBatch(Vcpu caller, long pointer, long start) {
    if (start > 0xffff) {
      return -Errno.EDOM;
    }
    if (!MemoryArguments.read(caller, pointer, AddToPhysmapBatch.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long at = caller.scratch();
    int space = AddToPhysmapBatch.SPACE.get(HostView.HOST, at);
    if (space == MapSpace.GMFN_RANGE) {
      return -Errno.EOPNOTSUPP;
    }
    Domain domain = find(caller, AddToPhysmapBatch.DOMID.get(HostView.HOST, at));
    long refused = check(caller, domain, space);
    if (refused != 0) {
      return refused;
    }
    int size = AddToPhysmapBatch.SIZE.get(HostView.HOST, at);
    if (size <= start) {
      return size < start || start != 0 ? -Errno.EILSEQ : 0;
    }
    int foreign = AddToPhysmapBatch.FOREIGN_DOMID.get(HostView.HOST, at);
    long indexes = AddToPhysmapBatch.IDXS.get(HostView.HOST, at);
    long gpfns = AddToPhysmapBatch.GPFNS.get(HostView.HOST, at);
    long errors = AddToPhysmapBatch.ERRS.get(HostView.HOST, at);
    if (!GuestLists.isAcceptable(caller, indexes)
        || !GuestLists.isAcceptable(caller, gpfns)
        || !GuestLists.isAcceptable(caller, errors)) {
      return -Errno.EFAULT;
    }
    for (long i = start; i < size; i++) {
      if (!MemoryArguments.readElement(caller, indexes, i)) {
        return -Errno.EFAULT;
      }
      long index = MemoryArguments.element(caller);
      if (!MemoryArguments.readElement(caller, gpfns, i)) {
        return -Errno.EFAULT;
      }
      long gpfn = MemoryArguments.element(caller);
      if (gpfn == INVALID_GFN) {
        return -Errno.EINVAL;
      }
      long result = one(caller.domain(), domain, space, foreign, index, gpfn);
      HostMemory.putInt(caller.scratch() + MemoryArguments.ELEMENT, (int) result);
      if (!caller.guest().write(errors + 4 * i, caller.scratch() + MemoryArguments.ELEMENT, 4)) {
        return -Errno.EFAULT;
      }
    }
    return 0;
  }

  long remove(Vcpu caller, long pointer) {
    if (!MemoryArguments.read(caller, pointer, RemoveFromPhysmap.LAYOUT)) {
      return -Errno.EFAULT;
    }
    Domain domain = find(caller, RemoveFromPhysmap.DOMID.get(HostView.HOST, caller.scratch()));
    if (domain == null) {
      return -Errno.ESRCH;
    }
    if (!domain.translated()) {
      return -Errno.EACCES;
    }
    if (!PageOwners.mayControl(caller.domain(), domain.id())) {
      return -Errno.EPERM;
    }
    long gpfn = RemoveFromPhysmap.GPFN.get(HostView.HOST, caller.scratch());
    TranslatedSpace space = DomainSpace.of(domain).translated();
    long entry = space.get(gpfn);
    int kind = TranslatedSpace.kind(entry);
    if (kind != TranslatedSpace.OWN && kind != TranslatedSpace.HELD
        || !space.replace(gpfn, entry, TranslatedSpace.ABSENT)) {
      return -Errno.ENOENT;
    }
    paging.dropHeld(entry);
    return 0;
  }

  private Domain find(Vcpu caller, int number) {
    return paging.owners().any(caller.domain(), number);
  }

  private static long check(Vcpu caller, Domain domain, int space) {
    if (domain == null) {
      return -Errno.ESRCH;
    }
    if (!domain.translated() || space == MapSpace.DEV_MMIO) {
      return -Errno.EACCES;
    }
    return PageOwners.mayControl(caller.domain(), domain.id()) ? 0 : -Errno.EPERM;
  }

  /** Places one frame. */
  private long one(Domain self, Domain domain, int space, int foreign, long index, long gpfn) {
    if (Integer.compareUnsigned(space, SPACES) >= 0) {
      return -Errno.ENOSYS;
    }
    if (!TranslatedSpace.contains(gpfn)) {
      return -Errno.EINVAL;
    }
    return switch (space) {
      case MapSpace.SHARED_INFO ->
          index == 0 ? hold(domain, domain.id(), domain.sharedInfoMfn(), gpfn) : -Errno.EINVAL;
      case MapSpace.GRANT_TABLE -> {
        long mfn = grantFrames.frame(domain, index);
        yield mfn < 0 ? mfn : hold(domain, domain.id(), mfn, gpfn);
      }
      case MapSpace.GMFN -> move(domain, index, gpfn);
      case MapSpace.GMFN_FOREIGN -> foreign(self, domain, foreign, index, gpfn);
      default -> -Errno.EINVAL;
    };
  }

  private long foreign(Domain self, Domain domain, int number, long index, long gpfn) {
    Domain owner = paging.owners().byNumber(number);
    if (owner == null) {
      return -Errno.ESRCH;
    }
    if (owner == domain || !domain.privileged()) {
      return -Errno.EINVAL;
    }
    if (!PageOwners.mayControl(self, owner.id())) {
      return -Errno.EPERM;
    }
    TranslatedSpace space = DomainSpace.of(owner).translated();
    long mfn = index;
    if (space != null) {
      long entry = space.get(index);
      mfn = TranslatedSpace.kind(entry) == TranslatedSpace.OWN ? TranslatedSpace.frame(entry) : -1;
    }
    // Who keeps what the owner's frames hold must know all who may write them.
    owner.pagingLock().lock();
    try {
      return hold(domain, owner.id(), mfn, gpfn);
    } finally {
      owner.pagingLock().unlock();
    }
  }

  /**
   * Places a frame with references of its own, in place of whatever is there. Page tables and
   * descriptor tables can only be read there.
   */
  long hold(Domain domain, int owner, long mfn, long gpfn) {
    if (!table.get(mfn, owner)) {
      return -Errno.EINVAL;
    }
    long entry = paging.heldEntry(mfn);
    TranslatedSpace space = DomainSpace.of(domain).translated();
    long old = space.get(gpfn);
    if (TranslatedSpace.kind(old) == TranslatedSpace.GRANTED || !space.replace(gpfn, old, entry)) {
      paging.dropHeld(entry);
      return -Errno.EBUSY;
    }
    if (TranslatedSpace.kind(old) == TranslatedSpace.OWN) {
      paging.frames().giveUp(domain, TranslatedSpace.frame(old));
    } else {
      paging.dropHeld(old);
    }
    return 0;
  }

  /** Moves a frame of the domain's own to another guest frame number. */
  private long move(Domain domain, long from, long to) {
    TranslatedSpace space = DomainSpace.of(domain).translated();
    long entry = space.get(from);
    if (TranslatedSpace.kind(entry) != TranslatedSpace.OWN
        || space.get(to) != TranslatedSpace.ABSENT
        || !space.replace(from, entry, TranslatedSpace.ABSENT)) {
      return -Errno.EINVAL;
    }
    space.set(to, entry);
    paging.machToPhys().set(TranslatedSpace.frame(entry), to);
    return 0;
  }
}

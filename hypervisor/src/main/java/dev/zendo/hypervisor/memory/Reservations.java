package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.memory.MemFlags;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.memory.Reservation;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.DomainFrames;
import dev.zendo.hypervisor.paging.DomainSpace;
import dev.zendo.hypervisor.paging.GuestLists;
import dev.zendo.hypervisor.paging.PageOwners;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.paging.TranslatedSpace;

/**
 * Growing and shrinking domains: {@code increase_reservation}, {@code decrease_reservation} and
 * {@code populate_physmap}. They never fail: the result is the number of extents done, counted from
 * the start of the list.
 */
final class Reservations {
  /** Largest extent an ordinary domain may ask for (memop-max-order of Xen). */
  static final int MAX_ORDER = 9;

  /** More extents than the continuation of a call can count. */
  private static final long TOO_MANY_EXTENTS = 0xffffffffL >>> 6;

  private static final int NODES = 64;

  private final Paging paging;
  private final DomainFrames frames;
  private final FrameTable table;

  Reservations(Paging paging) {
    this.paging = paging;
    this.frames = paging.frames();
    this.table = paging.table();
  }

  /** Largest order a domain may use. */
  static int maxOrder(Domain caller) {
    return caller.privileged() ? FrameAllocator.MAX_ORDER : MAX_ORDER;
  }

  /** Whether an ordinary or privileged domain may ask for the node in the flags. */
  static boolean nodeAllowed(Domain caller, int flags) {
    int node = flags >>> 8 & 0xff;
    if (node == 0 || (flags & MemFlags.VNODE) != 0) {
      return true;
    }
    return caller.privileged() ? node - 1 < NODES : (flags & MemFlags.EXACT_NODE_REQUEST) == 0;
  }

  /**
   * First frame number that the address width in the flags excludes.
   *
   * @return the limit, or -1 when the width is impossible
   */
  long frameLimit(int flags) {
    int bits = flags & 0xff;
    if (bits == 0 || bits >= Long.SIZE - 1 || 1L << bits - 12 >= table.frames() && bits > 12) {
      return table.frames();
    }
    return bits <= MachineMemory.FRAME_SHIFT ? -1 : 1L << bits - MachineMemory.FRAME_SHIFT;
  }

  /**
   * Does one of the three operations.
   *
   * @param start extents done by an earlier part of the call
   */
  long handle(Vcpu caller, int operation, long pointer, long start) {
    if (!MemoryArguments.read(caller, pointer, Reservation.LAYOUT)) {
      return start;
    }
    long at = caller.scratch();
    long list = Reservation.EXTENT_START.get(HostView.HOST, at);
    long count = Reservation.NR_EXTENTS.get(HostView.HOST, at);
    int order = Reservation.EXTENT_ORDER.get(HostView.HOST, at);
    int flags = Reservation.MEM_FLAGS.get(HostView.HOST, at);
    Domain self = caller.domain();
    Domain domain = paging.owners().any(self, Reservation.DOMID.get(HostView.HOST, at));
    if (Long.compareUnsigned(count, TOO_MANY_EXTENTS) > 0
        || start >= count
        || domain == null
        || !PageOwners.mayControl(self, domain.id())
        || frameLimit(flags) < 0
        || !nodeAllowed(self, flags)
        || order < 0
        || order > maxOrder(self)
        || !GuestLists.isAcceptable(caller, list)) {
      return start;
    }
    long done =
        switch (operation) {
          case MemoryOp.INCREASE_RESERVATION ->
              increase(caller, domain, list, start, count, order, flags);
          case MemoryOp.DECREASE_RESERVATION -> decrease(caller, domain, list, start, count, order);
          default -> populate(caller, domain, list, start, count, order, flags);
        };
    if (done < 0) {
      long command = operation | -done << MemoryOpCall.COMMAND_BITS;
      return Dispatcher.restart(caller, Hypercalls.MEMORY_OP, command, pointer, 0, 0);
    }
    return done;
  }

  /** Whether the call stops before an extent that is not its first one. */
  private static boolean stopsBefore(Vcpu caller, long extent, long start) {
    return extent != start && Dispatcher.mustStop(caller);
  }

  // The three operations return the number of extents done, or its negative when they stop.

  private long increase(
      Vcpu caller, Domain domain, long list, long start, long count, int order, int flags) {
    for (long i = start; i < count; i++) {
      if (stopsBefore(caller, i, start)) {
        return -i;
      }
      long mfn = allocate(domain, order, flags);
      if (mfn < 0) {
        return i;
      }
      if (list != 0
          && !domain.translated()
          && !MemoryArguments.writeElement(caller, list, i, mfn)) {
        return i;
      }
    }
    return count;
  }

  private long allocate(Domain domain, int order, int flags) {
    long mfn = frames.allocate(domain, order);
    if (mfn >= 0 && mfn + (1L << order) > frameLimit(flags)) {
      for (long i = mfn; i < mfn + (1L << order); i++) {
        frames.giveUp(domain, i);
      }
      return -1;
    }
    return mfn;
  }

  private long decrease(Vcpu caller, Domain domain, long list, long start, long count, int order) {
    for (long i = start; i < count; i++) {
      if (stopsBefore(caller, i, start)) {
        return -i;
      }
      if (!MemoryArguments.readElement(caller, list, i)) {
        return i;
      }
      long first = MemoryArguments.element(caller);
      for (long k = 0; k < 1L << order; k++) {
        if (!remove(domain, first + k)) {
          return i;
        }
      }
    }
    return count;
  }

  /** Takes one frame away from a domain; {@code number} is its gpfn when it is translated. */
  private boolean remove(Domain domain, long number) {
    TranslatedSpace space = DomainSpace.of(domain).translated();
    if (space == null) {
      return frames.giveUp(domain, number);
    }
    long entry = space.get(number);
    return TranslatedSpace.kind(entry) == TranslatedSpace.OWN
        && space.replace(number, entry, TranslatedSpace.ABSENT)
        && frames.giveUp(domain, TranslatedSpace.frame(entry));
  }

  private long populate(
      Vcpu caller, Domain domain, long list, long start, long count, int order, int flags) {
    boolean onDemand = (flags & MemFlags.POPULATE_ON_DEMAND) != 0;
    if (onDemand && domain == caller.domain()) {
      return start;
    }
    for (long i = start; i < count; i++) {
      if (stopsBefore(caller, i, start)) {
        return -i;
      }
      if (!MemoryArguments.readElement(caller, list, i)) {
        return i;
      }
      long pfn = MemoryArguments.element(caller);
      if (onDemand) {
        continue;
      }
      long mfn = allocate(domain, order, flags);
      if (mfn < 0) {
        return i;
      }
      if (!place(domain, pfn, mfn, order)) {
        return i;
      }
      if (!domain.translated() && !MemoryArguments.writeElement(caller, list, i, mfn)) {
        return i;
      }
    }
    return count;
  }

  /** Gives new frames their guest frame numbers. */
  boolean place(Domain domain, long pfn, long mfn, int order) {
    TranslatedSpace space = DomainSpace.of(domain).translated();
    for (long k = 0; k < 1L << order; k++) {
      if (space != null && !placeTranslated(space, pfn + k, mfn + k)) {
        return false;
      }
      paging.machToPhys().set(mfn + k, pfn + k);
    }
    return true;
  }

  private static boolean placeTranslated(TranslatedSpace space, long gpfn, long mfn) {
    if (!TranslatedSpace.contains(gpfn) || space.get(gpfn) != TranslatedSpace.ABSENT) {
      return false;
    }
    space.set(gpfn, TranslatedSpace.entry(mfn, true, TranslatedSpace.OWN));
    return true;
  }
}

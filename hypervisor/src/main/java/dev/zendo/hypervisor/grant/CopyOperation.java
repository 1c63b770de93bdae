package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.grant.Copy;
import dev.zendo.hypercalls.grant.CopyFlags;
import dev.zendo.hypercalls.grant.CopyPointer;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.PageOwners;

/**
 * {@code copy}: bytes from one frame to another, each an own frame or one that somebody granted.
 * Grants that only pass on another domain's grant (transitive ones) are refused, as Xen does with
 * {@code gnttab=transitive=false}.
 */
final class CopyOperation {
  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final PageOwners owners;
  private final GrantedFrames frames;

  CopyOperation(MachineMemory memory, CodeMap codeMap, PageOwners owners, GrantedFrames frames) {
    this.memory = memory;
    this.codeMap = codeMap;
    this.owners = owners;
    this.frames = frames;
  }

  /** One side of a copy while it is held. */
  private static final class Side {
    Domain owner;
    boolean granted;
    int ref;
    long mfn = -1;
    boolean writable;
    int start;
    int length;
  }

  /** Does the operation in the caller's scratch memory and returns its status. */
  int copy(Vcpu caller) {
    long at = caller.scratch();
    int flags = Copy.FLAGS.get(HostView.HOST, at);
    Side from = new Side();
    Side to = new Side();
    from.granted = (flags & CopyFlags.SOURCE_GREF) != 0;
    to.granted = (flags & CopyFlags.DEST_GREF) != 0;
    long source = Copy.SOURCE.at(at);
    long target = Copy.DEST.at(at);
    Domain self = caller.domain();
    int status = findOwner(self, source, from);
    if (status == GrantStatus.OKAY) {
      status = findOwner(self, target, to);
    }
    if (status == GrantStatus.OKAY) {
      status = acquire(self, source, from, true);
    }
    if (status == GrantStatus.OKAY) {
      status = acquire(self, target, to, false);
    }
    if (status == GrantStatus.OKAY) {
      status =
          copyBytes(
              from,
              CopyPointer.OFFSET.get(HostView.HOST, source),
              to,
              CopyPointer.OFFSET.get(HostView.HOST, target),
              Copy.LEN.get(HostView.HOST, at));
    }
    release(from, true);
    release(to, false);
    return status;
  }

  private int findOwner(Domain self, long pointer, Side side) {
    int number = CopyPointer.DOMID.get(HostView.HOST, pointer);
    side.owner = owners.any(self, number);
    if (side.owner == null) {
      return GrantStatus.BAD_DOMAIN;
    }
    return number == Domid.SELF || side.granted ? GrantStatus.OKAY : GrantStatus.PERMISSION_DENIED;
  }

  private int acquire(Domain self, long pointer, Side side, boolean readOnly) {
    if (side.granted) {
      side.ref = CopyPointer.REF.get(HostView.HOST, pointer);
      int status = acquireGrant(self, side, readOnly);
      if (status != GrantStatus.OKAY) {
        side.granted = false;
        return status;
      }
    } else {
      side.mfn = frames.hold(side.owner, CopyPointer.GMFN.get(HostView.HOST, pointer));
      if (side.mfn < 0) {
        return GrantStatus.BAD_PAGE;
      }
      side.length = MachineMemory.FRAME_SIZE;
    }
    if (!readOnly) {
      side.writable = frames.holdWritable(side.mfn);
      return side.writable ? GrantStatus.OKAY : GrantStatus.GENERAL_ERROR;
    }
    return GrantStatus.OKAY;
  }

  private int acquireGrant(Domain self, Side side, boolean readOnly) {
    GrantTable table = GrantingDomain.stateOf(side.owner).table();
    int increment = readOnly ? Pins.HOST_READ : Pins.HOST_WRITE;
    table.lock.lock();
    try {
      if (!table.contains(side.ref)) {
        return GrantStatus.BAD_GNTREF;
      }
      ActiveEntry entry = table.active(side.ref);
      boolean used = entry.pins != 0;
      if (used && (entry.user != self.id() || Pins.isFull(entry.pins, increment))) {
        return GrantStatus.GENERAL_ERROR;
      }
      if (!used || !readOnly && !Pins.anyWriter(entry.pins)) {
        int status = table.mark(side.ref, entry, readOnly, false, self.id());
        if (status != GrantStatus.OKAY) {
          return status;
        }
      }
      if (used) {
        side.mfn = frames.holdAgain(side.owner, entry.mfn) ? entry.mfn : GrantStatus.BAD_DOMAIN;
      } else {
        side.mfn = frames.hold(side.owner, table.frameOf(side.ref));
      }
      if (side.mfn < 0) {
        table.unmark(side.ref, entry, readOnly);
        return (int) side.mfn;
      }
      if (!used) {
        begin(table, side, entry, self.id());
      }
      entry.pins += increment;
      side.start = entry.start;
      side.length = entry.length;
      return GrantStatus.OKAY;
    } finally {
      table.lock.unlock();
    }
  }

  private static void begin(GrantTable table, Side side, ActiveEntry entry, int user) {
    entry.user = user;
    entry.mfn = side.mfn;
    entry.part = table.version() == 2 && (table.flags(side.ref) & GrantFlags.SUB_PAGE) != 0;
    int part = entry.part ? table.partOf(side.ref) : 0;
    entry.start = entry.part ? part & 0xffff : 0;
    entry.length = entry.part ? part >>> 16 : MachineMemory.FRAME_SIZE;
  }

  private int copyBytes(Side from, int fromOffset, Side to, int toOffset, int bytes) {
    if (fromOffset + bytes > MachineMemory.FRAME_SIZE
        || toOffset + bytes > MachineMemory.FRAME_SIZE) {
      return GrantStatus.BAD_COPY_ARG;
    }
    if (!covers(from, fromOffset, bytes) || !covers(to, toOffset, bytes)) {
      return GrantStatus.GENERAL_ERROR;
    }
    HostMemory.copy(
        memory.address(from.mfn) + fromOffset, memory.address(to.mfn) + toOffset, bytes);
    codeMap.written(to.mfn);
    return GrantStatus.OKAY;
  }

  private static boolean covers(Side side, int offset, int bytes) {
    return offset >= side.start && offset + bytes <= side.start + side.length;
  }

  private void release(Side side, boolean readOnly) {
    if (side.mfn < 0) {
      return;
    }
    frames.drop(side.mfn, !side.writable);
    if (side.granted) {
      GrantTable table = GrantingDomain.stateOf(side.owner).table();
      MapOperations.unpin(table, side.ref, readOnly, readOnly ? Pins.HOST_READ : Pins.HOST_WRITE);
    }
  }
}

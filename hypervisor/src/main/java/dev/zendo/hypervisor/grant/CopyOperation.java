package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.grant.Copy;
import dev.zendo.hypercalls.grant.CopyFlags;
import dev.zendo.hypercalls.grant.CopyPointer;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.PageOwners;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/**
 * {@code copy}: bytes from one frame to another, each an own frame or one that somebody granted.
 */
final class CopyOperation {
  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final PageOwners owners;
  private final GrantedFrames frames;
  private final CopyGrants grants;

  CopyOperation(MachineMemory memory, CodeMap codeMap, PageOwners owners, GrantedFrames frames) {
    this.memory = memory;
    this.codeMap = codeMap;
    this.owners = owners;
    this.frames = frames;
    this.grants = new CopyGrants(owners, frames);
  }

  /** One side of a copy while it is held. */
  private static final class Side {
    Domain owner;
    boolean granted;
    int ref;
    boolean writable;
    final CopyGrants.Bytes bytes = new CopyGrants.Bytes();
  }

  /**
   * Does the operation in the caller's scratch memory.
   *
   * @return its status, or {@link CopyGrants#CHANGED}
   */
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
      int status = grants.acquire(side.owner, side.ref, self.id(), readOnly, side.bytes);
      if (status != GrantStatus.OKAY) {
        side.granted = false;
        return status;
      }
    } else {
      side.bytes.mfn = frames.hold(side.owner, CopyPointer.GMFN.get(HostView.HOST, pointer));
      if (side.bytes.mfn < 0) {
        return GrantStatus.BAD_PAGE;
      }
      side.bytes.length = MachineMemory.FRAME_SIZE;
    }
    if (!readOnly) {
      side.writable = frames.holdWritable(side.bytes.mfn);
      return side.writable ? GrantStatus.OKAY : GrantStatus.GENERAL_ERROR;
    }
    return GrantStatus.OKAY;
  }

  private int copyBytes(Side from, int fromOffset, Side to, int toOffset, int bytes) {
    if (fromOffset + bytes > MachineMemory.FRAME_SIZE
        || toOffset + bytes > MachineMemory.FRAME_SIZE) {
      int beyond = Math.max(fromOffset, toOffset);
      Refusal.note(Rule.COPY_BOUNDS, beyond, bytes, 0, MachineMemory.FRAME_SIZE);
      return GrantStatus.BAD_COPY_ARG;
    }
    if (!covers(from, fromOffset, bytes) || !covers(to, toOffset, bytes)) {
      return GrantStatus.GENERAL_ERROR;
    }
    long source = memory.address(from.bytes.mfn) + fromOffset;
    HostMemory.copy(source, memory.address(to.bytes.mfn) + toOffset, bytes);
    codeMap.written(to.bytes.mfn);
    return GrantStatus.OKAY;
  }

  private static boolean covers(Side side, int offset, int bytes) {
    int start = side.bytes.start;
    if (offset < start || offset + bytes > start + side.bytes.length) {
      Refusal.note(Rule.COPY_BOUNDS, offset, bytes, start, side.bytes.length);
      return false;
    }
    return true;
  }

  private void release(Side side, boolean readOnly) {
    if (side.bytes.mfn < 0) {
      return;
    }
    frames.drop(side.bytes.mfn, !side.writable);
    if (side.granted) {
      grants.release(side.owner, side.ref, readOnly);
    }
  }
}

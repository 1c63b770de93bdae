package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.grant.CacheFlush;
import dev.zendo.hypercalls.grant.GetStatusFrames;
import dev.zendo.hypercalls.grant.GetVersion;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.grant.QuerySize;
import dev.zendo.hypercalls.grant.SetVersion;
import dev.zendo.hypercalls.grant.SetupTable;
import dev.zendo.hypercalls.grant.SwapGrantRef;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.DomainFrames;
import dev.zendo.hypervisor.paging.GuestLists;
import dev.zendo.hypervisor.paging.PageOwners;
import dev.zendo.hypervisor.paging.Paging;

/**
 * Operations on grant tables as a whole: size, frames, format. Arguments are in the caller's
 * scratch memory; results are those of the hypercall.
 */
final class TableOperations {
  /** Where single list elements are built in scratch memory. */
  private static final int ELEMENT = 256;

  private static final int CACHE_INVALIDATE = 2;
  private static final int CACHE_CLEAN = 1;

  private final PageOwners owners;
  private final FrameTable frames;
  private final GrantTable.MappedFrames mapped;

  TableOperations(Paging paging) {
    this.owners = paging.owners();
    this.frames = paging.table();
    DomainFrames domainFrames = paging.frames();
    this.mapped =
        new GrantTable.MappedFrames() {
          @Override
          public boolean isMapped(long mfn) {
            return frames.references(mfn) > 1;
          }

          @Override
          public void giveUp(Domain domain, long mfn) {
            domainFrames.giveUp(domain, mfn);
          }
        };
  }

  private static GrantTable tableOf(Domain domain) {
    return GrantingDomain.stateOf(domain).table();
  }

  private int allowed(Vcpu caller, Domain domain) {
    if (domain == null) {
      return GrantStatus.BAD_DOMAIN;
    }
    return PageOwners.mayControl(caller.domain(), domain.id())
        ? GrantStatus.OKAY
        : GrantStatus.PERMISSION_DENIED;
  }

  long setup(Vcpu caller) {
    long at = caller.scratch();
    long list = SetupTable.FRAME_LIST.get(HostView.HOST, at);
    if (!GuestLists.isAcceptable(caller, list)) {
      return -Errno.EFAULT;
    }
    Domain domain = owners.any(caller.domain(), SetupTable.DOM.get(HostView.HOST, at));
    int status = allowed(caller, domain);
    if (status == GrantStatus.OKAY) {
      status = setup(caller, tableOf(domain), SetupTable.NR_FRAMES.get(HostView.HOST, at), list);
    }
    SetupTable.STATUS.set(HostView.HOST, at, (short) status);
    return 0;
  }

  private static int setup(Vcpu caller, GrantTable table, int wanted, long list) {
    if (Integer.compareUnsigned(wanted, table.maxFrames()) > 0) {
      return GrantStatus.GENERAL_ERROR;
    }
    table.lock.lock();
    try {
      if (table.grow(wanted) != 0) {
        return GrantStatus.GENERAL_ERROR;
      }
      int status = GrantStatus.OKAY;
      for (int i = 0; i < wanted; i++) {
        if (!writeElement(caller, list, i, table.sharedFrame(i))) {
          status = GrantStatus.BAD_VIRT_ADDR;
        }
      }
      return status;
    } finally {
      table.lock.unlock();
    }
  }

  private static boolean writeElement(Vcpu caller, long list, int index, long value) {
    HostMemory.putLong(caller.scratch() + ELEMENT, value);
    return caller.guest().write(list + 8L * index, caller.scratch() + ELEMENT, 8);
  }

  long querySize(Vcpu caller) {
    long at = caller.scratch();
    Domain domain = owners.any(caller.domain(), QuerySize.DOM.get(HostView.HOST, at));
    int status = allowed(caller, domain);
    if (status == GrantStatus.OKAY) {
      GrantTable table = tableOf(domain);
      table.lock.lock();
      try {
        QuerySize.NR_FRAMES.set(HostView.HOST, at, table.frameCount());
      } finally {
        table.lock.unlock();
      }
      QuerySize.MAX_NR_FRAMES.set(HostView.HOST, at, table.maxFrames());
    }
    QuerySize.STATUS.set(HostView.HOST, at, (short) status);
    return 0;
  }

  long setVersion(Vcpu caller) {
    long at = caller.scratch();
    int wanted = SetVersion.VERSION.get(HostView.HOST, at);
    GrantTable table = tableOf(caller.domain());
    table.lock.lock();
    try {
      long result = 0;
      if (wanted != 1 && wanted != 2) {
        result = -Errno.EINVAL;
      } else if (wanted != table.version()) {
        result = table.changeVersion(wanted, mapped);
      }
      SetVersion.VERSION.set(HostView.HOST, at, table.version());
      return result;
    } finally {
      table.lock.unlock();
    }
  }

  long getVersion(Vcpu caller) {
    long at = caller.scratch();
    Domain domain = owners.any(caller.domain(), GetVersion.DOM.get(HostView.HOST, at));
    if (domain == null) {
      return -Errno.ESRCH;
    }
    if (!PageOwners.mayControl(caller.domain(), domain.id())) {
      return -Errno.EPERM;
    }
    GrantTable table = tableOf(domain);
    table.lock.lock();
    try {
      GetVersion.VERSION.set(HostView.HOST, at, table.version());
    } finally {
      table.lock.unlock();
    }
    return 0;
  }

  long statusFrames(Vcpu caller) {
    long at = caller.scratch();
    long list = GetStatusFrames.FRAME_LIST.get(HostView.HOST, at);
    if (!GuestLists.isAcceptable(caller, list)) {
      return -Errno.EFAULT;
    }
    Domain domain = owners.any(caller.domain(), GetStatusFrames.DOM.get(HostView.HOST, at));
    int status = allowed(caller, domain);
    if (status == GrantStatus.OKAY) {
      int count = GetStatusFrames.NR_FRAMES.get(HostView.HOST, at);
      status = statusFrames(caller, tableOf(domain), count, list);
    }
    GetStatusFrames.STATUS.set(HostView.HOST, at, (short) status);
    return 0;
  }

  private static int statusFrames(Vcpu caller, GrantTable table, int count, long list) {
    table.lock.lock();
    try {
      if (Integer.compareUnsigned(count, table.statusFrameCount()) > 0) {
        return GrantStatus.GENERAL_ERROR;
      }
      int status = GrantStatus.OKAY;
      for (int i = 0; i < count; i++) {
        if (!writeElement(caller, list, i, table.statusFrame(i))) {
          status = GrantStatus.BAD_VIRT_ADDR;
        }
      }
      return status;
    } finally {
      table.lock.unlock();
    }
  }

  int swap(Vcpu caller) {
    int a = SwapGrantRef.REF_A.get(HostView.HOST, caller.scratch());
    int b = SwapGrantRef.REF_B.get(HostView.HOST, caller.scratch());
    GrantTable table = tableOf(caller.domain());
    table.lock.lock();
    try {
      if (!table.contains(a) || !table.contains(b)) {
        return GrantStatus.BAD_GNTREF;
      }
      if (a == b) {
        return GrantStatus.OKAY;
      }
      if (table.active(a).pins != 0 || table.active(b).pins != 0) {
        return GrantStatus.EAGAIN;
      }
      table.swap(a, b);
      return GrantStatus.OKAY;
    } finally {
      table.lock.unlock();
    }
  }

  /** Caches of the machine are coherent: only the arguments are checked. */
  long cacheFlush(Vcpu caller) {
    long at = caller.scratch();
    int offset = CacheFlush.OFFSET.get(HostView.HOST, at);
    int length = CacheFlush.LENGTH.get(HostView.HOST, at);
    int operation = CacheFlush.OP.get(HostView.HOST, at);
    if (offset >= MachineMemory.FRAME_SIZE
        || offset + length > MachineMemory.FRAME_SIZE
        || (operation & ~(CACHE_INVALIDATE | CACHE_CLEAN)) != 0) {
      return -Errno.EINVAL;
    }
    if (length == 0 || operation == 0) {
      return 0;
    }
    long mfn = CacheFlush.DEV_BUS_ADDR.get(HostView.HOST, at) >>> MachineMemory.FRAME_SHIFT;
    if (!frames.contains(mfn)) {
      return -Errno.EINVAL;
    }
    Domain owner = owners.byNumber(frames.owner(mfn));
    if (owner == null) {
      return -Errno.EPERM;
    }
    if (owner != caller.domain() && !hasMapped(caller.domain(), mfn)) {
      return -Errno.EINVAL;
    }
    return operation == CACHE_INVALIDATE ? -Errno.EOPNOTSUPP : 0;
  }

  private static boolean hasMapped(Domain user, long mfn) {
    MapTrack mappings = GrantingDomain.stateOf(user).mappings();
    synchronized (mappings) {
      for (int handle = 0; handle < mappings.limit(); handle++) {
        if (mappings.flags(handle) != 0 && mappings.mfn(handle) == mfn) {
          return true;
        }
      }
      return false;
    }
  }
}

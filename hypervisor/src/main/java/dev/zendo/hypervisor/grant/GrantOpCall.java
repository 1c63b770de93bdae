package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.CacheFlush;
import dev.zendo.hypercalls.grant.Copy;
import dev.zendo.hypercalls.grant.GetStatusFrames;
import dev.zendo.hypercalls.grant.GetVersion;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.grant.MapGrantRef;
import dev.zendo.hypercalls.grant.QuerySize;
import dev.zendo.hypercalls.grant.SetVersion;
import dev.zendo.hypercalls.grant.SetupTable;
import dev.zendo.hypercalls.grant.SwapGrantRef;
import dev.zendo.hypercalls.grant.Transfer;
import dev.zendo.hypercalls.grant.UnmapAndReplace;
import dev.zendo.hypercalls.grant.UnmapGrantRef;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.hypercall.HypercallHandler;
import dev.zendo.hypervisor.paging.GuestLists;

/** The hypercall {@code grant_table_op}: lists of operations with a status each. */
final class GrantOpCall implements HypercallHandler {
  private static final int COMMAND_MASK = 0xfff;

  private final MapOperations map;
  private final UnmapOperations unmap;
  private final CopyOperation copy;
  private final TransferOperation transfer;
  private final TableOperations tables;

  GrantOpCall(
      MapOperations map,
      UnmapOperations unmap,
      CopyOperation copy,
      TransferOperation transfer,
      TableOperations tables) {
    this.map = map;
    this.unmap = unmap;
    this.copy = copy;
    this.transfer = transfer;
    this.tables = tables;
  }

  /** An operation on the structure in the caller's scratch memory. */
  @FunctionalInterface
  private interface Single {
    long apply(Vcpu caller);
  }

  @Override
  public long handle(Vcpu caller, long command, long list, long rawCount, long a4, long a5) {
    int count = (int) rawCount;
    int operation = (int) command & COMMAND_MASK;
    boolean continued = ((int) command & ~COMMAND_MASK) != 0;
    if (count < 0 || continued && operation != GrantOp.CACHE_FLUSH) {
      return -Errno.EINVAL;
    }
    if (operation > GrantOp.CACHE_FLUSH || operation == GrantOp.DUMP_TABLE) {
      return -Errno.ENOSYS;
    }
    if (!GuestLists.isAcceptable(caller, list)) {
      return -Errno.EFAULT;
    }
    return switch (operation) {
      case GrantOp.MAP_GRANT_REF -> mapAll(caller, list, count);
      case GrantOp.UNMAP_GRANT_REF -> unmapAll(caller, list, count, UnmapGrantRef.LAYOUT, false);
      case GrantOp.UNMAP_AND_REPLACE -> unmapAll(caller, list, count, UnmapAndReplace.LAYOUT, true);
      case GrantOp.COPY -> copyAll(caller, list, count);
      case GrantOp.TRANSFER -> transferAll(caller, list, count);
      case GrantOp.SWAP_GRANT_REF -> swapAll(caller, list, count);
      case GrantOp.CACHE_FLUSH -> flushAll(caller, list, count);
      case GrantOp.SETUP_TABLE ->
          count != 1 ? -Errno.EINVAL : single(caller, list, SetupTable.LAYOUT, tables::setup);
      case GrantOp.QUERY_SIZE ->
          count != 1 ? -Errno.EINVAL : single(caller, list, QuerySize.LAYOUT, tables::querySize);
      case GrantOp.GET_STATUS_FRAMES ->
          count != 1
              ? -Errno.EINVAL
              : single(caller, list, GetStatusFrames.LAYOUT, tables::statusFrames);
      case GrantOp.SET_VERSION -> single(caller, list, SetVersion.LAYOUT, tables::setVersion);
      default -> single(caller, list, GetVersion.LAYOUT, tables::getVersion);
    };
  }

  /** Whether a list operation stops before an element that is not its first one. */
  private static boolean stopsBefore(Vcpu caller, int index) {
    return index != 0 && Dispatcher.mustStop(caller);
  }

  /** Goes on with the rest of a list when the guest issues the call again. */
  private static long goOn(Vcpu caller, int operation, long rest, int left) {
    return Dispatcher.restart(caller, Hypercalls.GRANT_TABLE_OP, operation, rest, left, 0);
  }

  private static boolean read(Vcpu caller, long pointer, Layout layout) {
    return caller.guest().read(pointer, caller.scratch(), layout.size());
  }

  private static boolean write(Vcpu caller, long pointer, Layout layout) {
    return caller.guest().write(pointer, caller.scratch(), layout.size());
  }

  /** Copies one member of the structure back. */
  private static boolean writeField(Vcpu caller, long pointer, int offset, int size) {
    return caller.guest().write(pointer + offset, caller.scratch() + offset, size);
  }

  private static long single(Vcpu caller, long pointer, Layout layout, Single operation) {
    if (!read(caller, pointer, layout)) {
      return -Errno.EFAULT;
    }
    long result = operation.apply(caller);
    if (result == -Errno.EFAULT || result == -Errno.ESRCH || result == -Errno.EPERM) {
      return result;
    }
    return write(caller, pointer, layout) ? result : -Errno.EFAULT;
  }

  private long mapAll(Vcpu caller, long list, int count) {
    int size = MapGrantRef.LAYOUT.size();
    for (int i = 0; i < count; i++) {
      if (stopsBefore(caller, i)) {
        return goOn(caller, GrantOp.MAP_GRANT_REF, list + (long) i * size, count - i);
      }
      long pointer = list + (long) i * size;
      if (!read(caller, pointer, MapGrantRef.LAYOUT)) {
        return -Errno.EFAULT;
      }
      map.map(caller);
      if (!write(caller, pointer, MapGrantRef.LAYOUT)) {
        return -Errno.EFAULT;
      }
    }
    return 0;
  }

  private long unmapAll(Vcpu caller, long list, int count, Layout layout, boolean replace) {
    UnmapOperations.Batch batch = new UnmapOperations.Batch();
    try {
      for (int i = 0; i < count; i++) {
        if (stopsBefore(caller, i)) {
          int operation = replace ? GrantOp.UNMAP_AND_REPLACE : GrantOp.UNMAP_GRANT_REF;
          return goOn(caller, operation, list + (long) i * layout.size(), count - i);
        }
        long pointer = list + (long) i * layout.size();
        if (!read(caller, pointer, layout)) {
          return -Errno.EFAULT;
        }
        int statusOffset = unmapOne(caller, batch, replace);
        if (!writeField(caller, pointer, statusOffset, 2)) {
          return -Errno.EFAULT;
        }
        if (batch.isFull()) {
          unmap.complete(caller.domain(), batch);
        }
      }
      return 0;
    } finally {
      unmap.complete(caller.domain(), batch);
    }
  }

  private int unmapOne(Vcpu caller, UnmapOperations.Batch batch, boolean replace) {
    long at = caller.scratch();
    if (replace) {
      int status =
          unmap.unmap(
              caller,
              batch,
              UnmapAndReplace.HANDLE.get(HostView.HOST, at),
              UnmapAndReplace.HOST_ADDR.get(HostView.HOST, at),
              0,
              UnmapAndReplace.NEW_ADDR.get(HostView.HOST, at));
      UnmapAndReplace.STATUS.set(HostView.HOST, at, (short) status);
      return UnmapAndReplace.STATUS.offset();
    }
    int status =
        unmap.unmap(
            caller,
            batch,
            UnmapGrantRef.HANDLE.get(HostView.HOST, at),
            UnmapGrantRef.HOST_ADDR.get(HostView.HOST, at),
            UnmapGrantRef.DEV_BUS_ADDR.get(HostView.HOST, at),
            0);
    UnmapGrantRef.STATUS.set(HostView.HOST, at, (short) status);
    return UnmapGrantRef.STATUS.offset();
  }

  private long copyAll(Vcpu caller, long list, int count) {
    int size = Copy.LAYOUT.size();
    for (int i = 0; i < count; i++) {
      if (stopsBefore(caller, i)) {
        return goOn(caller, GrantOp.COPY, list + (long) i * size, count - i);
      }
      long pointer = list + (long) i * size;
      if (!read(caller, pointer, Copy.LAYOUT)) {
        return -Errno.EFAULT;
      }
      int status = copy.copy(caller);
      if (status == CopyGrants.CHANGED) {
        if (caller.executor() != null) {
          return goOn(caller, GrantOp.COPY, pointer, count - i);
        }
        status = GrantStatus.GENERAL_ERROR;
      }
      Copy.STATUS.set(HostView.HOST, caller.scratch(), (short) status);
      if (!writeField(caller, pointer, Copy.STATUS.offset(), 2)) {
        return -Errno.EFAULT;
      }
    }
    return 0;
  }

  private long transferAll(Vcpu caller, long list, int count) {
    int size = Transfer.LAYOUT.size();
    for (int i = 0; i < count; i++) {
      if (stopsBefore(caller, i)) {
        return goOn(caller, GrantOp.TRANSFER, list + (long) i * size, count - i);
      }
      long pointer = list + (long) i * size;
      if (!read(caller, pointer, Transfer.LAYOUT)) {
        return -Errno.EFAULT;
      }
      Transfer.STATUS.set(HostView.HOST, caller.scratch(), (short) transfer.transfer(caller));
      if (!writeField(caller, pointer, Transfer.STATUS.offset(), 2)) {
        return -Errno.EFAULT;
      }
    }
    return 0;
  }

  private long swapAll(Vcpu caller, long list, int count) {
    int size = SwapGrantRef.LAYOUT.size();
    for (int i = 0; i < count; i++) {
      if (stopsBefore(caller, i)) {
        return goOn(caller, GrantOp.SWAP_GRANT_REF, list + (long) i * size, count - i);
      }
      long pointer = list + (long) i * size;
      if (!read(caller, pointer, SwapGrantRef.LAYOUT)) {
        return -Errno.EFAULT;
      }
      SwapGrantRef.STATUS.set(HostView.HOST, caller.scratch(), (short) tables.swap(caller));
      if (!writeField(caller, pointer, SwapGrantRef.STATUS.offset(), 2)) {
        return -Errno.EFAULT;
      }
    }
    return 0;
  }

  private long flushAll(Vcpu caller, long list, int count) {
    int size = CacheFlush.LAYOUT.size();
    for (int i = 0; i < count; i++) {
      if (stopsBefore(caller, i)) {
        return goOn(caller, GrantOp.CACHE_FLUSH, list + (long) i * size, count - i);
      }
      if (!read(caller, list + (long) i * size, CacheFlush.LAYOUT)) {
        return -Errno.EFAULT;
      }
      long result = tables.cacheFlush(caller);
      if (result != 0) {
        return result;
      }
    }
    return 0;
  }
}

package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.DESCRIPTORS;
import static dev.zendo.hypervisor.machine.FrameTable.L1;
import static dev.zendo.hypervisor.machine.FrameTable.L4;
import static dev.zendo.hypervisor.machine.FrameTable.WRITABLE;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.mmu.MmuCommand;
import dev.zendo.hypercalls.mmu.MmuUpdate;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.hypercall.HypercallHandler;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/** The hypercall {@code mmu_update}: a list of page-table and machine-to-physical updates. */
public final class MmuUpdateCall implements HypercallHandler {
  /** Bit of the count that says that the call goes on where an earlier one stopped. */
  static final long PREEMPTED = 0x80000000L;

  private static final int SIZE = 16;
  private static final int COMMAND_MASK = 7;

  private final MachineMemory memory;
  private final FrameTable table;
  private final MachToPhys machToPhys;
  private final PageTypes types;
  private final TableUpdates updates;
  private final TlbSync tlb;
  private final PageOwners owners;
  private final CodeMap codeMap;

  /** The call on one machine. */
  public MmuUpdateCall(
      MachineMemory memory,
      FrameTable table,
      MachToPhys machToPhys,
      PageTypes types,
      TableUpdates updates,
      TlbSync tlb,
      PageOwners owners,
      CodeMap codeMap) {
    this.memory = memory;
    this.table = table;
    this.machToPhys = machToPhys;
    this.types = types;
    this.updates = updates;
    this.tlb = tlb;
    this.owners = owners;
    this.codeMap = codeMap;
  }

  @Override
  public long handle(
      Vcpu caller, long list, long rawCount, long donePointer, long foreign, long x) {
    long count = rawCount & 0xffffffffL;
    if (count == PREEMPTED && list == 0) {
      return (int) foreign;
    }
    int done = 0;
    if ((count & PREEMPTED) != 0) {
      count &= ~PREEMPTED;
      done = DoneCount.read(caller, donePointer);
    }
    if (!GuestLists.isAcceptable(caller, list)) {
      return -Errno.EFAULT;
    }
    Domain self = caller.domain();
    Domain tableOwner = self;
    int tableDomain = (int) foreign >>> 16;
    if (tableDomain != 0) {
      tableOwner = owners.byNumber(tableDomain - 1);
      if (tableOwner == null) {
        return -Errno.ESRCH;
      }
    }
    int frameOwner = owners.frameOwner(self, (int) foreign & 0xffff);
    long result = frameOwner < 0 ? frameOwner : 0;
    boolean upperChanged = false;
    int i = 0;
    boolean stop = false;
    while (result == 0 && i < count && !stop) {
      if (!caller.guest().read(list + (long) i * SIZE, caller.scratch(), SIZE)) {
        result = -Errno.EFAULT;
        break;
      }
      long pointer = MmuUpdate.PTR.get(HostView.HOST, caller.scratch());
      long value = MmuUpdate.VAL.get(HostView.HOST, caller.scratch());
      result = update(self, tableOwner, frameOwner, pointer, value);
      if (result > 0) {
        upperChanged = true;
        result = 0;
      }
      if (result < 0 && Refusal.wanted()) {
        Refusal.note(Rule.UPDATE, i, pointer, value);
      }
      if (result == 0) {
        i++;
        stop = i < count && Dispatcher.mustStop(caller);
      }
    }
    if (upperChanged) {
      tlb.flushDomain(tableOwner);
    }
    DoneCount.write(caller, donePointer, done + i);
    if (stop) {
      long rest = list + (long) i * SIZE;
      long left = count - i | PREEMPTED;
      return Dispatcher.restart(caller, Hypercalls.MMU_UPDATE, rest, left, donePointer, foreign);
    }
    return result;
  }

  /** Does one update; 1 means that an entry of an upper level changed. */
  private int update(Domain self, Domain tableOwner, int frameOwner, long pointer, long value) {
    int command = (int) pointer & COMMAND_MASK;
    if (command == MmuCommand.MACHPHYS_UPDATE) {
      return self != tableOwner ? -Errno.EPERM : setNumber(self, frameOwner, pointer, value);
    }
    if (command > MmuCommand.PT_UPDATE_NO_TRANSLATE) {
      return -Errno.ENOSYS;
    }
    boolean allowed = frameOwner == Domid.IO || PageOwners.mayControl(self, frameOwner);
    if (!allowed || !PageOwners.mayControl(self, tableOwner.id())) {
      return -Errno.EPERM;
    }
    if (tableOwner.translated()) {
      return -Errno.EOPNOTSUPP;
    }
    long mfn = pointer >>> MachineMemory.FRAME_SHIFT;
    if (!table.get(mfn, tableOwner.id())) {
      return FrameRefusals.owner(table, mfn, tableOwner.id(), -Errno.EINVAL);
    }
    tableOwner.pagingLock().lock();
    try {
      int index = (int) (pointer & MachineMemory.FRAME_SIZE - 1) >>> 3;
      boolean keep = command == MmuCommand.PT_UPDATE_PRESERVE_AD;
      return storeByType(tableOwner, frameOwner, mfn, index, value, keep);
    } finally {
      tableOwner.pagingLock().unlock();
      table.put(mfn);
    }
  }

  private int storeByType(
      Domain tableOwner, int frameOwner, long mfn, int index, long value, boolean keep) {
    int type = table.type(mfn);
    if (type == DESCRIPTORS) {
      return FrameRefusals.type(table, mfn, WRITABLE, -Errno.EINVAL);
    }
    if (type >= L1 && type <= L4) {
      if (type > L1 && frameOwner != tableOwner.id()) {
        return -Errno.EINVAL;
      }
      long before = tableOwner.outdatedFrames().count();
      int result = updates.store(tableOwner, frameOwner, mfn, index, type, value, keep);
      boolean replaced = tableOwner.outdatedFrames().count() != before;
      return result == 0 && type > L1 && replaced ? 1 : result;
    }
    if (!types.acquireWritable(mfn)) {
      return -Errno.EINVAL;
    }
    HostMemory.putLongRelease(memory.address(mfn) + 8L * index, value);
    codeMap.written(mfn);
    types.releaseWritable(mfn);
    return 0;
  }

  private int setNumber(Domain self, int frameOwner, long pointer, long pfn) {
    Domain owner = owners.byNumber(frameOwner);
    if (owner != null && owner.translated()) {
      return -Errno.EINVAL;
    }
    if (!PageOwners.mayControl(self, frameOwner) && frameOwner != Domid.IO) {
      return -Errno.EPERM;
    }
    long mfn = pointer >>> MachineMemory.FRAME_SHIFT;
    if (!table.get(mfn, frameOwner)) {
      return FrameRefusals.owner(table, mfn, frameOwner, -Errno.EINVAL);
    }
    machToPhys.set(mfn, pfn);
    table.put(mfn);
    return 0;
  }
}

package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.L1;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypercalls.mmu.MmuextOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.hypercall.HypercallHandler;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/** The hypercall {@code mmuext_op}: pinning, roots, flushes, the local descriptor table. */
public final class MmuExtCall implements HypercallHandler {
  private static final int SIZE = 24;

  private final MachineMemory memory;
  private final FrameTable table;
  private final PageTypes types;
  private final TlbSync tlb;
  private final PageOwners owners;
  private final Roots roots;
  private final DescriptorTables descriptors;
  private final CodeMap codeMap;

  /** The call on one machine. */
  public MmuExtCall(
      MachineMemory memory,
      FrameTable table,
      PageTypes types,
      TlbSync tlb,
      PageOwners owners,
      Roots roots,
      DescriptorTables descriptors,
      CodeMap codeMap) {
    this.memory = memory;
    this.table = table;
    this.types = types;
    this.tlb = tlb;
    this.owners = owners;
    this.roots = roots;
    this.descriptors = descriptors;
    this.codeMap = codeMap;
  }

  @Override
  public long handle(
      Vcpu caller, long list, long rawCount, long donePointer, long foreign, long x) {
    long count = rawCount & 0xffffffffL;
    if (count == MmuUpdateCall.PREEMPTED && list == 0) {
      return (int) foreign;
    }
    int done = 0;
    if ((count & MmuUpdateCall.PREEMPTED) != 0) {
      count &= ~MmuUpdateCall.PREEMPTED;
      done = DoneCount.read(caller, donePointer);
    }
    if (!GuestLists.isAcceptable(caller, list)) {
      return -Errno.EFAULT;
    }
    Domain self = caller.domain();
    int ownerNumber = owners.frameOwner(self, (int) foreign & 0xffff);
    if (ownerNumber < 0) {
      return ownerNumber;
    }
    Domain owner = owners.byNumber(ownerNumber);
    if (owner == null || !PageOwners.mayControl(self, ownerNumber)) {
      return -Errno.EPERM;
    }
    if (owner.translated()) {
      return -Errno.EINVAL;
    }
    long result = 0;
    int i = 0;
    while (i < count) {
      if (!caller.guest().read(list + (long) i * SIZE, caller.scratch(), SIZE)) {
        result = -Errno.EFAULT;
        break;
      }
      result = one(caller, owner);
      if (result != 0) {
        noteOperation(caller, i);
        break;
      }
      i++;
      if (i < count && Dispatcher.mustStop(caller)) {
        DoneCount.write(caller, donePointer, done + i);
        long rest = list + (long) i * SIZE;
        long left = count - i | MmuUpdateCall.PREEMPTED;
        return Dispatcher.restart(caller, Hypercalls.MMUEXT_OP, rest, left, donePointer, foreign);
      }
    }
    DoneCount.write(caller, donePointer, done + i);
    return result;
  }

  private static void noteOperation(Vcpu caller, int index) {
    if (Refusal.wanted()) {
      long at = caller.scratch();
      int command = MmuextOp.CMD.get(HostView.HOST, at);
      Refusal.note(Rule.EXTENDED, index, command, MmuextOp.MFN.get(HostView.HOST, at));
    }
  }

  private long one(Vcpu caller, Domain owner) {
    long at = caller.scratch();
    int command = MmuextOp.CMD.get(HostView.HOST, at);
    long first = MmuextOp.MFN.get(HostView.HOST, at);
    long second = MmuextOp.SRC_MFN.get(HostView.HOST, at);
    boolean own = owner == caller.domain();
    switch (command) {
      case MmuextCommand.PIN_L1_TABLE:
      case MmuextCommand.PIN_L2_TABLE:
      case MmuextCommand.PIN_L3_TABLE:
      case MmuextCommand.PIN_L4_TABLE:
        return pin(owner, first, command - MmuextCommand.PIN_L1_TABLE + L1);
      case MmuextCommand.UNPIN_TABLE:
        return unpin(owner, first);
      case MmuextCommand.CLEAR_PAGE:
        return clear(owner, first);
      case MmuextCommand.COPY_PAGE:
        return copy(owner, first, second);
      case MmuextCommand.MARK_SUPER:
      case MmuextCommand.UNMARK_SUPER:
        return -Errno.EOPNOTSUPP;
      case MmuextCommand.NEW_BASEPTR:
        return own ? roots.setKernel(caller, first) : -Errno.EPERM;
      case MmuextCommand.NEW_USER_BASEPTR:
        return own ? roots.setUser(caller, first) : -Errno.EPERM;
      case MmuextCommand.SET_LDT:
        return own ? descriptors.setLdt(caller, first, second & 0xffffffffL) : -Errno.EPERM;
      case MmuextCommand.FLUSH_CACHE:
        return own ? -Errno.EACCES : -Errno.EPERM;
      case MmuextCommand.FLUSH_CACHE_GLOBAL:
        return own ? -Errno.EINVAL : -Errno.EPERM;
      case MmuextCommand.TLB_FLUSH_LOCAL:
      case MmuextCommand.INVLPG_LOCAL:
      case MmuextCommand.TLB_FLUSH_MULTI:
      case MmuextCommand.INVLPG_MULTI:
      case MmuextCommand.TLB_FLUSH_ALL:
      case MmuextCommand.INVLPG_ALL:
        return own ? flush(caller, command, first, second) : -Errno.EPERM;
      default:
        return -Errno.ENOSYS;
    }
  }

  private long pin(Domain owner, long mfn, int level) {
    owner.pagingLock().lock();
    try {
      if (owner.dying() != Domain.ALIVE) {
        return -Errno.EINVAL;
      }
      int error = types.get(owner, mfn, level);
      if (error != 0) {
        return error;
      }
      if (!table.pin(mfn)) {
        Refusal.note(Rule.PINNED, mfn);
        types.put(owner, mfn);
        return -Errno.EINVAL;
      }
      return 0;
    } finally {
      owner.pagingLock().unlock();
    }
  }

  private long unpin(Domain owner, long mfn) {
    owner.pagingLock().lock();
    try {
      if (table.owner(mfn) != owner.id() || !table.unpin(mfn)) {
        Refusal.note(Rule.NOT_PINNED, mfn, owner.id());
        return -Errno.EINVAL;
      }
      types.put(owner, mfn);
      return 0;
    } finally {
      owner.pagingLock().unlock();
    }
  }

  private long clear(Domain owner, long mfn) {
    if (types.get(owner, mfn, FrameTable.WRITABLE) != 0) {
      return -Errno.EINVAL;
    }
    HostMemory.fill(memory.address(mfn), MachineMemory.FRAME_SIZE, (byte) 0);
    codeMap.written(mfn);
    types.put(owner, mfn);
    return 0;
  }

  private long copy(Domain owner, long to, long from) {
    if (!table.get(from, owner.id())) {
      return FrameRefusals.owner(table, from, owner.id(), -Errno.EINVAL);
    }
    try {
      if (types.get(owner, to, FrameTable.WRITABLE) != 0) {
        return -Errno.EINVAL;
      }
      HostMemory.copy(memory.address(from), memory.address(to), MachineMemory.FRAME_SIZE);
      codeMap.written(to);
      types.put(owner, to);
      return 0;
    } finally {
      table.put(from);
    }
  }

  private long flush(Vcpu caller, int command, long address, long pointer) {
    boolean multi =
        command == MmuextCommand.TLB_FLUSH_MULTI || command == MmuextCommand.INVLPG_MULTI;
    if (multi && !VcpuSets.read(caller, pointer)) {
      return -Errno.EINVAL;
    }
    switch (command) {
      case MmuextCommand.TLB_FLUSH_LOCAL -> tlb.flushLocal(caller);
      case MmuextCommand.TLB_FLUSH_ALL -> tlb.flushVcpus(caller.domain(), -1);
      case MmuextCommand.TLB_FLUSH_MULTI -> tlb.flushVcpus(caller.domain(), VcpuSets.get(caller));
      case MmuextCommand.INVLPG_LOCAL -> tlb.flushPage(caller, address);
      default -> {
        if (Pte.isGuestAddress(address)) {
          tlb.flushPage(caller, multi ? VcpuSets.get(caller) : -1, address);
        }
      }
    }
    return 0;
  }
}

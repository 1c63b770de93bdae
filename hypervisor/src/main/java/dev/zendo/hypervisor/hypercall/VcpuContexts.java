package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.EOPNOTSUPP;

import dev.zendo.hypercalls.trap.CallbackType;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.trap.TrapInfo;
import dev.zendo.hypercalls.vcpu.ContextFlags;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypervisor.domain.DescriptorTableState;
import dev.zendo.hypervisor.domain.DomainManager;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.trap.DebugRegisters;
import dev.zendo.hypervisor.trap.GuestReturn;
import dev.zendo.hypervisor.trap.PrivilegedState;

/**
 * The whole state of a vcpu as vcpu_guest_context, in and out. The vcpu must not run while it is
 * changed or read.
 */
public final class VcpuContexts {
  private static final HostView HOST = HostView.HOST;
  private static final int GDT_FRAMES = 16;
  private static final int GDT_PER_FRAME = 512;
  private static final int MAX_GDT_ENTRIES = GDT_FRAMES * GDT_PER_FRAME;
  private static final int MAX_LDT_ENTRIES = 8192;
  private static final int KERNEL_ROOT = 3;
  private static final int USER_ROOT = 1;
  private static final int FRAME_SHIFT = 12;
  private static final long TASK_SWITCHED = 8;
  private static final int IOPL_SHIFT = 12;
  private static final int DEBUG_REGISTERS = 4;
  private static final int MASKS_EVENTS = 4;

  private final DomainManager manager;
  private final DomainMemory memory;

  /** Contexts over the parts of a machine. */
  public VcpuContexts(DomainManager manager, DomainMemory memory) {
    this.manager = manager;
    this.memory = memory;
  }

  /**
   * Gives a vcpu a state. One that has a state already keeps its page tables and descriptor tables,
   * which must be named again unchanged.
   *
   * @param at host address of a vcpu_guest_context
   * @return 0 or a negative errno; then registers may have changed, but not whether the vcpu can
   *     run
   */
  public long load(Vcpu v, long at) {
    long gdtEntries = VcpuGuestContext.GDT_ENTS.get(HOST, at);
    if (!plausible(at) || Long.compareUnsigned(gdtEntries, MAX_GDT_ENTRIES) > 0) {
      return -EINVAL;
    }
    boolean first = !v.initialised();
    long kernelRoot = VcpuGuestContext.CTRLREG.get(HOST, at, KERNEL_ROOT) >>> FRAME_SHIFT;
    long userRoot = VcpuGuestContext.CTRLREG.get(HOST, at, USER_ROOT) >>> FRAME_SHIFT;
    if (!first && (kernelRoot != v.kernelRoot() || userRoot != v.userRoot())) {
      return -EOPNOTSUPP;
    }
    boolean kernelMode = (flags(at) & ContextFlags.IN_KERNEL) != 0;
    if (first && (kernelRoot == 0 || !kernelMode && userRoot == 0)) {
      return -EINVAL;
    }
    loadRegisters(v, at, kernelMode);
    loadEntries(v, at);
    if (!first) {
      return 0;
    }
    if (v.id() == 0) {
      v.domain().vmAssists(VcpuGuestContext.VM_ASSIST.get(HOST, at));
    }
    long result = loadTables(v, at, (int) gdtEntries, kernelRoot, userRoot);
    v.initialised(result == 0);
    return result;
  }

  /** Takes the state of a vcpu away; it needs a new one before it can run. */
  public void clear(Vcpu v) {
    memory.detach(v);
    manager.reset(v);
    v.initialised(false);
  }

  /** Whether a context wants its vcpu to be up. */
  public static boolean online(long at) {
    return (flags(at) & ContextFlags.ONLINE) != 0;
  }

  private static long flags(long at) {
    return VcpuGuestContext.FLAGS.get(HOST, at);
  }

  private static boolean plausible(long at) {
    long regs = VcpuGuestContext.USER_REGS.at(at);
    long ldtEntries = VcpuGuestContext.LDT_ENTS.get(HOST, at);
    long ldtBase = VcpuGuestContext.LDT_BASE.get(HOST, at);
    boolean canonical =
        Arguments.canonical(CpuUserRegs.RIP.get(HOST, regs))
            && Arguments.canonical(CpuUserRegs.RSP.get(HOST, regs))
            && Arguments.canonical(VcpuGuestContext.KERNEL_SP.get(HOST, at))
            && Arguments.canonical(VcpuGuestContext.FS_BASE.get(HOST, at))
            && Arguments.canonical(VcpuGuestContext.GS_BASE_KERNEL.get(HOST, at))
            && Arguments.canonical(VcpuGuestContext.GS_BASE_USER.get(HOST, at))
            && Arguments.canonical(VcpuGuestContext.EVENT_CALLBACK_EIP.get(HOST, at))
            && Arguments.canonical(VcpuGuestContext.SYSCALL_CALLBACK_EIP.get(HOST, at))
            && Arguments.canonical(VcpuGuestContext.FAILSAFE_CALLBACK_EIP.get(HOST, at));
    for (int i = 0; canonical && i < TrapState.VECTORS; i++) {
      canonical =
          Arguments.canonical(TrapInfo.ADDRESS.get(HOST, VcpuGuestContext.TRAP_CTXT.at(at, i)));
    }
    return canonical
        && Arguments.addressable(ldtBase)
        && (ldtBase & 0xfff) == 0
        && Long.compareUnsigned(ldtEntries, MAX_LDT_ENTRIES) <= 0
        && VersionCalls.validAssists(VcpuGuestContext.VM_ASSIST.get(HOST, at));
  }

  private void loadRegisters(Vcpu v, long at, boolean kernelMode) {
    CpuState cpu = v.cpu();
    long xcr0 = cpu.field(CpuState.XCR0);
    long fx = cpu.base() + CpuState.FX;
    manager.reset(v);
    cpu.field(CpuState.XCR0, xcr0);
    if ((flags(at) & ContextFlags.I387_VALID) != 0) {
      HostMemory.copy(VcpuGuestContext.FPU_CTXT.at(at), fx, 512);
      HostMemory.putInt(fx + 24, HostMemory.getInt(fx + 24) & 0xffff);
    }
    long regs = VcpuGuestContext.USER_REGS.at(at);
    for (int i = 0; i < RegisterOrder.FIELDS.length; i++) {
      cpu.gpr(i, RegisterOrder.FIELDS[i].get(HOST, regs));
    }
    long rflags = CpuUserRegs.RFLAGS.get(HOST, regs);
    cpu.rip(CpuUserRegs.RIP.get(HOST, regs));
    cpu.rflags(GuestReturn.visibleFlags(rflags));
    cpu.selector(CpuState.CS, CpuUserRegs.CS.get(HOST, regs) | 3);
    cpu.selector(CpuState.SS, CpuUserRegs.SS.get(HOST, regs) | 3);
    cpu.selector(CpuState.DS, CpuUserRegs.DS.get(HOST, regs));
    cpu.selector(CpuState.ES, CpuUserRegs.ES.get(HOST, regs));
    cpu.selector(CpuState.FS, CpuUserRegs.FS.get(HOST, regs));
    cpu.selector(CpuState.GS, CpuUserRegs.GS.get(HOST, regs));
    cpu.kernelMode(kernelMode);
    long kernelGs = VcpuGuestContext.GS_BASE_KERNEL.get(HOST, at);
    long userGs = VcpuGuestContext.GS_BASE_USER.get(HOST, at);
    cpu.field(CpuState.FS_BASE, VcpuGuestContext.FS_BASE.get(HOST, at));
    cpu.field(CpuState.GS_BASE, kernelMode ? kernelGs : userGs);
    v.traps().otherGsBase(kernelMode ? userGs : kernelGs);
    v.traps().iopl((int) (rflags >>> IOPL_SHIFT) & 3);
    long cr0 = VcpuGuestContext.CTRLREG.get(HOST, at, 0);
    cpu.field(CpuState.CR0, DomainManager.CR0 | cr0 & TASK_SWITCHED);
    cpu.field(CpuState.CR4, PrivilegedState.visibleCr4(VcpuGuestContext.CTRLREG.get(HOST, at, 4)));
    for (int i = 0; i < DEBUG_REGISTERS; i++) {
      DebugRegisters.write(v, i, VcpuGuestContext.DEBUGREG.get(HOST, at, i));
    }
    DebugRegisters.write(v, 6, VcpuGuestContext.DEBUGREG.get(HOST, at, 6));
    DebugRegisters.write(v, 7, VcpuGuestContext.DEBUGREG.get(HOST, at, 7));
  }

  private static void loadEntries(Vcpu v, long at) {
    TrapState traps = v.traps();
    for (int i = 0; i < TrapState.VECTORS; i++) {
      long entry = VcpuGuestContext.TRAP_CTXT.at(at, i);
      traps.set(
          i,
          TrapInfo.FLAGS.get(HOST, entry),
          TrapInfo.CS.get(HOST, entry) | 3,
          TrapInfo.ADDRESS.get(HOST, entry));
    }
    traps.kernelStack(
        (int) VcpuGuestContext.KERNEL_SS.get(HOST, at) & 0xffff | 3,
        VcpuGuestContext.KERNEL_SP.get(HOST, at));
    long flags = flags(at);
    traps.callback(CallbackType.EVENT, VcpuGuestContext.EVENT_CALLBACK_EIP.get(HOST, at), true);
    traps.callback(
        CallbackType.FAILSAFE,
        VcpuGuestContext.FAILSAFE_CALLBACK_EIP.get(HOST, at),
        (flags & ContextFlags.FAILSAFE_DISABLES_EVENTS) != 0);
    traps.callback(
        CallbackType.SYSCALL,
        VcpuGuestContext.SYSCALL_CALLBACK_EIP.get(HOST, at),
        (flags & ContextFlags.SYSCALL_DISABLES_EVENTS) != 0);
  }

  private long loadTables(Vcpu v, long at, int gdtEntries, long kernelRoot, long userRoot) {
    v.cpu().longMode(true);
    long[] frames = new long[GDT_FRAMES];
    for (int i = 0; i < GDT_FRAMES; i++) {
      frames[i] = VcpuGuestContext.GDT_FRAMES.get(HOST, at, i);
    }
    long result = memory.setGdt(v, frames, gdtEntries);
    if (result == 0) {
      result =
          memory.setLdt(
              v, VcpuGuestContext.LDT_BASE.get(HOST, at), VcpuGuestContext.LDT_ENTS.get(HOST, at));
    }
    if (result == 0) {
      result = memory.setKernelRoot(v, kernelRoot);
    }
    if (result == 0 && userRoot != 0) {
      result = memory.setUserRoot(v, userRoot);
    }
    return result == 0 ? 0 : -EINVAL;
  }

  /**
   * Writes the state of a vcpu.
   *
   * @param at host address of room for a vcpu_guest_context
   */
  public void store(Vcpu v, long at) {
    CpuState cpu = v.cpu();
    TrapState traps = v.traps();
    HostMemory.fill(at, VcpuGuestContext.LAYOUT.size(), (byte) 0);
    HostMemory.copy(cpu.base() + CpuState.FX, VcpuGuestContext.FPU_CTXT.at(at), 512);
    long flags = ContextFlags.I387_VALID;
    flags |= cpu.kernelMode() ? ContextFlags.IN_KERNEL : 0;
    flags |= v.schedule().up() ? ContextFlags.ONLINE : 0;
    flags |= traps.callbackMasks(TrapState.FAILSAFE) ? ContextFlags.FAILSAFE_DISABLES_EVENTS : 0;
    flags |= traps.callbackMasks(TrapState.SYSCALL) ? ContextFlags.SYSCALL_DISABLES_EVENTS : 0;
    VcpuGuestContext.FLAGS.set(HOST, at, flags);
    storeRegisters(v, VcpuGuestContext.USER_REGS.at(at));
    for (int i = 0; i < TrapState.VECTORS; i++) {
      long entry = VcpuGuestContext.TRAP_CTXT.at(at, i);
      TrapInfo.VECTOR.set(HOST, entry, i);
      TrapInfo.FLAGS.set(HOST, entry, traps.flags(i) & (3 | MASKS_EVENTS));
      TrapInfo.CS.set(HOST, entry, traps.selector(i));
      TrapInfo.ADDRESS.set(HOST, entry, traps.handler(i));
    }
    storeControl(v, at);
    storeTables(v, at);
  }

  private void storeTables(Vcpu v, long at) {
    long[] frames = new long[GDT_FRAMES];
    DescriptorTableState tables = memory.descriptorTables(v, frames);
    for (int i = 0; i < GDT_FRAMES; i++) {
      VcpuGuestContext.GDT_FRAMES.set(HOST, at, i, frames[i]);
    }
    VcpuGuestContext.GDT_ENTS.set(HOST, at, tables.gdtEntries());
    VcpuGuestContext.LDT_BASE.set(HOST, at, tables.ldtBase());
    VcpuGuestContext.LDT_ENTS.set(HOST, at, tables.ldtEntries());
  }

  private static void storeRegisters(Vcpu v, long regs) {
    CpuState cpu = v.cpu();
    for (int i = 0; i < RegisterOrder.FIELDS.length; i++) {
      RegisterOrder.FIELDS[i].set(HOST, regs, cpu.gpr(i));
    }
    CpuUserRegs.RIP.set(HOST, regs, cpu.rip());
    CpuUserRegs.RFLAGS.set(HOST, regs, cpu.rflags() | (long) v.traps().iopl() << IOPL_SHIFT);
    CpuUserRegs.CS.set(HOST, regs, cpu.selector(CpuState.CS));
    CpuUserRegs.SS.set(HOST, regs, cpu.selector(CpuState.SS));
    CpuUserRegs.DS.set(HOST, regs, cpu.selector(CpuState.DS));
    CpuUserRegs.ES.set(HOST, regs, cpu.selector(CpuState.ES));
    CpuUserRegs.FS.set(HOST, regs, cpu.selector(CpuState.FS));
    CpuUserRegs.GS.set(HOST, regs, cpu.selector(CpuState.GS));
  }

  private static void storeControl(Vcpu v, long at) {
    CpuState cpu = v.cpu();
    TrapState traps = v.traps();
    boolean kernel = cpu.kernelMode();
    long active = cpu.field(CpuState.GS_BASE);
    VcpuGuestContext.KERNEL_SS.set(HOST, at, traps.kernelSs());
    VcpuGuestContext.KERNEL_SP.set(HOST, at, traps.kernelSp());
    VcpuGuestContext.CTRLREG.set(HOST, at, 0, cpu.field(CpuState.CR0));
    VcpuGuestContext.CTRLREG.set(HOST, at, USER_ROOT, v.userRoot() << FRAME_SHIFT);
    VcpuGuestContext.CTRLREG.set(HOST, at, 2, traps.cr2());
    VcpuGuestContext.CTRLREG.set(HOST, at, KERNEL_ROOT, v.kernelRoot() << FRAME_SHIFT);
    VcpuGuestContext.CTRLREG.set(HOST, at, 4, cpu.field(CpuState.CR4));
    for (int i = 0; i < DEBUG_REGISTERS; i++) {
      VcpuGuestContext.DEBUGREG.set(HOST, at, i, DebugRegisters.read(v, i));
    }
    VcpuGuestContext.DEBUGREG.set(HOST, at, 6, DebugRegisters.read(v, 6));
    VcpuGuestContext.DEBUGREG.set(HOST, at, 7, DebugRegisters.read(v, 7));
    VcpuGuestContext.EVENT_CALLBACK_EIP.set(HOST, at, traps.callback(TrapState.EVENT));
    VcpuGuestContext.FAILSAFE_CALLBACK_EIP.set(HOST, at, traps.callback(TrapState.FAILSAFE));
    VcpuGuestContext.SYSCALL_CALLBACK_EIP.set(HOST, at, traps.callback(TrapState.SYSCALL));
    VcpuGuestContext.VM_ASSIST.set(HOST, at, v.domain().vmAssists());
    VcpuGuestContext.FS_BASE.set(HOST, at, cpu.field(CpuState.FS_BASE));
    VcpuGuestContext.GS_BASE_KERNEL.set(HOST, at, kernel ? active : traps.otherGsBase());
    VcpuGuestContext.GS_BASE_USER.set(HOST, at, kernel ? traps.otherGsBase() : active);
  }
}

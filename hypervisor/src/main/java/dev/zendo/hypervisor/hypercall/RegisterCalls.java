package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENODEV;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.trap.SegmentBase;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.trap.DebugRegisters;
import dev.zendo.hypervisor.trap.Descriptors;

/** Hypercalls that change registers which a guest kernel cannot write itself. */
public final class RegisterCalls {
  /** CR0.TS. */
  private static final long TASK_SWITCHED = 8;

  private RegisterCalls() {}

  /** Installs the handlers. */
  public static void register(HypercallTable table) {
    table.register(
        Hypercalls.STACK_SWITCH,
        (v, a1, a2, a3, a4, a5) -> {
          v.traps().kernelStack((int) a1 & 0xffff | 3, a2);
          return 0;
        });
    table.register(
        Hypercalls.FPU_TASKSWITCH, (v, a1, a2, a3, a4, a5) -> fpuTaskswitch(v, (int) a1 != 0));
    table.register(
        Hypercalls.SET_DEBUGREG, (v, a1, a2, a3, a4, a5) -> DebugRegisters.write(v, (int) a1, a2));
    table.register(
        Hypercalls.GET_DEBUGREG,
        (v, a1, a2, a3, a4, a5) ->
            DebugRegisters.readable(v, (int) a1) ? DebugRegisters.read(v, (int) a1) : -ENODEV);
    table.register(
        Hypercalls.SET_SEGMENT_BASE, (v, a1, a2, a3, a4, a5) -> setSegmentBase(v, (int) a1, a2));
  }

  /** Sets or clears CR0.TS; with it the next floating-point instruction raises #NM. */
  public static long fpuTaskswitch(Vcpu v, boolean set) {
    long cr0 = v.cpu().field(CpuState.CR0);
    v.cpu().field(CpuState.CR0, set ? cr0 | TASK_SWITCHED : cr0 & ~TASK_SWITCHED);
    return 0;
  }

  private static long setSegmentBase(Vcpu v, int which, long base) {
    if (which == SegmentBase.GS_USER_SEL) {
      return setUserGsSelector(v, (int) base & 0xffff);
    }
    if (which < 0 || which > SegmentBase.GS_USER_SEL || !Arguments.canonical(base)) {
      return -EINVAL;
    }
    switch (which) {
      case SegmentBase.FS -> v.cpu().field(CpuState.FS_BASE, base);
      case SegmentBase.GS_USER -> v.traps().otherGsBase(base);
      default -> v.cpu().field(CpuState.GS_BASE, base);
    }
    return 0;
  }

  /** A selector that cannot be loaded becomes null without an error. */
  private static long setUserGsSelector(Vcpu v, int wanted) {
    int selector = wanted > 3 ? wanted | 3 : wanted;
    long descriptor = selector > 3 ? v.mmu().descriptor(selector) : 0;
    if (selector > 3 && !Descriptors.loadableData(descriptor, selector)) {
      selector = 0;
      descriptor = 0;
    }
    v.cpu().selector(CpuState.GS, selector);
    v.traps().otherGsBase(SegmentCache.base(descriptor));
    SegmentCache.load(v.cpu(), CpuState.GS, descriptor);
    return 0;
  }
}

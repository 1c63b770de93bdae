package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.hypercall.Arguments;

/**
 * Loads instruction pointer, flags and the two segments that a return instruction loads, with the
 * checks of IRET to privilege 3 (SDM volume 2). Stateless; called on the vcpu's thread.
 */
public final class GuestReturn {
  private GuestReturn() {}

  /** Flags as ring 3 has them after a return: interrupts on, no I/O privilege, no virtual 8086. */
  public static long visibleFlags(long rflags) {
    long settable = 0x254dd5 & ~(GuestEntry.IOPL | GuestEntry.VM);
    return rflags & settable | GuestEntry.IF | 2;
  }

  /**
   * Continues the vcpu at a context; what cannot be loaded raises the exception there.
   *
   * @param fast as SYSRET: the selectors only tell 32-bit from 64-bit code
   */
  public static void to(
      Vcpu vcpu, long rip, int cs, int ss, long rflags, boolean fast, TrapDelivery delivery) {
    CpuState cpu = vcpu.cpu();
    cpu.rip(rip);
    cpu.rflags(visibleFlags(rflags));
    if (fast && Arguments.canonical(rip)) {
      boolean wide = cs != GuestEntry.CODE32;
      GuestEntry.flatSegments(vcpu);
      if (!wide) {
        cpu.selector(CpuState.CS, GuestEntry.CODE32);
        SegmentCache.load(cpu, CpuState.CS, vcpu.mmu().descriptor(GuestEntry.CODE32));
      }
      cpu.longMode(wide);
      return;
    }
    load(vcpu, rip, cs, ss, delivery);
  }

  /** Loads the code and stack segments that a vcpu has once more. */
  static void reload(Vcpu vcpu, TrapDelivery delivery) {
    CpuState cpu = vcpu.cpu();
    int cs = cpu.selector(CpuState.CS);
    load(vcpu, cpu.rip(), cs, cpu.selector(CpuState.SS), delivery);
  }

  private static void load(Vcpu vcpu, long rip, int cs, int ss, TrapDelivery delivery) {
    CpuState cpu = vcpu.cpu();
    if (cs == GuestEntry.CODE64 && ss == GuestEntry.STACK && Arguments.canonical(rip)) {
      GuestEntry.flatSegments(vcpu);
      return;
    }
    cpu.selector(CpuState.CS, cs);
    cpu.selector(CpuState.SS, ss);
    long code = vcpu.mmu().descriptor(cs);
    if (cs <= 3 || !Descriptors.returnableCode(code)) {
      delivery.generalProtection(vcpu, cs & ~3);
    } else if (!Descriptors.present(code)) {
      delivery.exception(vcpu, TrapDelivery.SEGMENT_NOT_PRESENT, cs & ~3, 0);
    } else {
      stack(vcpu, rip, ss, code, delivery);
    }
  }

  private static void stack(Vcpu vcpu, long rip, int ss, long code, TrapDelivery delivery) {
    boolean wide = Descriptors.longCode(code);
    long stack = vcpu.mmu().descriptor(ss);
    if (ss <= 3 || !Descriptors.loadableStack(stack)) {
      delivery.generalProtection(vcpu, ss & ~3);
    } else if (!Descriptors.present(stack)) {
      delivery.exception(vcpu, TrapDelivery.STACK_FAULT, ss & ~3, 0);
    } else if (wide ? !Arguments.canonical(rip) : outside(code, rip)) {
      delivery.generalProtection(vcpu, 0);
    } else {
      SegmentCache.load(vcpu.cpu(), CpuState.CS, code);
      SegmentCache.load(vcpu.cpu(), CpuState.SS, stack);
      vcpu.cpu().longMode(wide);
    }
  }

  private static boolean outside(long code, long rip) {
    return (rip & 0xffffffffL) > SegmentCache.limit(code);
  }
}

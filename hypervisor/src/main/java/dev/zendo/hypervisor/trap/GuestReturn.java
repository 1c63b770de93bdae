package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
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
      cpu.selector(CpuState.CS, wide ? GuestEntry.CODE64 : GuestEntry.CODE32);
      cpu.selector(CpuState.SS, GuestEntry.STACK);
      cpu.longMode(wide);
      return;
    }
    cpu.selector(CpuState.CS, cs);
    cpu.selector(CpuState.SS, ss);
    if (cs == GuestEntry.CODE64 && ss == GuestEntry.STACK && Arguments.canonical(rip)) {
      cpu.longMode(true);
      return;
    }
    long code = vcpu.mmu().descriptor(cs);
    if (cs <= 3 || !Descriptors.returnableCode(code)) {
      delivery.generalProtection(vcpu, cs & ~3);
    } else if (!Descriptors.present(code)) {
      delivery.exception(vcpu, TrapDelivery.SEGMENT_NOT_PRESENT, cs & ~3, 0);
    } else {
      stack(vcpu, rip, ss, Descriptors.longCode(code), delivery);
    }
  }

  private static void stack(Vcpu vcpu, long rip, int ss, boolean wide, TrapDelivery delivery) {
    long stack = vcpu.mmu().descriptor(ss);
    if (ss <= 3 || !Descriptors.loadableStack(stack)) {
      delivery.generalProtection(vcpu, ss & ~3);
    } else if (!Descriptors.present(stack)) {
      delivery.exception(vcpu, TrapDelivery.STACK_FAULT, ss & ~3, 0);
    } else if (wide && !Arguments.canonical(rip)) {
      delivery.generalProtection(vcpu, 0);
    } else {
      vcpu.cpu().longMode(wide);
    }
  }
}

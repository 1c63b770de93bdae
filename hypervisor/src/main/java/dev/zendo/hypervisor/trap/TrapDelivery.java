package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.Lifecycle;
import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.trace.Tracer;

/**
 * Gives exceptions, events and system calls to the guest kernel, or ends the domain when its kernel
 * cannot take them. Called on the thread that runs the vcpu, while it is outside the guest.
 */
public final class TrapDelivery {
  static final int DEBUG = 1;
  static final int NMI = 2;
  static final int BREAKPOINT = 3;
  static final int OVERFLOW = 4;
  static final int INVALID_OPCODE = 6;
  static final int NO_DEVICE = 7;
  static final int SEGMENT_NOT_PRESENT = 11;
  static final int STACK_FAULT = 12;
  static final int GENERAL_PROTECTION = 13;
  static final int PAGE_FAULT = 14;

  /** Vectors that push an error code: 8, 10 to 14, 17 and 21. */
  private static final int WITH_ERROR_CODE = 1 << 8 | 0x1f << 10 | 1 << 17 | 1 << 21;

  private static final int PAGE_FAULT_USER = 4;
  private static final int R11 = 11;
  static final int CR2_OFFSET = 16;

  private final Lifecycle lifecycle;
  private final Tracer tracer;

  /** A delivery that ends domains through the lifecycle. */
  public TrapDelivery(Lifecycle lifecycle, Tracer tracer) {
    this.lifecycle = lifecycle;
    this.tracer = tracer;
  }

  /** Gives a processor exception to the guest kernel. RIP is what its frame will show. */
  public void exception(Vcpu vcpu, int vector, int errorCode, long address) {
    int code = errorCode;
    if (vector == PAGE_FAULT) {
      vcpu.traps().cr2(address);
      HostMemory.putLong(vcpu.vcpuInfo() + CR2_OFFSET, address);
      code &= ~PAGE_FAULT_USER;
      if (!vcpu.cpu().kernelMode()) {
        code |= PAGE_FAULT_USER;
      }
    }
    boolean pushes = vector < Integer.SIZE && (WITH_ERROR_CODE >>> vector & 1) != 0;
    bounce(vcpu, vector, pushes, code);
  }

  /** Gives an exception without error code and address to the guest kernel. */
  public void exception(Vcpu vcpu, int vector) {
    exception(vcpu, vector, 0, 0);
  }

  /** Gives #GP with an error code to the guest kernel. */
  public void generalProtection(Vcpu vcpu, int errorCode) {
    exception(vcpu, GENERAL_PROTECTION, errorCode, 0);
  }

  /** Gives a software interrupt to the guest kernel; RIP is behind the instruction. */
  void softwareInterrupt(Vcpu vcpu, int vector) {
    bounce(vcpu, vector, false, 0);
  }

  /** Whether {@link #pending} would deliver something. */
  boolean anyPending(Vcpu vcpu) {
    TrapState traps = vcpu.traps();
    return GuestEntry.eventDeliverable(vcpu) || traps.nmiPending() && !traps.nmiBlocked();
  }

  /** Delivers what waits: a non-maskable interrupt, then events. */
  void pending(Vcpu vcpu) {
    TrapState traps = vcpu.traps();
    if (traps.nmiPending() && !traps.nmiBlocked()) {
      traps.nmiPending(false);
      if (traps.handler(NMI) != 0) {
        vcpu.counters().interrupt();
        traps.nmiBlocked(true);
        bounce(vcpu, NMI, false, 0);
      }
    }
    if (GuestEntry.eventDeliverable(vcpu)) {
      vcpu.counters().event();
      if (tracer.events()) {
        tracer.entry(vcpu, "event");
      }
      enter(vcpu, traps.callback(TrapState.EVENT), GuestEntry.MASK_EVENTS, 0, "event callback");
    }
  }

  /** SYSCALL from the guest's user mode; RIP is behind the instruction. */
  void systemCall(Vcpu vcpu, boolean fromLongMode) {
    TrapState traps = vcpu.traps();
    int type = fromLongMode ? TrapState.SYSCALL : TrapState.SYSCALL32;
    CpuState cpu = vcpu.cpu();
    if (traps.callback(type) == 0) {
      cpu.rip(cpu.rip() - 2);
      exception(vcpu, INVALID_OPCODE);
    } else {
      int flags = traps.callbackMasks(TrapState.SYSCALL) ? GuestEntry.MASK_EVENTS : 0;
      enter(vcpu, traps.callback(type), flags, 0, "system call");
      cpu.rflags(cpu.rflags() & ~GuestEntry.DF);
      cpu.gpr(R11, cpu.rflags());
    }
  }

  /** SYSENTER, in any mode: it leaves no trace of where it was. */
  void fastSystemCall(Vcpu vcpu) {
    TrapState traps = vcpu.traps();
    CpuState cpu = vcpu.cpu();
    cpu.rip(0);
    cpu.gpr(CpuState.RSP, 0);
    cpu.selector(CpuState.CS, 3);
    cpu.selector(CpuState.SS, GuestEntry.STACK);
    if (traps.callback(TrapState.SYSENTER) == 0) {
      generalProtection(vcpu, 0);
    } else {
      int flags = traps.callbackMasks(TrapState.SYSENTER) ? GuestEntry.MASK_EVENTS : 0;
      enter(vcpu, traps.callback(TrapState.SYSENTER), flags, 0, "SYSENTER");
    }
  }

  /** Tells the guest kernel that a data segment register cannot be loaded. */
  void failsafe(Vcpu vcpu) {
    TrapState traps = vcpu.traps();
    int flags = traps.callbackMasks(TrapState.FAILSAFE) ? GuestEntry.MASK_EVENTS : 0;
    enter(
        vcpu,
        traps.callback(TrapState.FAILSAFE),
        flags | GuestEntry.SELECTORS,
        0,
        "failsafe callback");
  }

  /** Ends the vcpu's domain. */
  public void crash(Vcpu vcpu, String why) {
    lifecycle.crash(vcpu.domain(), vcpu, why);
  }

  /** Ends the vcpu's domain because the hypervisor failed; never throws. */
  void fail(Vcpu vcpu, Throwable cause) {
    vcpu.gate().leave();
    lifecycle.fail(vcpu.domain(), vcpu, cause);
  }

  private void bounce(Vcpu vcpu, int vector, boolean withError, int errorCode) {
    TrapState traps = vcpu.traps();
    if (tracer.traps()) {
      tracer.trap(vcpu, vector, withError ? errorCode : 0, traps.cr2());
    }
    int flags = traps.masks(vector) ? GuestEntry.MASK_EVENTS : 0;
    if (withError) {
      flags |= GuestEntry.ERROR_CODE;
    }
    long rip = vcpu.cpu().rip();
    String failure = GuestEntry.enter(vcpu, traps.handler(vector), flags, errorCode);
    if (failure != null) {
      crash(vcpu, describe(vector, withError, errorCode, traps.cr2(), rip) + ": " + failure);
    }
  }

  private void enter(Vcpu vcpu, long handler, int flags, int errorCode, String kind) {
    String failure = GuestEntry.enter(vcpu, handler, flags, errorCode);
    if (failure != null) {
      crash(vcpu, kind + ": " + failure);
    }
  }

  private static String describe(
      int vector, boolean withError, int errorCode, long address, long rip) {
    StringBuilder out = new StringBuilder(80);
    out.append("unhandled ").append(Tracer.vectorName(vector));
    if (withError) {
      out.append(" error 0x").append(Integer.toHexString(errorCode));
    }
    if (vector == PAGE_FAULT) {
      out.append(" address 0x").append(Long.toHexString(address));
    }
    return out.append(" at 0x").append(Long.toHexString(rip)).toString();
  }
}

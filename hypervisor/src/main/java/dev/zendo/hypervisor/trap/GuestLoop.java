package dev.zendo.hypervisor.trap;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.VmAssist;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.sched.VcpuRunner;
import dev.zendo.hypervisor.sched.VcpuSchedule;
import dev.zendo.hypervisor.time.SystemTime;
import dev.zendo.hypervisor.trace.Sampler;
import dev.zendo.hypervisor.trace.Tracer;

/**
 * Runs vcpus: lets the executor run guest code and serves what it comes back with, until the vcpu
 * has to give up its processor. Whatever is thrown on the way is an error of the hypervisor's own,
 * ends the vcpu's domain and goes no further.
 */
public final class GuestLoop implements VcpuRunner {
  private static final long BUDGET = 1L << 40;
  private static final int CPUID_LENGTH = 2;
  private static final int FORCED_LENGTH = 7;
  private static final int SIGNATURE_LENGTH = 5;
  private static final int ERROR_FROM_IDT = 2;
  private static final byte[] FORCED_CPUID = {0x0f, 0x0b, 'x', 'e', 'n', 0x0f, (byte) 0xa2};
  private static final long TASK_SWITCHED = 8;

  /** Words of what {@link Scheduler#runstate} tells. */
  static final int RUNSTATE = 6;

  private final Scheduler scheduler;
  private final Dispatcher dispatcher;
  private final TrapDelivery delivery;
  private final SystemTime time;
  private final Tracer tracer;
  private final PrivilegedOperations operations;

  /** A loop over the parts of a machine. */
  public GuestLoop(
      Scheduler scheduler,
      Dispatcher dispatcher,
      TrapDelivery delivery,
      SystemTime time,
      Tracer tracer,
      MsrPolicy msrs,
      DomainMemory memory) {
    this.scheduler = scheduler;
    this.dispatcher = dispatcher;
    this.delivery = delivery;
    this.time = time;
    this.tracer = tracer;
    this.operations = new PrivilegedOperations(delivery, msrs, memory, new PortIo(delivery));
  }

  @Override
  public void run(Vcpu vcpu) {
    VcpuSchedule schedule = vcpu.schedule();
    long[] runstate = schedule.runstate();
    try {
      arrive(vcpu, runstate);
      while (!schedule.mustStop()) {
        pass(vcpu);
      }
    } catch (RuntimeException | Error e) {
      delivery.fail(vcpu, e);
    }
    try {
      depart(vcpu, runstate);
    } catch (RuntimeException | Error e) {
      delivery.fail(vcpu, e);
    }
  }

  /** The vcpu has a processor now. */
  void arrive(Vcpu vcpu, long[] runstate) {
    time.update(vcpu);
    time.updateSecondary(vcpu);
    writeRunstate(vcpu, runstate);
    vcpu.time().scheduledIn();
    SegmentReload.arrive(vcpu, delivery);
  }

  /** The vcpu is about to lose it. */
  void depart(Vcpu vcpu, long[] runstate) {
    vcpu.time().scheduledOut();
    scheduler.leaving(vcpu);
    writeRunstate(vcpu, runstate);
  }

  private void writeRunstate(Vcpu vcpu, long[] runstate) {
    if (vcpu.time().runstateArea() != 0) {
      scheduler.runstate(vcpu, runstate);
      time.updateRunstate(vcpu, runstate, vcpu.domain().assists(VmAssist.RUNSTATE_UPDATE_FLAG));
    }
  }

  /** One time into the guest and out again. */
  private void pass(Vcpu vcpu) {
    if (!enter(vcpu)) {
      return;
    }
    Sampler sampler = vcpu.sampler();
    if (sampler == null) {
      leave(vcpu, vcpu.executor().run(BUDGET));
    } else {
      int reason = vcpu.executor().run(sampler.enter());
      sampler.left(reason);
      leave(vcpu, reason);
      sampler.served();
    }
  }

  /** Delivers what waits and goes in; false when there was news, so that it stays outside. */
  boolean enter(Vcpu vcpu) {
    delivery.pending(vcpu);
    vcpu.gate().enter();
    // Looked at once more inside: whoever has news now finds the vcpu there and makes it come out.
    if (vcpu.schedule().mustStop() || delivery.anyPending(vcpu)) {
      vcpu.gate().leave();
      return false;
    }
    return true;
  }

  /** Comes out and serves what the executor came back with. */
  void leave(Vcpu vcpu, int reason) {
    vcpu.gate().leave();
    serve(vcpu, reason);
  }

  private void serve(Vcpu vcpu, int reason) {
    vcpu.counters().exit(reason);
    switch (reason) {
      case ExitReason.SYSCALL -> systemCall(vcpu);
      case ExitReason.EXCEPTION -> exception(vcpu);
      case ExitReason.CPUID -> {
        CpuidPolicy.answer(vcpu, false);
        operations.retire(vcpu, CPUID_LENGTH);
      }
      case ExitReason.SYSENTER -> delivery.fastSystemCall(vcpu);
      default -> {}
    }
  }

  private void systemCall(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    GuestEntry.flatSegments(vcpu);
    if (cpu.kernelMode()) {
      boolean iret = cpu.gpr(CpuState.RAX) == Hypercalls.IRET;
      dispatcher.serve(vcpu);
      if ((cpu.rflags() & GuestEntry.TF) != 0 && !iret) {
        stepOverSystemCall(vcpu);
      }
    } else {
      if (tracer.events()) {
        tracer.entry(vcpu, "syscall");
      }
      delivery.systemCall(vcpu, true);
    }
  }

  /** SYSRET with the trap flag set traps before the next instruction, unless an event is first. */
  private void stepOverSystemCall(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    if (!vcpu.schedule().mustStop() && !delivery.anyPending(vcpu)) {
      cpu.field(DebugRegisters.DR6, cpu.field(DebugRegisters.DR6) | DebugRegisters.DR6_SINGLE_STEP);
      delivery.exception(vcpu, TrapDelivery.DEBUG);
    }
  }

  private void exception(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    int vector = cpu.exitVector();
    vcpu.counters().exception(vector);
    int error = cpu.exitErrorCode();
    switch (vector) {
      case TrapDelivery.GENERAL_PROTECTION -> generalProtection(vcpu, error);
      case TrapDelivery.INVALID_OPCODE -> invalidOpcode(vcpu);
      case TrapDelivery.NO_DEVICE -> {
        delivery.exception(vcpu, vector);
        cpu.field(CpuState.CR0, cpu.field(CpuState.CR0) & ~TASK_SWITCHED);
      }
      default -> delivery.exception(vcpu, vector, error, cpu.exitAddress());
    }
  }

  private void generalProtection(Vcpu vcpu, int error) {
    CpuState cpu = vcpu.cpu();
    if ((error & ERROR_FROM_IDT) != 0) {
      int vector = error >>> 3 & 0xff;
      if (softwareMayRaise(vcpu, vector)) {
        cpu.rip(cpu.rip() + CPUID_LENGTH);
        delivery.softwareInterrupt(vcpu, vector);
        return;
      }
    } else if (error == 0 && operations.emulate(vcpu) != Outcome.REFUSED) {
      return;
    }
    delivery.generalProtection(vcpu, error);
  }

  /** INT 3, INT 4 and INT 0x80 have gates that ring 3 may use, whatever the guest's table says. */
  private static boolean softwareMayRaise(Vcpu vcpu, int vector) {
    if (vector == TrapDelivery.BREAKPOINT || vector == TrapDelivery.OVERFLOW) {
      return true;
    }
    if (vector == 0x80 && vcpu.traps().handler(vector) != 0) {
      return true;
    }
    return vcpu.traps().privilege(vector) >= (vcpu.cpu().kernelMode() ? 1 : 3);
  }

  /** UD2 followed by "xen" and CPUID is the way to ask for CPUID as the hypervisor means it. */
  private void invalidOpcode(Vcpu vcpu) {
    byte[] code = vcpu.code();
    int available = PrivilegedOperations.fetch(vcpu, code);
    if (available >= FORCED_LENGTH && matches(code, FORCED_LENGTH)) {
      CpuidPolicy.answer(vcpu, true);
      operations.retire(vcpu, FORCED_LENGTH);
      return;
    }
    CpuState cpu = vcpu.cpu();
    boolean begun = available < FORCED_LENGTH && matches(code, available);
    if (begun && (available < SIGNATURE_LENGTH || available < FORCED_LENGTH)) {
      delivery.exception(vcpu, TrapDelivery.PAGE_FAULT, 0, cpu.rip() + available);
      return;
    }
    delivery.exception(vcpu, TrapDelivery.INVALID_OPCODE);
  }

  private static boolean matches(byte[] code, int length) {
    for (int i = 0; i < length; i++) {
      if (code[i] != FORCED_CPUID[i]) {
        return false;
      }
    }
    return true;
  }
}

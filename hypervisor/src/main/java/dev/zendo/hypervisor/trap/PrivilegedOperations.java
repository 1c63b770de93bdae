package dev.zendo.hypervisor.trap;

import static dev.zendo.hypercalls.Errno.ENODEV;

import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.hypercall.RegisterCalls;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Emulates the privileged instructions that a paravirtualised guest may use (they reach the
 * hypervisor as #GP with error code 0). Called on the vcpu's thread, outside the guest.
 */
final class PrivilegedOperations {
  private static final int MAX_LENGTH = 15;
  private static final int PAGE_SIZE = 4096;

  private static final long CR4_OSXSAVE = 1L << 18;
  private static final long TASK_SWITCHED = 8;
  private static final long X87_STATE = 1;

  private final TrapDelivery delivery;
  private final MsrPolicy msrs;
  private final DomainMemory memory;
  private final PortIo ports;

  PrivilegedOperations(TrapDelivery delivery, MsrPolicy msrs, DomainMemory memory, PortIo ports) {
    this.delivery = delivery;
    this.msrs = msrs;
    this.memory = memory;
    this.ports = ports;
  }

  /** Emulates the instruction at RIP; {@link Outcome#REFUSED} changes nothing. */
  Outcome emulate(Vcpu vcpu) {
    byte[] code = vcpu.code();
    int available = fetch(vcpu, code);
    Insn insn = vcpu.insn();
    boolean wide = vcpu.cpu().longMode();
    boolean half = !wide && !SegmentCache.isBig(vcpu.cpu(), CpuState.CS);
    if (available == 0 || Decoder.decode(code, 0, available, wide, half, insn) <= 0) {
      return Outcome.REFUSED;
    }
    Outcome outcome = execute(vcpu, insn);
    if (outcome == Outcome.DONE) {
      retire(vcpu, insn.length);
    }
    return outcome;
  }

  /** Moves RIP behind an emulated instruction; a trap flag set before it fires there. */
  void retire(Vcpu vcpu, int length) {
    CpuState cpu = vcpu.cpu();
    cpu.rip(cpu.rip() + length);
    cpu.rflags(cpu.rflags() & ~GuestEntry.RF);
    if ((cpu.rflags() & GuestEntry.TF) != 0) {
      cpu.field(DebugRegisters.DR6, cpu.field(DebugRegisters.DR6) | DebugRegisters.DR6_SINGLE_STEP);
      delivery.exception(vcpu, TrapDelivery.DEBUG);
    }
  }

  private Outcome execute(Vcpu vcpu, Insn insn) {
    boolean kernel = vcpu.cpu().kernelMode();
    return switch (insn.mnemonic) {
      case IN, OUT, INS, OUTS -> ports.execute(vcpu, insn);
      case CLI, STI -> Outcome.doneIf(PortIo.privileged(vcpu));
      case MOV -> kernel ? move(vcpu, insn) : Outcome.REFUSED;
      case RDMSR -> Outcome.doneIf(kernel && readMsr(vcpu));
      case WRMSR -> Outcome.doneIf(kernel && writeMsr(vcpu));
      case CLTS -> Outcome.doneIf(kernel && RegisterCalls.fpuTaskswitch(vcpu, false) == 0);
      case WBINVD, WBNOINVD -> Outcome.doneIf(kernel);
      case XSETBV -> setXcr0(vcpu, kernel);
      case STAC, CLAC, MONITOR, MWAIT -> undefined(vcpu);
      case RDTSC -> Outcome.doneIf(kernel && readTsc(vcpu));
      case RDTSCP -> Outcome.doneIf(kernel && readTsc(vcpu) && readAux(vcpu));
      default -> Outcome.REFUSED;
    };
  }

  /** Copies up to 15 bytes at RIP; returns how many could be read. */
  static int fetch(Vcpu vcpu, byte[] into) {
    CpuState cpu = vcpu.cpu();
    long rip = cpu.rip();
    long base = cpu.field(SegmentCache.baseField(CpuState.CS));
    long linear = cpu.longMode() ? rip : base + rip & 0xffffffffL;
    long at = vcpu.frameBuffer();
    int bytes = MAX_LENGTH;
    if (!vcpu.guest().read(linear, at, bytes)) {
      bytes = (int) Math.min(MAX_LENGTH, PAGE_SIZE - (linear & PAGE_SIZE - 1));
      if (bytes == MAX_LENGTH || !vcpu.guest().read(linear, at, bytes)) {
        return 0;
      }
    }
    for (int i = 0; i < bytes; i++) {
      into[i] = HostMemory.getByte(at + i);
    }
    return bytes;
  }

  private boolean readMsr(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    int register = (int) cpu.gpr(CpuState.RCX);
    long value = 0;
    if (msrs.readable(vcpu, register)) {
      value = msrs.read(vcpu, register);
    } else if (vcpu.traps().handler(TrapDelivery.GENERAL_PROTECTION) != 0
        || register >>> 16 == 0x4000) {
      return false;
    }
    cpu.gpr(CpuState.RAX, value & 0xffffffffL);
    cpu.gpr(CpuState.RDX, value >>> 32);
    return true;
  }

  private boolean writeMsr(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    long value = cpu.gpr(CpuState.RDX) << 32 | cpu.gpr(CpuState.RAX) & 0xffffffffL;
    return msrs.write(vcpu, (int) cpu.gpr(CpuState.RCX), value);
  }

  private boolean readTsc(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    long now = msrs.timeStampCounter();
    cpu.gpr(CpuState.RAX, now & 0xffffffffL);
    cpu.gpr(CpuState.RDX, now >>> 32);
    return true;
  }

  private static boolean readAux(Vcpu vcpu) {
    vcpu.cpu().gpr(CpuState.RCX, vcpu.cpu().field(CpuState.TSC_AUX) & 0xffffffffL);
    return true;
  }

  private Outcome move(Vcpu vcpu, Insn insn) {
    CpuState cpu = vcpu.cpu();
    int to = insn.register[0];
    int from = insn.register[1];
    if (insn.kind[0] == OperandKind.CR) {
      return Outcome.doneIf(writeControl(vcpu, to, cpu.gpr(from)));
    }
    if (insn.kind[1] == OperandKind.CR) {
      return Outcome.doneIf(readControl(vcpu, from, to));
    }
    if (insn.kind[0] == OperandKind.DR) {
      long result = DebugRegisters.write(vcpu, to, cpu.gpr(from));
      return result == -ENODEV ? undefined(vcpu) : Outcome.doneIf(result == 0);
    }
    if (insn.kind[1] != OperandKind.DR) {
      return Outcome.REFUSED;
    }
    if (!DebugRegisters.readable(vcpu, from)) {
      return undefined(vcpu);
    }
    cpu.gpr(to, DebugRegisters.read(vcpu, from));
    return Outcome.DONE;
  }

  private Outcome undefined(Vcpu vcpu) {
    delivery.exception(vcpu, TrapDelivery.INVALID_OPCODE);
    return Outcome.DELIVERED;
  }

  private static boolean readControl(Vcpu vcpu, int control, int into) {
    CpuState cpu = vcpu.cpu();
    switch (control) {
      case 0 -> cpu.gpr(into, cpu.field(CpuState.CR0));
      case 2 -> cpu.gpr(into, vcpu.traps().cr2());
      case 3 -> cpu.gpr(into, vcpu.kernelRoot() << 12);
      case 4 -> cpu.gpr(into, cpu.field(CpuState.CR4));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean writeControl(Vcpu vcpu, int control, long value) {
    CpuState cpu = vcpu.cpu();
    switch (control) {
      case 0:
        if (((value ^ cpu.field(CpuState.CR0)) & ~TASK_SWITCHED) != 0) {
          return false;
        }
        return RegisterCalls.fpuTaskswitch(vcpu, (value & TASK_SWITCHED) != 0) == 0;
      case 2:
        vcpu.traps().cr2(value);
        HostMemory.putLong(vcpu.vcpuInfo() + TrapDelivery.CR2_OFFSET, value);
        return true;
      case 3:
        return memory.setKernelRoot(vcpu, value >>> 12) == 0;
      case 4:
        cpu.field(CpuState.CR4, PrivilegedState.visibleCr4(value));
        return true;
      default:
        return false;
    }
  }

  private Outcome setXcr0(Vcpu vcpu, boolean kernel) {
    CpuState cpu = vcpu.cpu();
    if ((cpu.field(CpuState.CR4) & CR4_OSXSAVE) == 0) {
      return undefined(vcpu);
    }
    long value = cpu.gpr(CpuState.RDX) << 32 | cpu.gpr(CpuState.RAX) & 0xffffffffL;
    boolean allowed =
        kernel
            && (int) cpu.gpr(CpuState.RCX) == 0
            && (value & X87_STATE) != 0
            && (value & ~CpuidPolicy.XCR0_MASK) == 0;
    if (allowed) {
      cpu.field(CpuState.XCR0, value);
    }
    return Outcome.doneIf(allowed);
  }
}

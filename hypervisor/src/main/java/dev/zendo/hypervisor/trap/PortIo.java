package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.hypercall.Arguments;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * IN, OUT, INS and OUTS. A domain owns no port: what it may touch by I/O privilege or bitmap reads
 * all ones and forgets what is written, apart from the two index registers that drivers write and
 * read back (0x70 and 0xcf8). Called on the vcpu's thread, outside the guest.
 */
final class PortIo {
  private static final int CMOS_INDEX = 0x70;
  private static final int PCI_ADDRESS = 0xcf8;
  private static final int MAX_REPEATS = 4096;
  private static final int PAGE_FAULT_WRITE = 2;

  private final TrapDelivery delivery;

  PortIo(TrapDelivery delivery) {
    this.delivery = delivery;
  }

  /** Whether virtual I/O privilege lets the vcpu use ports, CLI and STI now. */
  static boolean privileged(Vcpu vcpu) {
    int level = 3;
    if (vcpu.cpu().kernelMode()) {
      level = vcpu.domain().assists(GuestEntry.ASSIST_ARCHITECTURAL_IOPL) ? 0 : 1;
    }
    return level <= vcpu.traps().iopl();
  }

  Outcome execute(Vcpu vcpu, Insn insn) {
    CpuState cpu = vcpu.cpu();
    boolean string = insn.mnemonic == Mnemonic.INS || insn.mnemonic == Mnemonic.OUTS;
    boolean input = insn.mnemonic == Mnemonic.IN || insn.mnemonic == Mnemonic.INS;
    int portOperand = input ? 1 : 0;
    int size = insn.size[1 - portOperand];
    int port = (int) cpu.gpr(CpuState.RDX) & 0xffff;
    if (insn.kind[portOperand] == OperandKind.IMM) {
      port = (int) insn.immediate & 0xff;
    }
    if (!permitted(vcpu, port, size)) {
      return Outcome.REFUSED;
    }
    Outcome outcome;
    if (string) {
      outcome = repeat(vcpu, insn, input, port, size);
    } else {
      transfer(cpu, vcpu.domain(), input, port, size);
      outcome = Outcome.DONE;
    }
    return outcome == Outcome.DONE && breakpoint(vcpu, port, size) ? debug(vcpu, insn) : outcome;
  }

  private static void transfer(CpuState cpu, Domain domain, boolean input, int port, int size) {
    long mask = size == 4 ? 0xffffffffL : (1L << 8 * size) - 1;
    long rax = cpu.gpr(CpuState.RAX);
    if (!input) {
      write(domain, port, size, (int) (rax & mask));
    } else if (size == 4) {
      cpu.gpr(CpuState.RAX, read(domain, port, size) & mask);
    } else {
      cpu.gpr(CpuState.RAX, rax & ~mask | read(domain, port, size) & mask);
    }
  }

  private Outcome repeat(Vcpu vcpu, Insn insn, boolean input, int port, int size) {
    CpuState cpu = vcpu.cpu();
    long addressMask = insn.addressSize == 8 ? -1 : (1L << 8 * insn.addressSize) - 1;
    int pointer = input ? CpuState.RDI : CpuState.RSI;
    int segment = input || insn.segment < 0 ? input ? CpuState.ES : CpuState.DS : insn.segment;
    long step = (cpu.rflags() & GuestEntry.DF) != 0 ? -size : size;
    for (int done = 0; done < MAX_REPEATS; done++) {
      long count = cpu.gpr(CpuState.RCX) & addressMask;
      if (insn.repeat != 0 && count == 0) {
        return Outcome.DONE;
      }
      long offset = cpu.gpr(pointer) & addressMask;
      if (!accessible(cpu, segment, offset, size, input)) {
        delivery.exception(
            vcpu,
            segment == CpuState.SS ? TrapDelivery.STACK_FAULT : TrapDelivery.GENERAL_PROTECTION);
        return Outcome.DELIVERED;
      }
      long linear = segmentBase(cpu, segment) + offset;
      if (!cpu.longMode()) {
        linear &= 0xffffffffL;
      }
      Outcome moved = move(vcpu, input, port, size, linear);
      if (moved != Outcome.DONE) {
        return moved;
      }
      advance(cpu, pointer, offset + step, insn.addressSize);
      if (insn.repeat == 0) {
        return Outcome.DONE;
      }
      advance(cpu, CpuState.RCX, count - 1, insn.addressSize);
    }
    return Outcome.AGAIN;
  }

  private Outcome move(Vcpu vcpu, boolean input, int port, int size, long linear) {
    if (!Arguments.addressable(linear)) {
      delivery.generalProtection(vcpu, 0);
      return Outcome.DELIVERED;
    }
    long at = vcpu.frameBuffer();
    boolean moved;
    if (input) {
      HostMemory.putInt(at, read(vcpu.domain(), port, size));
      moved = vcpu.guest().write(linear, at, size);
    } else {
      HostMemory.putInt(at, 0);
      moved = vcpu.guest().read(linear, at, size);
      if (moved) {
        write(vcpu.domain(), port, size, HostMemory.getInt(at));
      }
    }
    if (!moved) {
      delivery.exception(vcpu, TrapDelivery.PAGE_FAULT, input ? PAGE_FAULT_WRITE : 0, linear);
      return Outcome.DELIVERED;
    }
    return Outcome.DONE;
  }

  private static void advance(CpuState cpu, int register, long value, int addressSize) {
    if (addressSize == 8) {
      cpu.gpr(register, value);
    } else if (addressSize == 4) {
      cpu.gpr(register, value & 0xffffffffL);
    } else {
      cpu.gpr(register, cpu.gpr(register) & ~0xffffL | value & 0xffff);
    }
  }

  private static long segmentBase(CpuState cpu, int segment) {
    boolean based = !cpu.longMode() || segment >= CpuState.FS;
    return based ? cpu.field(SegmentCache.baseField(segment)) : 0;
  }

  private static boolean accessible(
      CpuState cpu, int segment, long offset, int size, boolean store) {
    int rights = store ? SegmentCache.WRITE : SegmentCache.READ;
    return cpu.longMode() || SegmentCache.allows(cpu.base(), segment, offset, size, rights);
  }

  private static boolean permitted(Vcpu vcpu, int port, int size) {
    if (privileged(vcpu)) {
      return true;
    }
    TrapState traps = vcpu.traps();
    if (port + size > traps.ioBitmapPorts()) {
      return false;
    }
    CpuState cpu = vcpu.cpu();
    boolean kernel = cpu.kernelMode();
    cpu.kernelMode(true);
    long at = vcpu.frameBuffer();
    HostMemory.putShort(at, (short) -1);
    long bits = traps.ioBitmap() + (port >>> 3);
    if (!vcpu.guest().read(bits, at, 2)) {
      vcpu.guest().read(bits, at, 1);
    }
    cpu.kernelMode(kernel);
    return ((HostMemory.getShort(at) & 0xffff) >>> (port & 7) & (1 << size) - 1) == 0;
  }

  private static int read(Domain domain, int port, int size) {
    if (port == CMOS_INDEX) {
      return ~0xff | domain.cmosIndex();
    }
    return port == PCI_ADDRESS && size == 4 ? domain.pciAddress() : -1;
  }

  private static void write(Domain domain, int port, int size, int value) {
    if (port == CMOS_INDEX) {
      domain.cmosIndex(value & 0x7f);
    } else if (port == PCI_ADDRESS && size == 4) {
      domain.pciAddress(value);
    }
  }

  /** Whether an I/O breakpoint covers the port; marks it in DR6. */
  private static boolean breakpoint(Vcpu vcpu, int port, int size) {
    int enabled = vcpu.traps().ioBreakpoints();
    CpuState cpu = vcpu.cpu();
    if (enabled == 0 || (cpu.field(CpuState.CR4) & DebugRegisters.CR4_DE) == 0) {
      return false;
    }
    int hits = 0;
    long dr7 = cpu.field(DebugRegisters.DR7);
    for (int i = 0; i < 4; i++) {
      long start = cpu.field(CpuState.DEBUG + 8 * i);
      int code = (int) (dr7 >>> 18 + 4 * i) & 3;
      int width = code == 2 ? 8 : code + 1;
      boolean on = (enabled >>> 2 * i & 3) != 0;
      if (on && start < port + size && start + width > port) {
        hits |= 1 << i;
      }
    }
    cpu.field(DebugRegisters.DR6, cpu.field(DebugRegisters.DR6) | hits);
    return hits != 0;
  }

  private Outcome debug(Vcpu vcpu, Insn insn) {
    vcpu.cpu().rip(vcpu.cpu().rip() + insn.length);
    delivery.exception(vcpu, TrapDelivery.DEBUG);
    return Outcome.DELIVERED;
  }
}

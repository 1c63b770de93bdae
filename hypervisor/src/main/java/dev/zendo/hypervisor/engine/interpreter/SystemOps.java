package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.HostMemory;

/** Hints, fences, the time stamp counter, segment bases and what ring 3 may ask of the system. */
final class SystemOps {
  private static final int RAX = CpuState.GPR;
  private static final int RCX = CpuState.GPR + 8 * CpuState.RCX;
  private static final int RDX = CpuState.GPR + 8 * CpuState.RDX;
  private static final int CR4_TSD = 1 << 2;
  private static final int CR4_FSGSBASE = 1 << 16;

  /** Where SGDT and SIDT say that the tables are: in the hypervisor's address range, as on Xen. */
  private static final long GDT_BASE = 0xffff830000100000L;

  private static final int GDT_LIMIT = 0xefff;
  private static final long IDT_BASE = 0xffff82d080600000L;
  private static final int IDT_LIMIT = 0xfff;

  /** The task register selector of Xen. */
  private static final int TASK_SELECTOR = 0xe040;

  /** Stands for every instruction without effect; blocks leave it out but count it. */
  static final Op NOP = new Nop();

  private SystemOps() {}

  static void addTo(OpTable table) {
    table.add(
        (insn, rip) -> NOP,
        Mnemonic.NOP,
        Mnemonic.PAUSE,
        Mnemonic.ENDBR64,
        Mnemonic.ENDBR32,
        Mnemonic.RDSSP,
        Mnemonic.PREFETCH,
        Mnemonic.PREFETCHW,
        Mnemonic.PREFETCHWT1,
        Mnemonic.PREFETCHNTA,
        Mnemonic.PREFETCHT0,
        Mnemonic.PREFETCHT1,
        Mnemonic.PREFETCHT2,
        Mnemonic.CLDEMOTE,
        Mnemonic.LFENCE,
        Mnemonic.SFENCE);
    table.add((insn, rip) -> new Fence(), Mnemonic.MFENCE);
    table.add((insn, rip) -> Operands.fill(new Touch(), insn, rip), Mnemonic.CLFLUSH);
    table.add((insn, rip) -> new TimeStamp(false), Mnemonic.RDTSC);
    table.add((insn, rip) -> new TimeStamp(true), Mnemonic.RDTSCP);
    table.add((insn, rip) -> Operands.fill(new ProcessorId(), insn, rip), Mnemonic.RDPID);
    table.add((insn, rip) -> base(CpuState.FS_BASE, false, insn, rip), Mnemonic.RDFSBASE);
    table.add((insn, rip) -> base(CpuState.GS_BASE, false, insn, rip), Mnemonic.RDGSBASE);
    table.add((insn, rip) -> base(CpuState.FS_BASE, true, insn, rip), Mnemonic.WRFSBASE);
    table.add((insn, rip) -> base(CpuState.GS_BASE, true, insn, rip), Mnemonic.WRGSBASE);
    table.add(SystemOps::translate, Mnemonic.XLAT);
    table.add(
        (insn, rip) -> Operands.fill(new Table(GDT_LIMIT, GDT_BASE, insn.size[0]), insn, rip),
        Mnemonic.SGDT);
    table.add(
        (insn, rip) -> Operands.fill(new Table(IDT_LIMIT, IDT_BASE, insn.size[0]), insn, rip),
        Mnemonic.SIDT);
    table.add((insn, rip) -> status(0, insn, rip), Mnemonic.SLDT);
    table.add((insn, rip) -> status(TASK_SELECTOR, insn, rip), Mnemonic.STR);
    table.add((insn, rip) -> status(-1, insn, rip), Mnemonic.SMSW);
  }

  private static Op base(int offset, boolean write, Insn insn, long rip) {
    return Operands.fill(new SegmentBase(offset, write, insn.size[0]), insn, rip);
  }

  private static Op status(int value, Insn insn, long rip) {
    return Operands.fill(new Status(value, Operands.isMemory(insn, 0), insn.size[0]), insn, rip);
  }

  private static Op translate(Insn insn, long rip) {
    insn.base = CpuState.RBX;
    return Operands.fill(new TranslateByte(), insn, rip);
  }

  private static final class Nop extends Op {
    @Override
    protected Block exec(Cpu cpu) {
      throw new IllegalStateException("left out of blocks");
    }
  }

  private static final class Fence extends Op {
    @Override
    protected Block exec(Cpu cpu) {
      HostMemory.fullFence();
      return next.exec(cpu);
    }
  }

  /** CLFLUSH: no cache to flush, but the byte must be readable. */
  private static final class Touch extends OperandOp {
    @Override
    protected Block exec(Cpu cpu) {
      cpu.load(address(cpu), 1, this);
      return next.exec(cpu);
    }
  }

  /** RDTSC and RDTSCP. */
  private static final class TimeStamp extends Op {
    private final boolean withId;

    TimeStamp(boolean withId) {
      this.withId = withId;
    }

    @Override
    protected Block exec(Cpu cpu) {
      if ((cpu.get(CpuState.CR4) & CR4_TSD) != 0 && !cpu.registers.kernelMode()) {
        throw cpu.fault(this, Vector.GP);
      }
      // A clock may count instructions.
      cpu.put(CpuState.INSTRUCTIONS, cpu.executed + index);
      long now = cpu.clock.timeStampCounter();
      cpu.put(RAX, now & 0xffffffffL);
      cpu.put(RDX, now >>> 32);
      if (withId) {
        cpu.register(RCX, 4, HostMemory.getInt(cpu.state + CpuState.TSC_AUX));
      }
      return next.exec(cpu);
    }
  }

  /** RDPID. */
  private static final class ProcessorId extends OperandOp {
    @Override
    protected Block exec(Cpu cpu) {
      cpu.register(target, 4, HostMemory.getInt(cpu.state + CpuState.TSC_AUX));
      return next.exec(cpu);
    }
  }

  /** RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE. */
  private static final class SegmentBase extends OperandOp {
    private final int offset;
    private final boolean write;
    private final int size;

    SegmentBase(int offset, boolean write, int size) {
      this.offset = offset;
      this.write = write;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      if ((cpu.get(CpuState.CR4) & CR4_FSGSBASE) == 0) {
        throw cpu.fault(this, Vector.UD);
      }
      if (write) {
        long value = Width.zeroExtend(cpu.register(target, size), size);
        if (!CpuState.isCanonical(value)) {
          throw cpu.fault(this, Vector.GP);
        }
        cpu.put(offset, value);
      } else {
        cpu.register(target, size, cpu.get(offset));
      }
      return next.exec(cpu);
    }
  }

  /** XLAT. */
  private static final class TranslateByte extends OperandOp {
    @Override
    protected Block exec(Cpu cpu) {
      long index = cpu.get(RAX) & 0xff;
      long va = form == GENERAL ? linear(cpu, effective(cpu) + index) : address(cpu) + index;
      cpu.register(RAX, 1, cpu.load(va, 1, this));
      return next.exec(cpu);
    }
  }

  /** SGDT and SIDT. */
  private static final class Table extends OperandOp {
    private final int limit;
    private final long tableBase;
    private final int size;

    Table(int limit, long tableBase, int size) {
      this.limit = limit;
      this.tableBase = tableBase;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long scratch = cpu.state + CpuState.SCRATCH;
      HostMemory.putShort(scratch, (short) limit);
      HostMemory.putLong(scratch + 2, tableBase);
      cpu.storeBytes(address(cpu), size, scratch, this);
      return next.exec(cpu);
    }
  }

  /** SLDT, STR and SMSW. */
  private static final class Status extends OperandOp {
    private final int value;
    private final boolean memory;
    private final int size;

    /** {@code value} is -1 for CR0. */
    Status(int value, boolean memory, int size) {
      this.value = value;
      this.memory = memory;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long status = value >= 0 ? value : cpu.get(CpuState.CR0);
      if (memory) {
        cpu.store(address(cpu), 2, status, this);
      } else {
        cpu.register(target, size, status);
      }
      return next.exec(cpu);
    }
  }
}

package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Flags;

/** Near control transfers, and the instructions that leave the executor. */
final class ControlOps {
  private static final int RCX = CpuState.GPR + 8 * CpuState.RCX;
  private static final int R11 = CpuState.GPR + 8 * 11;

  private ControlOps() {}

  /** Continues at the next instruction: ends a block that has no branch. */
  static final class FallThrough extends BranchOp {
    @Override
    protected Block exec(Cpu cpu) {
      return fallThrough(cpu);
    }
  }

  /** JMP to a known address. */
  static final class Jump extends BranchOp {
    @Override
    protected Block exec(Cpu cpu) {
      return taken(cpu);
    }
  }

  /** CALL of a known address. */
  static final class Call extends BranchOp {
    private final int size;

    Call(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      if (size == 8) {
        long pointer = cpu.get(Cpu.RSP) - 8;
        cpu.storeStack(pointer, 8, nextRip(), this);
        cpu.put(Cpu.RSP, pointer);
      } else {
        cpu.push(nextRip(), size, this);
      }
      return taken(cpu);
    }
  }

  /** JMP and CALL to an address in a register or memory. */
  static final class Indirect extends OperandOp {
    private final int kind;
    private final int size;
    private final boolean call;

    /** {@code kind} is {@link AluOp#REGISTER} or {@link AluOp#MEMORY}. */
    Indirect(int kind, int size, boolean call) {
      this.kind = kind;
      this.size = size;
      this.call = call;
    }

    @Override
    protected boolean endsBlock() {
      return true;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long value =
          kind == AluOp.REGISTER ? cpu.register(source, size) : cpu.load(address(cpu), size, this);
      long rip = cpu.checkTarget(value, size, this);
      if (call) {
        cpu.push(nextRip(), size, this);
      }
      return cpu.find(rip);
    }
  }

  /** RET; the immediate is the bytes of arguments to drop. */
  static final class Return extends OperandOp {
    private final int size;

    Return(int size) {
      this.size = size;
    }

    @Override
    protected boolean endsBlock() {
      return true;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long value = cpu.loadStack(cpu.stackPointer(0), size, this);
      long rip = cpu.checkTarget(value, size, this);
      cpu.put(Cpu.RSP, cpu.stackPointer(size + immediate));
      return cpu.find(rip);
    }
  }

  /** LOOP, LOOPE, LOOPNE and JCXZ. */
  static final class Loop extends BranchOp {
    static final int LOOPNE = 0;
    static final int LOOPE = 1;
    static final int LOOP = 2;
    static final int JCXZ = 3;

    private final int kind;
    private final int size;

    /** {@code size} is that of the counter: the address size. */
    Loop(int kind, int size) {
      this.kind = kind;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      return branches(cpu) ? taken(cpu) : fallThrough(cpu);
    }

    private boolean branches(Cpu cpu) {
      long count = cpu.register(RCX, size);
      if (kind == JCXZ) {
        return count == 0;
      }
      count = Width.extend(count - 1, size);
      cpu.register(RCX, size, count);
      return count != 0 && (kind == LOOP || LazyFlags.zero(cpu) == (kind == LOOPE));
    }
  }

  /** SYSCALL. */
  static final class Syscall extends Op {
    @Override
    protected boolean endsBlock() {
      return true;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.put(RCX, nextRip());
      cpu.put(R11, cpu.rflags());
      return cpu.exit(ExitReason.SYSCALL, nextRip());
    }
  }

  /** CPUID and SYSENTER: the core performs them. */
  static final class Exit extends Op {
    private final int reason;

    Exit(int reason) {
      this.reason = reason;
    }

    @Override
    protected boolean endsBlock() {
      return true;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.executed--;
      return cpu.exit(reason, rip);
    }
  }

  /** An instruction that always faults. */
  static final class Fault extends Op {
    private final int vector;
    private final int error;

    Fault(int vector, int error) {
      this.vector = vector;
      this.error = error;
    }

    @Override
    protected boolean endsBlock() {
      return true;
    }

    @Override
    protected Block exec(Cpu cpu) {
      return cpu.raise(this, vector, error);
    }
  }

  /** INT3, ICEBP and INTO: a trap, perhaps on a condition. */
  static final class Trap extends BranchOp {
    private final int vector;
    private final boolean onOverflow;

    Trap(int vector, boolean onOverflow) {
      this.vector = vector;
      this.onOverflow = onOverflow;
    }

    @Override
    protected Block exec(Cpu cpu) {
      if (onOverflow && (LazyFlags.word(cpu) & Flags.OF) == 0) {
        return fallThrough(cpu);
      }
      return cpu.trap(this, vector);
    }
  }
}

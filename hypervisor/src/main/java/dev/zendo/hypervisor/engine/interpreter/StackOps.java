package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.machine.HostMemory;

/** Instructions that push and pop. */
final class StackOps {
  private static final int RBP = CpuState.GPR + 8 * CpuState.RBP;

  /** Flags that POPF and IRET change in ring 3; IF and IOPL stay. */
  static final int CHANGEABLE =
      Flags.STATUS | Flags.TF | Flags.DF | Flags.NT | Flags.AC | Flags.ID | Flags.RF;

  private StackOps() {}

  /** The flags that an image of the given size changes in ring 3. */
  static long changeable(int size) {
    return size == 2 ? CHANGEABLE & 0xffff : CHANGEABLE;
  }

  /** PUSH of a general register, 8 bytes. */
  static final class PushRegister extends OperandOp {
    @Override
    protected Block exec(Cpu cpu) {
      long pointer = cpu.get(Cpu.RSP) - 8;
      cpu.storeStack(pointer, 8, cpu.get(source), this);
      cpu.put(Cpu.RSP, pointer);
      return next.exec(cpu);
    }
  }

  /** POP of a general register, 8 bytes. */
  static final class PopRegister extends OperandOp {
    @Override
    protected Block exec(Cpu cpu) {
      long pointer = cpu.get(Cpu.RSP);
      long value = cpu.loadStack(pointer, 8, this);
      cpu.put(Cpu.RSP, pointer + 8);
      cpu.put(target, value);
      return next.exec(cpu);
    }
  }

  /** All other operands of PUSH. */
  static final class Push extends OperandOp {
    private final int kind;
    private final int size;

    /** {@code kind} as in {@link AluOp}. */
    Push(int kind, int size) {
      this.kind = kind;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.push(value(cpu), size, this);
      return next.exec(cpu);
    }

    private long value(Cpu cpu) {
      switch (kind) {
        case AluOp.REGISTER:
          return cpu.register(source, size);
        case AluOp.IMMEDIATE:
          return immediate;
        default:
          return cpu.load(address(cpu), size, this);
      }
    }
  }

  /** PUSH of a segment register. */
  static final class PushSegment extends OperandOp {
    private final int size;

    PushSegment(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.push(HostMemory.getInt(cpu.state + source) & 0xffff, size, this);
      return next.exec(cpu);
    }
  }

  /** All other operands of POP. */
  static final class Pop extends OperandOp {
    private final boolean memory;
    private final int size;

    Pop(boolean memory, int size) {
      this.memory = memory;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long before = cpu.get(Cpu.RSP);
      long value = cpu.loadStack(cpu.stackPointer(0), size, this);
      long after = cpu.stackPointer(size);
      if (memory) {
        cpu.store(destination(cpu, before, after), size, value, this);
        cpu.put(Cpu.RSP, after);
      } else {
        cpu.put(Cpu.RSP, after);
        cpu.register(target, size, value);
      }
      return next.exec(cpu);
    }

    /** The address is computed with the pointer moved, but a fault must find it unmoved. */
    private long destination(Cpu cpu, long before, long after) {
      cpu.put(Cpu.RSP, after);
      try {
        return address(cpu);
      } finally {
        cpu.put(Cpu.RSP, before);
      }
    }
  }

  /** PUSHF. */
  static final class PushFlags extends OperandOp {
    private final int size;

    PushFlags(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.push(cpu.rflags(), size, this);
      return next.exec(cpu);
    }
  }

  /** POPF; ends its block because TF may become set. */
  static final class PopFlags extends OperandOp {
    private final int size;

    PopFlags(int size) {
      this.size = size;
    }

    @Override
    protected boolean endsBlock() {
      return true;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long image = cpu.loadStack(cpu.stackPointer(0), size, this);
      cpu.put(Cpu.RSP, cpu.stackPointer(size));
      cpu.rflags(image & ~Flags.RF, changeable(size));
      return cpu.leave(nextRip());
    }
  }

  /** LEAVE. */
  static final class Leave extends OperandOp {
    private final int size;

    Leave(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long frame = cpu.get(RBP);
      long value = cpu.loadStack(cpu.pointer(frame), size, this);
      cpu.put(Cpu.RSP, cpu.pointer(frame + size));
      cpu.register(RBP, size, value);
      return next.exec(cpu);
    }
  }

  /** ENTER. */
  static final class Enter extends OperandOp {
    private final int size;
    private final int level;

    /** {@link #immediate} is the bytes of the frame. */
    Enter(int size, int level) {
      this.size = size;
      this.level = level & 31;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long oldFrame = cpu.get(RBP);
      cpu.storeStack(cpu.stackPointer(-size), size, oldFrame, this);
      long frame = cpu.stackPointer(-size);
      for (int i = 1; i < level; i++) {
        long from = oldFrame - (long) size * i;
        long pointer = cpu.loadStack(cpu.pointer(from), size, this);
        cpu.storeStack(cpu.stackPointer(-(long) size * (i + 1)), size, pointer, this);
      }
      if (level > 0) {
        cpu.storeStack(cpu.stackPointer(-(long) size * (level + 1)), size, frame, this);
      }
      long pushed = (long) size * (level + 1);
      long pointer = cpu.stackPointer(-pushed - immediate);
      // The processor proves that the new top of the stack can be written.
      cpu.checkStack(pointer, size, this);
      cpu.put(Cpu.RSP, pointer);
      cpu.register(RBP, size, frame);
      return next.exec(cpu);
    }
  }

  /** PUSHA and POPA, which 64-bit mode does not have. */
  static final class All extends OperandOp {
    private final boolean push;
    private final int size;

    All(boolean push, int size) {
      this.push = push;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      if (push) {
        pushAll(cpu);
      } else {
        popAll(cpu);
      }
      return next.exec(cpu);
    }

    private void pushAll(Cpu cpu) {
      cpu.checkStack(cpu.stackPointer(-8L * size), 8 * size, this);
      for (int i = 0; i < 8; i++) {
        cpu.storeStack(
            cpu.stackPointer(-(long) size * (i + 1)), size, cpu.register(8 * i, size), this);
      }
      cpu.put(Cpu.RSP, cpu.stackPointer(-8L * size));
    }

    private void popAll(Cpu cpu) {
      cpu.loadStack(cpu.stackPointer(7L * size), size, this);
      for (int i = 7; i >= 0; i--) {
        long value = cpu.loadStack(cpu.stackPointer((long) size * (7 - i)), size, this);
        if (i != CpuState.RSP) {
          cpu.register(8 * i, size, value);
        }
      }
      cpu.put(Cpu.RSP, cpu.stackPointer(8L * size));
    }
  }
}

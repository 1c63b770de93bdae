package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;

/** Segment registers, far transfers and descriptor queries, as ring 3 may use them. */
final class SegmentOps {
  private SegmentOps() {}

  static void addTo(OpTable table) {
    table.add((insn, rip) -> loadFar(CpuState.ES, insn, rip), Mnemonic.LES);
    table.add((insn, rip) -> loadFar(CpuState.DS, insn, rip), Mnemonic.LDS);
    table.add((insn, rip) -> loadFar(CpuState.SS, insn, rip), Mnemonic.LSS);
    table.add((insn, rip) -> loadFar(CpuState.FS, insn, rip), Mnemonic.LFS);
    table.add((insn, rip) -> loadFar(CpuState.GS, insn, rip), Mnemonic.LGS);
    table.add((insn, rip) -> query(Query.RIGHTS, insn, rip), Mnemonic.LAR);
    table.add((insn, rip) -> query(Query.LIMIT, insn, rip), Mnemonic.LSL);
    table.add((insn, rip) -> query(Query.READABLE, insn, rip), Mnemonic.VERR);
    table.add((insn, rip) -> query(Query.WRITABLE, insn, rip), Mnemonic.VERW);
    table.add((insn, rip) -> far(false, insn, rip), Mnemonic.JMPF);
    table.add((insn, rip) -> far(true, insn, rip), Mnemonic.CALLF);
    table.add(
        (insn, rip) -> Operands.fill(new FarReturn(insn.operandSize), insn, rip), Mnemonic.RETF);
    table.add((insn, rip) -> new InterruptReturn(insn.operandSize), Mnemonic.IRET);
  }

  /** MOV to a segment register. */
  static Op load(Insn insn, long rip, int operand) {
    Load op = new Load(insn.register[operand], Operands.isMemory(insn, 1));
    return Operands.fill(op, insn, rip);
  }

  /** POP of a segment register. */
  static Op pop(Insn insn, long rip) {
    return Operands.fill(new Pop(insn.register[0], insn.operandSize), insn, rip);
  }

  /** MOV from a segment register. */
  static Op read(Insn insn, long rip) {
    Read op = new Read(Operands.isMemory(insn, 0), insn.size[0]);
    return Operands.fill(op, insn, rip);
  }

  private static Op loadFar(int segment, Insn insn, long rip) {
    return Operands.fill(new LoadFar(segment, insn.operandSize), insn, rip);
  }

  private static Op query(int kind, Insn insn, long rip) {
    int operand = kind == Query.RIGHTS || kind == Query.LIMIT ? 1 : 0;
    Query op = new Query(kind, Operands.isMemory(insn, operand), insn.operandSize);
    return Operands.fill(op, insn, rip);
  }

  private static Op far(boolean call, Insn insn, long rip) {
    boolean direct = insn.kind[0] == OperandKind.FAR;
    Far op = new Far(call, direct, insn.operandSize, (int) insn.immediate2);
    return Operands.fill(op, insn, rip);
  }

  /** An op after which code may run in another mode or with a #DB held back. */
  private abstract static class LastOp extends OperandOp {
    @Override
    protected boolean endsBlock() {
      return true;
    }
  }

  /** MOV Sreg. */
  private static final class Load extends LastOp {
    private final int segment;
    private final boolean memory;

    Load(int segment, boolean memory) {
      this.segment = segment;
      this.memory = memory;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long value = memory ? cpu.load(address(cpu), 2, this) : cpu.get(source);
      cpu.segments.load(segment, (int) value & 0xffff, this);
      if (segment == CpuState.SS) {
        HostMemory.putInt(cpu.state + CpuState.SHADOW, 1);
      }
      return cpu.leave(nextRip());
    }
  }

  /** POP Sreg. */
  private static final class Pop extends LastOp {
    private final int segment;
    private final int size;

    Pop(int segment, int size) {
      this.segment = segment;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long value = cpu.loadStack(cpu.stackPointer(0), size, this);
      cpu.segments.load(segment, (int) value & 0xffff, this);
      cpu.put(Cpu.RSP, cpu.stackPointer(size));
      if (segment == CpuState.SS) {
        HostMemory.putInt(cpu.state + CpuState.SHADOW, 1);
      }
      return cpu.leave(nextRip());
    }
  }

  /** MOV from Sreg: to memory always 2 bytes, to a register zero-extended. */
  private static final class Read extends OperandOp {
    private final boolean memory;
    private final int size;

    Read(boolean memory, int size) {
      this.memory = memory;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      int selector = HostMemory.getInt(cpu.state + source) & 0xffff;
      if (memory) {
        cpu.store(address(cpu), 2, selector, this);
      } else {
        cpu.register(target, size, selector);
      }
      return next.exec(cpu);
    }
  }

  /** LES, LDS, LSS, LFS, LGS. */
  private static final class LoadFar extends LastOp {
    private final int segment;
    private final int size;

    LoadFar(int segment, int size) {
      this.segment = segment;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long va = address(cpu);
      long offset = cpu.load(va, size, this);
      int selector = (int) cpu.load(va + size, 2, this) & 0xffff;
      cpu.segments.load(segment, selector, this);
      cpu.register(target, size, offset);
      return cpu.leave(nextRip());
    }
  }

  /** LAR, LSL, VERR, VERW. */
  private static final class Query extends OperandOp {
    static final int RIGHTS = 0;
    static final int LIMIT = 1;
    static final int READABLE = 2;
    static final int WRITABLE = 3;

    private final int kind;
    private final boolean memory;
    private final int size;

    Query(int kind, boolean memory, int size) {
      this.kind = kind;
      this.memory = memory;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      int selector = (int) (memory ? cpu.load(address(cpu), 2, this) : cpu.get(source)) & 0xffff;
      boolean valid;
      if (kind == READABLE || kind == WRITABLE) {
        valid = cpu.segments.allows(selector, kind == WRITABLE, this);
      } else {
        long descriptor = cpu.segments.visible(selector, kind == RIGHTS, this);
        valid = descriptor != 0;
        if (valid) {
          long value =
              kind == RIGHTS ? descriptor >>> 32 & 0x00ffff00 : SegmentCache.limit(descriptor);
          cpu.register(target, size, value);
        }
      }
      LazyFlags.change(cpu, Flags.ZF, valid ? Flags.ZF : 0);
      return next.exec(cpu);
    }
  }

  /** JMP and CALL to another code segment. */
  private static final class Far extends LastOp {
    private final boolean call;
    private final boolean direct;
    private final int size;
    private final int selector;

    Far(boolean call, boolean direct, int size, int selector) {
      this.call = call;
      this.direct = direct;
      this.size = size;
      this.selector = selector;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long offset = immediate;
      int code = selector;
      if (!direct) {
        long va = address(cpu);
        offset = cpu.load(va, size, this);
        code = (int) cpu.load(va + size, 2, this) & 0xffff;
      }
      long descriptor = cpu.segments.checkCode(code, false, this);
      long rip = cpu.segments.checkOffset(offset, size, descriptor, this);
      if (call) {
        long pointer = cpu.stackPointer(-2L * size);
        cpu.storeStack(cpu.stackPointer(-size), size, cpu.registers.selector(CpuState.CS), this);
        cpu.storeStack(pointer, size, nextRip(), this);
        cpu.put(Cpu.RSP, pointer);
      }
      cpu.segments.enterCode(code, descriptor);
      return cpu.leave(rip);
    }
  }

  /** RETF; {@link #immediate} is the bytes of arguments to drop. */
  private static final class FarReturn extends LastOp {
    private final int size;

    FarReturn(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long offset = cpu.loadStack(cpu.stackPointer(0), size, this);
      int code = (int) cpu.loadStack(cpu.stackPointer(size), size, this) & 0xffff;
      long descriptor = cpu.segments.checkCode(code, true, this);
      long rip = cpu.segments.checkOffset(offset, size, descriptor, this);
      cpu.put(Cpu.RSP, cpu.stackPointer(2L * size + immediate));
      cpu.segments.enterCode(code, descriptor);
      return cpu.leave(rip);
    }
  }

  /** IRET from ring 3 to ring 3. */
  private static final class InterruptReturn extends LastOp {
    private final int size;

    InterruptReturn(int size) {
      this.size = size;
    }

    private long pop(Cpu cpu, int slot) {
      return cpu.loadStack(cpu.stackPointer((long) slot * size), size, this);
    }

    @Override
    protected Block exec(Cpu cpu) {
      if (cpu.longMode && (cpu.get(CpuState.RFLAGS) & Flags.NT) != 0) {
        throw cpu.fault(this, Vector.GP);
      }
      long offset = pop(cpu, 0);
      int code = (int) pop(cpu, 1) & 0xffff;
      long flags = pop(cpu, 2);
      long descriptor = cpu.segments.checkCode(code, true, this);
      if (!cpu.longMode) {
        long rip = cpu.segments.checkOffset(offset, size, descriptor, this);
        cpu.put(Cpu.RSP, cpu.stackPointer(3L * size));
        return land(cpu, flags, code, descriptor, rip);
      }
      long pointer = pop(cpu, 3);
      int stackSelector = (int) pop(cpu, 4) & 0xffff;
      long stack = cpu.segments.checkStack(stackSelector, this);
      long rip = cpu.segments.checkOffset(offset, size, descriptor, this);
      cpu.segments.loadStack(stackSelector, stack);
      boolean wide = Segments.isLong(descriptor);
      if (wide || SegmentCache.isBig(cpu.registers, CpuState.SS)) {
        cpu.put(Cpu.RSP, Width.zeroExtend(pointer, wide ? size : Math.min(size, 4)));
      } else {
        cpu.register(Cpu.RSP, 2, pointer);
      }
      return land(cpu, flags, code, descriptor, rip);
    }

    private Block land(Cpu cpu, long flags, int code, long descriptor, long rip) {
      cpu.rflags(flags, StackOps.changeable(size));
      cpu.segments.enterCode(code, descriptor);
      return cpu.leave(rip);
    }
  }
}

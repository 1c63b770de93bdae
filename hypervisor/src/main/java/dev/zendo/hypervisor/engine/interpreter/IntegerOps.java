package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;

/** Factories for moves, arithmetic, logic, shifts and flags. */
final class IntegerOps {
  private static final int RAX = CpuState.GPR;
  private static final int RDX = CpuState.GPR + 8 * CpuState.RDX;

  private IntegerOps() {}

  static void addTo(OpTable table) {
    addArithmetic(table);
    addMoves(table);
    addShifts(table);
    addFlags(table);
  }

  private static void addArithmetic(OpTable table) {
    Mnemonic[] operations = {
      Mnemonic.ADD,
      Mnemonic.OR,
      Mnemonic.ADC,
      Mnemonic.SBB,
      Mnemonic.AND,
      Mnemonic.SUB,
      Mnemonic.XOR,
      Mnemonic.CMP,
      Mnemonic.TEST
    };
    for (int i = 0; i < operations.length; i++) {
      int operation = i;
      table.add((insn, rip) -> arithmetic(operation, insn, rip), operations[i]);
    }
    table.add((insn, rip) -> step(AluMemoryOp.INC, UnaryOp.INC, insn, rip), Mnemonic.INC);
    table.add((insn, rip) -> step(AluMemoryOp.DEC, UnaryOp.DEC, insn, rip), Mnemonic.DEC);
    table.add((insn, rip) -> negate(UnaryOp.NEG, insn, rip), Mnemonic.NEG);
    table.add((insn, rip) -> negate(UnaryOp.NOT, insn, rip), Mnemonic.NOT);
  }

  private static Op arithmetic(int operation, Insn insn, long rip) {
    int size = insn.size[0];
    int left = Operands.kind(insn, 0);
    int right = Operands.kind(insn, 1);
    OperandOp op =
        operation < AluOp.CMP && left >= AluOp.MEMORY
            ? Templates.aluMemory(
                operation, size, left - AluOp.MEMORY, right == AluOp.IMMEDIATE, insn.lock)
            : Templates.alu(operation, size, left, right);
    return Operands.fill(op, insn, rip);
  }

  private static Op step(int inMemory, int inRegister, Insn insn, long rip) {
    OperandOp op =
        Operands.isMemory(insn, 0)
            ? Templates.aluMemory(inMemory, insn.size[0], Operands.form(insn), false, insn.lock)
            : Templates.unary(inRegister, insn.size[0]);
    return Operands.fill(op, insn, rip);
  }

  private static Op negate(int operation, Insn insn, long rip) {
    if (Operands.isMemory(insn, 0)) {
      return modify(new Negate(operation), insn, rip);
    }
    return Operands.fill(Templates.unary(operation, insn.size[0]), insn, rip);
  }

  /** Fills in an op that modifies its first operand. */
  static <T extends ModifyOp> T modify(T op, Insn insn, long rip) {
    op.size = insn.size[0];
    op.memory = Operands.isMemory(insn, 0);
    op.locked = insn.lock;
    return Operands.fill(op, insn, rip);
  }

  /** Whether a CMP or TEST is worth an op of its own with the jump after it. */
  static boolean fusible(Insn insn) {
    return insn.size[0] >= 4 || insn.size[0] == 1 && insn.kind[1] == OperandKind.IMM;
  }

  /** CMP or TEST with the conditional jump after it. */
  static BranchOp compareBranch(Insn compare, Insn jump, long rip, boolean inner) {
    BranchOp op =
        Templates.compareBranch(
            compare.mnemonic == Mnemonic.CMP,
            jump.condition,
            compare.size[0],
            Operands.kind(compare, 0),
            Operands.kind(compare, 1),
            inner);
    Operands.fill(op, compare, rip);
    return op;
  }

  // Moves.

  private static void addMoves(OpTable table) {
    table.add(IntegerOps::move, Mnemonic.MOV);
    table.add(
        (insn, rip) -> Operands.fill(Templates.mov(storeKind(insn), insn.size[0]), insn, rip),
        Mnemonic.MOVNTI);
    table.add((insn, rip) -> extend(false, insn, rip), Mnemonic.MOVZX);
    table.add((insn, rip) -> extend(true, insn, rip), Mnemonic.MOVSX, Mnemonic.MOVSXD);
    table.add(
        (insn, rip) ->
            Operands.fill(Templates.lea(insn.size[0], leaForm(insn)), withoutSegment(insn), rip),
        Mnemonic.LEA);
    table.add(IntegerOps::setcc, Mnemonic.SETCC);
    table.add(
        (insn, rip) ->
            Operands.fill(
                Templates.cmov(insn.condition, insn.size[0], sourceForm(insn)), insn, rip),
        Mnemonic.CMOVCC);
    table.add((insn, rip) -> new Widen(insn.operandSize), Mnemonic.CBW);
    table.add((insn, rip) -> new SignFill(insn.operandSize), Mnemonic.CWD);
  }

  private static Op move(Insn insn, long rip) {
    switch (insn.kind[0]) {
      case SREG:
        return SegmentOps.load(insn, rip, 0);
      case CR:
      case DR:
        return null;
      default:
        break;
    }
    if (insn.kind[1] == OperandKind.SREG) {
      return SegmentOps.read(insn, rip);
    }
    int kind;
    if (Operands.isMemory(insn, 0)) {
      kind = storeKind(insn);
    } else if (Operands.isMemory(insn, 1)) {
      kind = MovOp.LOAD + Operands.form(insn);
    } else {
      kind = Operands.isRegister(insn, 1) ? MovOp.REGISTER_REGISTER : MovOp.REGISTER_IMMEDIATE;
    }
    return Operands.fill(Templates.mov(kind, insn.size[0]), insn, rip);
  }

  private static int storeKind(Insn insn) {
    int base = Operands.isRegister(insn, 1) ? MovOp.STORE : MovOp.STORE_IMMEDIATE;
    return base + Operands.form(insn);
  }

  private static int sourceForm(Insn insn) {
    return Operands.isMemory(insn, 1) ? Operands.form(insn) : -1;
  }

  private static Op extend(boolean signed, Insn insn, long rip) {
    OperandOp op = Templates.extend(insn.size[1], insn.size[0], signed, sourceForm(insn));
    return Operands.fill(op, insn, rip);
  }

  private static Insn withoutSegment(Insn insn) {
    insn.segment = -1;
    return insn;
  }

  private static int leaForm(Insn insn) {
    return Operands.form(withoutSegment(insn));
  }

  private static Op setcc(Insn insn, long rip) {
    OperandOp op =
        Operands.isMemory(insn, 0)
            ? new SetMemory(insn.condition)
            : Templates.setcc(insn.condition);
    return Operands.fill(op, insn, rip);
  }

  private static final class SetMemory extends OperandOp {
    private final int condition;

    SetMemory(int condition) {
      this.condition = condition;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.store(address(cpu), 1, LazyFlags.test(cpu, condition) ? 1 : 0, this);
      return next.exec(cpu);
    }
  }

  /** CBW, CWDE, CDQE. */
  private static final class Widen extends Op {
    private final int size;

    Widen(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.register(RAX, size, cpu.register(RAX, size / 2));
      return next.exec(cpu);
    }
  }

  /** CWD, CDQ, CQO. */
  private static final class SignFill extends Op {
    private final int size;

    SignFill(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.register(RDX, size, cpu.register(RAX, size) >> 63);
      return next.exec(cpu);
    }
  }

  /** NEG and NOT of memory. */
  private static final class Negate extends ModifyOp {
    private final int operation;

    Negate(int operation) {
      this.operation = operation;
    }

    @Override
    long update(Cpu cpu, long old) {
      if (operation == UnaryOp.NOT) {
        return ~old;
      }
      long result = Width.extend(-old, size);
      LazyFlags.set(cpu, LazyFlags.SUB, 0, old, result);
      return result;
    }
  }

  // Shifts.

  private static void addShifts(OpTable table) {
    table.add((insn, rip) -> shift(Shifts.ROL, insn, rip), Mnemonic.ROL);
    table.add((insn, rip) -> shift(Shifts.ROR, insn, rip), Mnemonic.ROR);
    table.add((insn, rip) -> shift(Shifts.RCL, insn, rip), Mnemonic.RCL);
    table.add((insn, rip) -> shift(Shifts.RCR, insn, rip), Mnemonic.RCR);
    table.add((insn, rip) -> shift(Shifts.SHL, insn, rip), Mnemonic.SHL);
    table.add((insn, rip) -> shift(Shifts.SHR, insn, rip), Mnemonic.SHR);
    table.add((insn, rip) -> shift(Shifts.SAR, insn, rip), Mnemonic.SAR);
    table.add((insn, rip) -> doubleShift(ShiftMemoryOp.SHLD, insn, rip), Mnemonic.SHLD);
    table.add((insn, rip) -> doubleShift(ShiftMemoryOp.SHRD, insn, rip), Mnemonic.SHRD);
  }

  private static Op shift(int operation, Insn insn, long rip) {
    boolean immediate = !Operands.isRegister(insn, 1);
    int size = insn.size[0];
    if (Operands.isMemory(insn, 0)) {
      return modify(new ShiftMemoryOp(operation, !immediate), insn, rip);
    }
    OperandOp op = Operands.fill(Templates.shift(operation, size, immediate), insn, rip);
    op.immediate = Shifts.mask((int) insn.immediate, size);
    return op;
  }

  private static Op doubleShift(int operation, Insn insn, long rip) {
    return modify(new ShiftMemoryOp(operation, Operands.isRegister(insn, 2)), insn, rip);
  }

  // Flags.

  private static void addFlags(OpTable table) {
    table.add((insn, rip) -> new ChangeFlags(Flags.CF, 0, 0), Mnemonic.CLC);
    table.add((insn, rip) -> new ChangeFlags(0, Flags.CF, 0), Mnemonic.STC);
    table.add((insn, rip) -> new ChangeFlags(0, 0, Flags.CF), Mnemonic.CMC);
    table.add((insn, rip) -> new Direction(false), Mnemonic.CLD);
    table.add((insn, rip) -> new Direction(true), Mnemonic.STD);
    table.add((insn, rip) -> new LoadFlags(), Mnemonic.LAHF);
    table.add((insn, rip) -> new StoreFlags(), Mnemonic.SAHF);
  }

  /** CLC, STC, CMC. */
  private static final class ChangeFlags extends Op {
    private final int clear;
    private final int set;
    private final int flip;

    ChangeFlags(int clear, int set, int flip) {
      this.clear = clear;
      this.set = set;
      this.flip = flip;
    }

    @Override
    protected Block exec(Cpu cpu) {
      LazyFlags.word(cpu, (LazyFlags.word(cpu) & ~clear | set) ^ flip);
      return next.exec(cpu);
    }
  }

  /** CLD and STD. */
  private static final class Direction extends Op {
    private final boolean down;

    Direction(boolean down) {
      this.down = down;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long flags = cpu.get(CpuState.RFLAGS) & ~(long) Flags.DF;
      cpu.put(CpuState.RFLAGS, down ? flags | Flags.DF : flags);
      return next.exec(cpu);
    }
  }

  /** LAHF. */
  private static final class LoadFlags extends Op {
    @Override
    protected Block exec(Cpu cpu) {
      HostMemory.putByte(cpu.state + RAX + 1, (byte) (LazyFlags.word(cpu) | 2));
      return next.exec(cpu);
    }
  }

  /** SAHF. */
  private static final class StoreFlags extends Op {
    @Override
    protected Block exec(Cpu cpu) {
      LazyFlags.change(cpu, Flags.STATUS & ~Flags.OF, HostMemory.getByte(cpu.state + RAX + 1));
      return next.exec(cpu);
    }
  }
}

package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.fpu.Fpu;
import dev.zendo.hypervisor.engine.fpu.X87Arithmetic;
import dev.zendo.hypervisor.engine.fpu.X87State;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.engine.interpreter.OpFactory;
import dev.zendo.hypervisor.engine.interpreter.OpTable;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.List;

/** Enters the x87 instructions into the op table. */
final class X87Instructions {
  private final OpTable table;

  X87Instructions(OpTable table) {
    this.table = table;
  }

  void register() {
    arithmetic();
    comparisons();
    moves();
    conditionalMoves();
    constants();
    functions();
    stores();
    control();
  }

  private static X87Op op(Insn insn, long rip, X87Op.Action action, boolean waits, boolean noted) {
    return FpuOp.bind(new X87Op(action, insn.opcode, insn.modrm, waits, noted), insn, rip);
  }

  private void add(Mnemonic mnemonic, X87Op.Action action) {
    table.add((insn, rip) -> op(insn, rip, action, true, true), mnemonic);
  }

  private void addControl(Mnemonic mnemonic, boolean waits, X87Op.Action action) {
    table.add((insn, rip) -> op(insn, rip, action, waits, false), mnemonic);
  }

  /** Loads the memory operand of an arithmetic instruction as a floating-point number. */
  private static void floatOperand(Cpu cpu, Fpu fpu, X87Op op, long va) {
    if (op.size == 4) {
      fpu.arithmetic.operandSingle((int) cpu.load(va, 4, op));
    } else {
      fpu.arithmetic.operandDouble(cpu.load(va, 8, op));
    }
  }

  private void arithmetic() {
    arithmetic(Mnemonic.FADD, Mnemonic.FADDP, Mnemonic.FIADD, X87Arithmetic.ADD);
    arithmetic(Mnemonic.FMUL, Mnemonic.FMULP, Mnemonic.FIMUL, X87Arithmetic.MULTIPLY);
    arithmetic(Mnemonic.FSUB, Mnemonic.FSUBP, Mnemonic.FISUB, X87Arithmetic.SUBTRACT);
    arithmetic(Mnemonic.FSUBR, Mnemonic.FSUBRP, Mnemonic.FISUBR, X87Arithmetic.SUBTRACT_REVERSED);
    arithmetic(Mnemonic.FDIV, Mnemonic.FDIVP, Mnemonic.FIDIV, X87Arithmetic.DIVIDE);
    arithmetic(Mnemonic.FDIVR, Mnemonic.FDIVRP, Mnemonic.FIDIVR, X87Arithmetic.DIVIDE_REVERSED);
  }

  private void arithmetic(Mnemonic plain, Mnemonic pop, Mnemonic integer, int operation) {
    X87Op.Action toTop = (cpu, fpu, op, va) -> fpu.arithmetic.registers(operation, 0, op.i, false);
    X87Op.Action toOther =
        (cpu, fpu, op, va) -> fpu.arithmetic.registers(operation, op.i, 0, false);
    X87Op.Action fromMemory =
        (cpu, fpu, op, va) -> {
          floatOperand(cpu, fpu, op, va);
          fpu.arithmetic.memory(operation);
        };
    OpFactory factory =
        (insn, rip) -> {
          boolean other = insn.opcode == 0xdc;
          X87Op.Action action = insn.memoryOperand() >= 0 ? fromMemory : other ? toOther : toTop;
          return op(insn, rip, action, true, true);
        };
    table.add(factory, plain);
    add(pop, (cpu, fpu, op, va) -> fpu.arithmetic.registers(operation, op.i, 0, true));
    addInteger(integer, operation);
  }

  private void addInteger(Mnemonic mnemonic, int operation) {
    add(
        mnemonic,
        (cpu, fpu, op, va) -> {
          fpu.arithmetic.operandInteger(cpu.load(va, op.size, op));
          fpu.arithmetic.memory(operation);
        });
  }

  private void comparisons() {
    compare(Mnemonic.FCOM, X87Arithmetic.COMPARE, 0);
    compare(Mnemonic.FCOMP, X87Arithmetic.COMPARE_POP, 1);
    addInteger(Mnemonic.FICOM, X87Arithmetic.COMPARE);
    addInteger(Mnemonic.FICOMP, X87Arithmetic.COMPARE_POP);
    add(Mnemonic.FCOMPP, (cpu, fpu, op, va) -> fpu.arithmetic.compare(1, false, 2));
    add(Mnemonic.FUCOM, (cpu, fpu, op, va) -> fpu.arithmetic.compare(op.i, true, 0));
    add(Mnemonic.FUCOMP, (cpu, fpu, op, va) -> fpu.arithmetic.compare(op.i, true, 1));
    add(Mnemonic.FUCOMPP, (cpu, fpu, op, va) -> fpu.arithmetic.compare(1, true, 2));
    add(Mnemonic.FTST, (cpu, fpu, op, va) -> fpu.arithmetic.ftst());
    add(Mnemonic.FXAM, (cpu, fpu, op, va) -> fpu.x87.fxam());
    flags(Mnemonic.FCOMI, false, false);
    flags(Mnemonic.FCOMIP, false, true);
    flags(Mnemonic.FUCOMI, true, false);
    flags(Mnemonic.FUCOMIP, true, true);
  }

  private void compare(Mnemonic mnemonic, int operation, int pops) {
    add(
        mnemonic,
        (cpu, fpu, op, va) -> {
          if (op.memory) {
            floatOperand(cpu, fpu, op, va);
            fpu.arithmetic.memory(operation);
          } else {
            fpu.arithmetic.compare(op.i, false, pops);
          }
        });
  }

  private void flags(Mnemonic mnemonic, boolean quiet, boolean pop) {
    add(
        mnemonic,
        (cpu, fpu, op, va) -> {
          int flags = fpu.arithmetic.compareFlags(op.i, quiet, pop);
          if (flags >= 0) {
            cpu.statusFlags(flags);
          }
        });
  }

  private void moves() {
    add(Mnemonic.FLD, X87Instructions::load);
    add(Mnemonic.FILD, (cpu, fpu, op, va) -> fpu.memory.loadInteger(cpu.load(va, op.size, op)));
    add(
        Mnemonic.FBLD,
        (cpu, fpu, op, va) -> {
          long at = cpu.view(va, 10, op);
          fpu.memory.loadBcd(HostMemory.getLong(at), HostMemory.getShort(at + 8));
        });
    add(Mnemonic.FXCH, (cpu, fpu, op, va) -> fpu.x87.fxch(op.i));
    add(Mnemonic.FCHS, (cpu, fpu, op, va) -> fpu.x87.fchs());
    add(Mnemonic.FABS, (cpu, fpu, op, va) -> fpu.x87.fabs());
    add(Mnemonic.FFREE, (cpu, fpu, op, va) -> fpu.x87.ffree(op.i));
    add(Mnemonic.FFREEP, (cpu, fpu, op, va) -> fpu.x87.ffreep(op.i));
    add(Mnemonic.FINCSTP, (cpu, fpu, op, va) -> fpu.x87.fincstp());
    add(Mnemonic.FDECSTP, (cpu, fpu, op, va) -> fpu.x87.fdecstp());
    add(Mnemonic.FNOP, (cpu, fpu, op, va) -> {});
  }

  private static void load(Cpu cpu, Fpu fpu, X87Op op, long va) {
    if (!op.memory) {
      fpu.x87.fld(op.i);
    } else if (op.size == 4) {
      fpu.memory.loadSingle((int) cpu.load(va, 4, op));
    } else if (op.size == 8) {
      fpu.memory.loadDouble(cpu.load(va, 8, op));
    } else {
      long at = cpu.view(va, 10, op);
      fpu.memory.loadExtended(HostMemory.getShort(at + 8), HostMemory.getLong(at));
    }
  }

  private void conditionalMoves() {
    conditionalMoves(Mnemonic.FCMOVB, Mnemonic.FCMOVNB, Flags.CF);
    conditionalMoves(Mnemonic.FCMOVE, Mnemonic.FCMOVNE, Flags.ZF);
    conditionalMoves(Mnemonic.FCMOVBE, Mnemonic.FCMOVNBE, Flags.CF | Flags.ZF);
    conditionalMoves(Mnemonic.FCMOVU, Mnemonic.FCMOVNU, Flags.PF);
  }

  private void conditionalMoves(Mnemonic set, Mnemonic clear, int flags) {
    add(set, (cpu, fpu, op, va) -> fpu.x87.fcmov(op.i, (cpu.statusFlags() & flags) != 0));
    add(clear, (cpu, fpu, op, va) -> fpu.x87.fcmov(op.i, (cpu.statusFlags() & flags) == 0));
  }

  private void constants() {
    constant(Mnemonic.FLD1, 0);
    constant(Mnemonic.FLDL2T, 1);
    constant(Mnemonic.FLDL2E, 2);
    constant(Mnemonic.FLDPI, 3);
    constant(Mnemonic.FLDLG2, 4);
    constant(Mnemonic.FLDLN2, 5);
    constant(Mnemonic.FLDZ, 6);
  }

  private void constant(Mnemonic mnemonic, int which) {
    add(mnemonic, (cpu, fpu, op, va) -> fpu.memory.loadConstant(which));
  }

  private void functions() {
    add(Mnemonic.FSQRT, (cpu, fpu, op, va) -> fpu.arithmetic.fsqrt());
    add(Mnemonic.FRNDINT, (cpu, fpu, op, va) -> fpu.arithmetic.frndint());
    add(Mnemonic.FXTRACT, (cpu, fpu, op, va) -> fpu.arithmetic.fxtract());
    add(Mnemonic.FSCALE, (cpu, fpu, op, va) -> fpu.arithmetic.fscale());
    add(Mnemonic.FPREM, (cpu, fpu, op, va) -> fpu.arithmetic.fprem());
    add(Mnemonic.FPREM1, (cpu, fpu, op, va) -> fpu.arithmetic.fprem1());
    add(Mnemonic.F2XM1, (cpu, fpu, op, va) -> fpu.transcendental.f2xm1());
    add(Mnemonic.FYL2X, (cpu, fpu, op, va) -> fpu.transcendental.fyl2x());
    add(Mnemonic.FYL2XP1, (cpu, fpu, op, va) -> fpu.transcendental.fyl2xp1());
    add(Mnemonic.FPTAN, (cpu, fpu, op, va) -> fpu.trigonometry.fptan());
    add(Mnemonic.FPATAN, (cpu, fpu, op, va) -> fpu.transcendental.fpatan());
    add(Mnemonic.FSIN, (cpu, fpu, op, va) -> fpu.trigonometry.fsin());
    add(Mnemonic.FCOS, (cpu, fpu, op, va) -> fpu.trigonometry.fcos());
    add(Mnemonic.FSINCOS, (cpu, fpu, op, va) -> fpu.trigonometry.fsincos());
  }

  private void stores() {
    add(Mnemonic.FST, (cpu, fpu, op, va) -> store(cpu, fpu, op, va, false));
    X87Op.Action pop = (cpu, fpu, op, va) -> store(cpu, fpu, op, va, true);
    X87Op.Action quietly = (cpu, fpu, op, va) -> fpu.x87.fstpQuietly(op.i);
    table.add(
        (insn, rip) -> {
          boolean alias = insn.opcode == 0xd9 && insn.memoryOperand() < 0;
          return op(insn, rip, alias ? quietly : pop, true, true);
        },
        Mnemonic.FSTP);
    add(Mnemonic.FIST, (cpu, fpu, op, va) -> storeInteger(cpu, fpu, op, va, false, false));
    add(Mnemonic.FISTP, (cpu, fpu, op, va) -> storeInteger(cpu, fpu, op, va, false, true));
    add(Mnemonic.FISTTP, (cpu, fpu, op, va) -> storeInteger(cpu, fpu, op, va, true, true));
    add(
        Mnemonic.FBSTP,
        (cpu, fpu, op, va) -> {
          if (fpu.memory.storeBcd()) {
            storeTen(cpu, fpu, op, va);
            fpu.memory.complete(true);
          }
        });
  }

  private static void store(Cpu cpu, Fpu fpu, X87Op op, long va, boolean pop) {
    if (!op.memory) {
      fpu.x87.fst(op.i, pop);
    } else if (op.size == 10) {
      if (fpu.memory.storeExtended()) {
        storeTen(cpu, fpu, op, va);
        fpu.memory.complete(pop);
      }
    } else if (op.size == 4 ? fpu.memory.storeSingle() : fpu.memory.storeDouble()) {
      cpu.store(va, op.size, fpu.memory.value(), op);
      fpu.memory.complete(pop);
    }
  }

  private static void storeInteger(
      Cpu cpu, Fpu fpu, X87Op op, long va, boolean truncate, boolean pop) {
    if (fpu.memory.storeInteger(op.size, truncate)) {
      cpu.store(va, op.size, fpu.memory.value(), op);
      fpu.memory.complete(pop);
    }
  }

  private static void storeTen(Cpu cpu, Fpu fpu, X87Op op, long va) {
    long scratch = cpu.state + CpuState.FPU_SCRATCH;
    HostMemory.putLong(scratch, fpu.memory.value());
    HostMemory.putShort(scratch + 8, (short) fpu.memory.head());
    cpu.storeBytes(va, 10, scratch, op);
  }

  private void control() {
    addControl(Mnemonic.FWAIT, true, (cpu, fpu, op, va) -> {});
    addControl(Mnemonic.FNINIT, false, (cpu, fpu, op, va) -> fpu.x87.fninit());
    addControl(Mnemonic.FNCLEX, false, (cpu, fpu, op, va) -> fpu.x87.fnclex());
    for (Mnemonic obsolete : List.of(Mnemonic.FNENI, Mnemonic.FNDISI, Mnemonic.FNSETPM)) {
      addControl(obsolete, false, (cpu, fpu, op, va) -> {});
    }
    addControl(
        Mnemonic.FLDCW, true, (cpu, fpu, op, va) -> fpu.x87.fldcw((int) cpu.load(va, 2, op)));
    addControl(
        Mnemonic.FNSTCW, false, (cpu, fpu, op, va) -> cpu.store(va, 2, fpu.x87.fnstcw(), op));
    addControl(Mnemonic.FNSTSW, false, X87Instructions::storeStatus);
    addControl(Mnemonic.FNSTENV, false, X87Instructions::storeEnvironment);
    addControl(Mnemonic.FLDENV, true, X87Instructions::loadEnvironment);
    addControl(Mnemonic.FNSAVE, false, X87Instructions::save);
    addControl(Mnemonic.FRSTOR, true, X87Instructions::restore);
  }

  private static void storeStatus(Cpu cpu, Fpu fpu, X87Op op, long va) {
    if (op.memory) {
      cpu.store(va, 2, fpu.x87.fnstsw(), op);
    } else {
      HostMemory.putShort(cpu.state + CpuState.GPR, (short) fpu.x87.fnstsw());
    }
  }

  /** Loads the whole operand into the scratch area. */
  private static long loadArea(Cpu cpu, X87Op op, long va) {
    long scratch = cpu.state + CpuState.FPU_SCRATCH;
    op.loadArea(cpu, va, op.size, scratch);
    return scratch;
  }

  private static void storeEnvironment(Cpu cpu, Fpu fpu, X87Op op, long va) {
    long scratch = cpu.state + CpuState.FPU_SCRATCH;
    fpu.state.storeEnvironment(scratch, op.size == X87State.ENVIRONMENT_32);
    cpu.storeBytes(va, op.size, scratch, op);
    fpu.state.maskAll();
  }

  private static void loadEnvironment(Cpu cpu, Fpu fpu, X87Op op, long va) {
    long area = loadArea(cpu, op, va);
    fpu.state.loadEnvironment(area, op.size == X87State.ENVIRONMENT_32);
  }

  private static int environmentOf(X87Op op) {
    return op.size - X87State.REGISTERS;
  }

  private static void save(Cpu cpu, Fpu fpu, X87Op op, long va) {
    long scratch = cpu.state + CpuState.FPU_SCRATCH;
    int environment = environmentOf(op);
    fpu.state.storeEnvironment(scratch, environment == X87State.ENVIRONMENT_32);
    fpu.state.storeRegisters(scratch + environment);
    cpu.storeBytes(va, op.size, scratch, op);
    fpu.x87.fninit();
  }

  private static void restore(Cpu cpu, Fpu fpu, X87Op op, long va) {
    int environment = environmentOf(op);
    long area = loadArea(cpu, op, va);
    fpu.state.loadEnvironment(area, environment == X87State.ENVIRONMENT_32);
    fpu.state.loadRegisters(area + environment);
  }
}

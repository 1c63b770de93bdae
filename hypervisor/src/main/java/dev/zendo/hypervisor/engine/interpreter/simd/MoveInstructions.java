package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.fpu.SimdFunction;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.engine.interpreter.Op;
import dev.zendo.hypervisor.engine.interpreter.OpFactory;
import dev.zendo.hypervisor.engine.interpreter.OpTable;
import dev.zendo.hypervisor.engine.interpreter.Operands;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;

/** Enters the moves between vector registers, MMX registers, general registers and memory. */
final class MoveInstructions {
  private static final PerFunction TO_LOW = perFunction(MoveInstructions::toLow);
  private static final PerFunction TO_LOW_SINGLE = perFunction(MoveInstructions::toLowSingle);
  private static final PerFunction TO_HIGH = perFunction(MoveInstructions::toHigh);

  private final OpTable table;

  MoveInstructions(OpTable table) {
    this.table = table;
  }

  void register() {
    table.add(
        MoveInstructions::whole,
        Mnemonic.MOVUPS,
        Mnemonic.MOVUPD,
        Mnemonic.MOVAPS,
        Mnemonic.MOVAPD,
        Mnemonic.MOVDQA,
        Mnemonic.MOVDQU,
        Mnemonic.LDDQU,
        Mnemonic.MOVNTPS,
        Mnemonic.MOVNTPD,
        Mnemonic.MOVNTDQ,
        Mnemonic.MOVNTDQA);
    table.add(MoveInstructions::scalar, Mnemonic.MOVSS, Mnemonic.MOVSD);
    table.add(MoveInstructions::low, Mnemonic.MOVLPS, Mnemonic.MOVLPD);
    table.add(MoveInstructions::high, Mnemonic.MOVHPS, Mnemonic.MOVHPD);
    table.add(packed(MoveInstructions::highToLow), Mnemonic.MOVHLPS);
    table.add(packed(MoveInstructions::toHigh), Mnemonic.MOVLHPS);
    table.add(MoveInstructions::integer, Mnemonic.MOVD, Mnemonic.MOVQ, Mnemonic.MOVNTQ);
    table.add(
        (insn, rip) ->
            FpuOp.bind(new MmxOps.Packed(MoveInstructions::loadZeroing, false), insn, rip),
        Mnemonic.MOVQ2DQ);
    table.add(
        (insn, rip) -> FpuOp.bind(new MmxOps.Packed(MoveInstructions::toLow, true), insn, rip),
        Mnemonic.MOVDQ2Q);
    table.add((insn, rip) -> masked(insn, rip, 16), Mnemonic.MASKMOVDQU);
    table.add((insn, rip) -> masked(insn, rip, 8), Mnemonic.MASKMOVQ);
  }

  private static PerFunction perFunction(SimdFunction function) {
    return new PerFunction(PackedOp.class, function);
  }

  private static OpFactory packed(SimdFunction function) {
    PerFunction ops = perFunction(function);
    return (insn, rip) -> FpuOp.bind(ops.create(), insn, rip);
  }

  private static Op whole(Insn insn, long rip) {
    return FpuOp.bind(
        Operands.isMemory(insn, 0) ? new MoveOps.Store() : new MoveOps.Load(), insn, rip);
  }

  private static Op scalar(Insn insn, long rip) {
    if (Operands.isMemory(insn, 0)) {
      return FpuOp.bind(new MoveOps.StoreScalar(0), insn, rip);
    }
    if (Operands.isMemory(insn, 1)) {
      return FpuOp.bind(new MoveOps.LoadScalar(), insn, rip);
    }
    PerFunction merge = insn.mnemonic == Mnemonic.MOVSS ? TO_LOW_SINGLE : TO_LOW;
    return FpuOp.bind(merge.create(), insn, rip);
  }

  private static Op low(Insn insn, long rip) {
    return FpuOp.bind(
        Operands.isMemory(insn, 0) ? new MoveOps.StoreScalar(0) : TO_LOW.create(), insn, rip);
  }

  private static Op high(Insn insn, long rip) {
    return FpuOp.bind(
        Operands.isMemory(insn, 0) ? new MoveOps.StoreScalar(8) : TO_HIGH.create(), insn, rip);
  }

  private static void toLow(long to, long from, int immediate) {
    HostMemory.putLong(to, HostMemory.getLong(from));
  }

  private static void toLowSingle(long to, long from, int immediate) {
    HostMemory.putInt(to, HostMemory.getInt(from));
  }

  private static void toHigh(long to, long from, int immediate) {
    HostMemory.putLong(to + 8, HostMemory.getLong(from));
  }

  private static void highToLow(long to, long from, int immediate) {
    HostMemory.putLong(to, HostMemory.getLong(from + 8));
  }

  private static void loadZeroing(long to, long from, int immediate) {
    HostMemory.putLong(to, HostMemory.getLong(from));
    HostMemory.putLong(to + 8, 0);
  }

  /** MOVD, MOVQ and MOVNTQ in all directions. */
  private static Op integer(Insn insn, long rip) {
    OperandKind to = insn.kind[0];
    OperandKind from = insn.kind[1];
    FpuOp op;
    if (to == OperandKind.XMM) {
      op = new MoveOps.LoadScalar();
    } else if (to == OperandKind.MMX) {
      op = new MoveOps.LoadMmx(from == OperandKind.MMX);
    } else if (from == OperandKind.MMX) {
      op = new MoveOps.StoreMmx();
    } else if (to == OperandKind.MEM) {
      op = new MoveOps.StoreScalar(0);
    } else {
      op = new ActionOp(MoveInstructions::toGeneral, true);
    }
    return FpuOp.bind(op, insn, rip);
  }

  private static void toGeneral(Cpu cpu, ActionOp op) {
    long value = op.value(cpu);
    HostMemory.putLong(cpu.state + op.target(), op.size == 4 ? value & 0xffffffffL : value);
  }

  /** MASKMOVDQU and MASKMOVQ store to DS:rDI, which the decoder does not show as an operand. */
  private static Op masked(Insn insn, long rip, int bytes) {
    insn.base = CpuState.RDI;
    insn.index = Insn.NO_REGISTER;
    insn.displacement = 0;
    insn.immediate = bytes;
    ActionOp op =
        new ActionOp(
            bytes == 8 ? MoveInstructions::maskedMmx : MoveInstructions::storeMasked, true);
    FpuOp.bind(op, insn, rip).accesses(bytes, true);
    return op;
  }

  private static void maskedMmx(Cpu cpu, ActionOp op) {
    op.mmx(cpu).enterMmx();
    storeMasked(cpu, op);
  }

  private static void storeMasked(Cpu cpu, ActionOp op) {
    long va = op.alignedAddress(cpu);
    int bytes = op.immediate();
    long data = cpu.state + op.target();
    long mask = cpu.state + op.source();
    boolean checked = false;
    for (int i = 0; i < bytes; i++) {
      if (HostMemory.getByte(mask + i) < 0) {
        if (!checked) {
          cpu.checkWritable(va, bytes, op);
          checked = true;
        }
        cpu.store(va + i, 1, HostMemory.getByte(data + i), op);
      }
    }
  }
}

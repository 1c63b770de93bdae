package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.fpu.SimdHorizontal;
import dev.zendo.hypervisor.engine.fpu.SimdShuffles;
import dev.zendo.hypervisor.engine.fpu.SimdStrings;
import dev.zendo.hypervisor.engine.fpu.SseArithmetic;
import dev.zendo.hypervisor.engine.fpu.SseConvert;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.engine.interpreter.Op;
import dev.zendo.hypervisor.engine.interpreter.OpTable;
import dev.zendo.hypervisor.engine.interpreter.Vector;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Enters instructions between vector registers and general registers or flags, and those with
 * implicit operands.
 */
final class TransferInstructions {
  private static final int RAX = CpuState.GPR + 8 * CpuState.RAX;
  private static final int RCX = CpuState.GPR + 8 * CpuState.RCX;
  private static final int RDX = CpuState.GPR + 8 * CpuState.RDX;

  private final OpTable table;

  TransferInstructions(OpTable table) {
    this.table = table;
  }

  void register() {
    masks();
    extracts();
    inserts();
    conversions();
    comparisons();
    strings();
    variableBlends();
    add(Mnemonic.EMMS, (cpu, op) -> op.mmx(cpu).emms());
  }

  private void add(Mnemonic mnemonic, ActionOp.Action action) {
    table.add((insn, rip) -> bind(insn, rip, action), mnemonic);
  }

  private static Op bind(Insn insn, long rip, ActionOp.Action action) {
    return FpuOp.bind(new ActionOp(action, true), insn, rip);
  }

  private static void put(Cpu cpu, ActionOp op, int value) {
    FpuOp.putRegister(cpu, op.target(), value);
  }

  private void masks() {
    add(
        Mnemonic.MOVMSKPS,
        (cpu, op) -> put(cpu, op, SimdShuffles.movmskps(cpu.state + op.source())));
    add(
        Mnemonic.MOVMSKPD,
        (cpu, op) -> put(cpu, op, SimdShuffles.movmskpd(cpu.state + op.source())));
    table.add(
        (insn, rip) ->
            bind(
                insn,
                rip,
                insn.kind[1] == OperandKind.MMX
                    ? TransferInstructions::signsOfMmx
                    : TransferInstructions::signsOfBytes),
        Mnemonic.PMOVMSKB);
  }

  private static void signsOfBytes(Cpu cpu, ActionOp op) {
    long from = cpu.state + op.source();
    int low = SimdShuffles.signsOfBytes(HostMemory.getLong(from));
    put(cpu, op, low | SimdShuffles.signsOfBytes(HostMemory.getLong(from + 8)) << 8);
  }

  private static void signsOfMmx(Cpu cpu, ActionOp op) {
    op.mmx(cpu).enterMmx();
    put(cpu, op, SimdShuffles.signsOfBytes(HostMemory.getLong(cpu.state + op.source())));
  }

  private void extracts() {
    table.add((insn, rip) -> extract(insn, rip, 1), Mnemonic.PEXTRB);
    table.add((insn, rip) -> extract(insn, rip, 2), Mnemonic.PEXTRW);
    table.add((insn, rip) -> extract(insn, rip, insn.size[0]), Mnemonic.PEXTRD);
    table.add((insn, rip) -> extract(insn, rip, 4), Mnemonic.EXTRACTPS);
  }

  /** Takes an element of a vector register or, for PEXTRW, an MMX register. */
  private static Op extract(Insn insn, long rip, int width) {
    boolean fromMmx = insn.kind[1] == OperandKind.MMX;
    int bytes = fromMmx ? 8 : 16;
    int offset = ((int) insn.immediate & bytes / width - 1) * width;
    return bind(
        insn,
        rip,
        (cpu, op) -> {
          if (fromMmx) {
            op.mmx(cpu).enterMmx();
          }
          long value = element(cpu.state + op.source() + offset, width);
          if (op.memory) {
            cpu.store(op.alignedAddress(cpu), width, value, op);
          } else {
            HostMemory.putLong(cpu.state + op.target(), value);
          }
        });
  }

  private static long element(long at, int width) {
    switch (width) {
      case 1:
        return HostMemory.getByte(at) & 0xff;
      case 2:
        return HostMemory.getShort(at) & 0xffff;
      case 4:
        return HostMemory.getInt(at) & 0xffffffffL;
      default:
        return HostMemory.getLong(at);
    }
  }

  private void inserts() {
    table.add((insn, rip) -> insert(insn, rip, 1), Mnemonic.PINSRB);
    table.add((insn, rip) -> insert(insn, rip, 2), Mnemonic.PINSRW);
    table.add((insn, rip) -> insert(insn, rip, insn.size[1]), Mnemonic.PINSRD);
  }

  private static Op insert(Insn insn, long rip, int width) {
    boolean toMmx = SimdInstructions.isMmx(insn);
    int bytes = toMmx ? 8 : 16;
    int offset = ((int) insn.immediate & bytes / width - 1) * width;
    return bind(
        insn,
        rip,
        (cpu, op) -> {
          long value = op.value(cpu);
          long to = cpu.state + op.target();
          if (toMmx) {
            op.mmx(cpu).enterMmx();
            HostMemory.putLong(to + 8, 0xffff);
          }
          putElement(to + offset, width, value);
        });
  }

  private static void putElement(long at, int width, long value) {
    switch (width) {
      case 1:
        HostMemory.putByte(at, (byte) value);
        break;
      case 2:
        HostMemory.putShort(at, (short) value);
        break;
      case 4:
        HostMemory.putInt(at, (int) value);
        break;
      default:
        HostMemory.putLong(at, value);
        break;
    }
  }

  private void conversions() {
    add(
        Mnemonic.CVTSI2SD,
        (cpu, op) -> {
          long value = op.value(cpu);
          check(cpu, op, SseConvert.toDouble(cpu.fpu.sse, cpu.state + op.target(), value));
        });
    add(
        Mnemonic.CVTSI2SS,
        (cpu, op) -> {
          long value = op.value(cpu);
          check(cpu, op, SseConvert.toSingle(cpu.fpu.sse, cpu.state + op.target(), value));
        });
    table.add((insn, rip) -> fromDouble(insn, rip, false), Mnemonic.CVTSD2SI);
    table.add((insn, rip) -> fromDouble(insn, rip, true), Mnemonic.CVTTSD2SI);
    table.add((insn, rip) -> fromSingle(insn, rip, false), Mnemonic.CVTSS2SI);
    table.add((insn, rip) -> fromSingle(insn, rip, true), Mnemonic.CVTTSS2SI);
  }

  private static void check(Cpu cpu, ActionOp op, boolean done) {
    if (!done) {
      throw cpu.fault(op, Vector.XM);
    }
  }

  private static Op fromDouble(Insn insn, long rip, boolean truncate) {
    int width = 8 * insn.size[0];
    return bind(
        insn,
        rip,
        (cpu, op) -> {
          long bits = op.value(cpu);
          check(
              cpu, op, SseConvert.fromDouble(cpu.fpu.sse, bits, truncate, width, cpu.fpu.integer));
          putInteger(cpu, op, width);
        });
  }

  private static Op fromSingle(Insn insn, long rip, boolean truncate) {
    int width = 8 * insn.size[0];
    return bind(
        insn,
        rip,
        (cpu, op) -> {
          int bits = (int) op.value(cpu);
          check(
              cpu, op, SseConvert.fromSingle(cpu.fpu.sse, bits, truncate, width, cpu.fpu.integer));
          putInteger(cpu, op, width);
        });
  }

  private static void putInteger(Cpu cpu, ActionOp op, int width) {
    long value = cpu.fpu.integer.value();
    HostMemory.putLong(cpu.state + op.target(), width == 32 ? value & 0xffffffffL : value);
  }

  private void comparisons() {
    table.add((insn, rip) -> compareSingle(insn, rip, false), Mnemonic.COMISS);
    table.add((insn, rip) -> compareSingle(insn, rip, true), Mnemonic.UCOMISS);
    table.add((insn, rip) -> compareDouble(insn, rip, false), Mnemonic.COMISD);
    table.add((insn, rip) -> compareDouble(insn, rip, true), Mnemonic.UCOMISD);
    add(
        Mnemonic.PTEST,
        (cpu, op) -> {
          long from = op.operand(cpu);
          cpu.statusFlags(SimdHorizontal.ptest(cpu.state + op.target(), from));
        });
  }

  private static Op compareSingle(Insn insn, long rip, boolean quiet) {
    return bind(
        insn,
        rip,
        (cpu, op) -> {
          int y = (int) op.value(cpu);
          int x = HostMemory.getInt(cpu.state + op.target());
          setFlags(cpu, op, SseArithmetic.compareFlags(cpu.fpu.sse, x, y, quiet));
        });
  }

  private static Op compareDouble(Insn insn, long rip, boolean quiet) {
    return bind(
        insn,
        rip,
        (cpu, op) -> {
          long y = op.value(cpu);
          long x = HostMemory.getLong(cpu.state + op.target());
          setFlags(cpu, op, SseArithmetic.compareFlags(cpu.fpu.sse, x, y, quiet));
        });
  }

  private static void setFlags(Cpu cpu, ActionOp op, int flags) {
    check(cpu, op, flags >= 0);
    cpu.statusFlags(flags);
  }

  private void strings() {
    add(Mnemonic.PCMPISTRI, (cpu, op) -> putIndex(cpu, op, implicit(cpu, op)));
    add(Mnemonic.PCMPISTRM, (cpu, op) -> putMask(cpu, op, implicit(cpu, op)));
    table.add(
        (insn, rip) -> {
          boolean wide = insn.operandSize == 8;
          return bind(insn, rip, (cpu, op) -> putIndex(cpu, op, explicit(cpu, op, wide)));
        },
        Mnemonic.PCMPESTRI);
    table.add(
        (insn, rip) -> {
          boolean wide = insn.operandSize == 8;
          return bind(insn, rip, (cpu, op) -> putMask(cpu, op, explicit(cpu, op, wide)));
        },
        Mnemonic.PCMPESTRM);
  }

  private static int implicit(Cpu cpu, ActionOp op) {
    long from = op.operand(cpu);
    return SimdStrings.implicit(cpu.state + op.target(), from, op.immediate());
  }

  private static int explicit(Cpu cpu, ActionOp op, boolean wide) {
    long from = op.operand(cpu);
    long first = HostMemory.getLong(cpu.state + RAX);
    long second = HostMemory.getLong(cpu.state + RDX);
    return SimdStrings.explicit(
        cpu.state + op.target(),
        from,
        wide ? first : (int) first,
        wide ? second : (int) second,
        op.immediate());
  }

  private static void putIndex(Cpu cpu, ActionOp op, int packed) {
    FpuOp.putRegister(cpu, RCX, SimdStrings.index(packed, op.immediate()));
    cpu.statusFlags(SimdStrings.flags(packed));
  }

  private static void putMask(Cpu cpu, ActionOp op, int packed) {
    SimdStrings.mask(cpu.state + CpuState.XMM, packed, op.immediate());
    cpu.statusFlags(SimdStrings.flags(packed));
  }

  private void variableBlends() {
    variableBlend(Mnemonic.PBLENDVB, 1);
    variableBlend(Mnemonic.BLENDVPS, 4);
    variableBlend(Mnemonic.BLENDVPD, 8);
  }

  private void variableBlend(Mnemonic mnemonic, int width) {
    add(
        mnemonic,
        (cpu, op) -> {
          long from = op.operand(cpu);
          long to = cpu.state + op.target();
          SimdShuffles.blendVariable(to, from, cpu.state + CpuState.XMM, width);
        });
  }
}

package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/** Two-operand arithmetic and logic whose result goes to memory; INC and DEC as well. */
final class AluMemoryOp extends UpdateOp implements Template.Prototype {
  static final int INC = 8;
  static final int DEC = 9;

  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int OPERATION = SHAPE & 15;
  private static final int SIZE = 1 << (SHAPE >> 4 & 3);
  private static final int FORM = SHAPE >> 6 & 3;
  private static final boolean IMMEDIATE = (SHAPE & 1 << 8) != 0;
  private static final boolean LOCKED = (SHAPE & 1 << 9) != 0;

  @Override
  public OperandOp fresh() {
    return new AluMemoryOp();
  }

  @Override
  protected Block exec(Cpu cpu) {
    long va = address(cpu, FORM);
    long host = cpu.writable(va, SIZE - 1);
    if (host == 0) {
      cpu.memory.update(va, SIZE, this);
    } else if (LOCKED) {
      MemoryPath.updateAtomically(cpu, host, SIZE, this);
    } else {
      Width.store(host, SIZE, update(cpu, Width.load(host, SIZE)));
    }
    return next.exec(cpu);
  }

  private long operand(Cpu cpu) {
    return IMMEDIATE ? immediate : cpu.register(source, SIZE);
  }

  @Override
  long update(Cpu cpu, long a) {
    long b = OPERATION >= INC ? 1 : operand(cpu);
    long r;
    switch (OPERATION) {
      case AluOp.ADD:
        r = Width.extend(a + b, SIZE);
        LazyFlags.set(cpu, LazyFlags.ADD, a, b, r);
        break;
      case AluOp.ADC:
        r = Width.extend(a + b + LazyFlags.carryBit(cpu), SIZE);
        LazyFlags.set(cpu, LazyFlags.ADD, a, b, r);
        break;
      case AluOp.SBB:
        r = Width.extend(a - b - LazyFlags.carryBit(cpu), SIZE);
        LazyFlags.set(cpu, LazyFlags.SUB, a, b, r);
        break;
      case AluOp.SUB:
        r = Width.extend(a - b, SIZE);
        LazyFlags.set(cpu, LazyFlags.SUB, a, b, r);
        break;
      case AluOp.OR:
        r = a | b;
        LazyFlags.logic(cpu, r);
        break;
      case AluOp.XOR:
        r = a ^ b;
        LazyFlags.logic(cpu, r);
        break;
      case INC:
        r = Width.extend(a + 1, SIZE);
        LazyFlags.set(cpu, LazyFlags.INC, a, LazyFlags.carryBit(cpu), r);
        break;
      case DEC:
        r = Width.extend(a - 1, SIZE);
        LazyFlags.set(cpu, LazyFlags.DEC, a, LazyFlags.carryBit(cpu), r);
        break;
      default:
        r = a & b;
        LazyFlags.logic(cpu, r);
        break;
    }
    return r;
  }
}

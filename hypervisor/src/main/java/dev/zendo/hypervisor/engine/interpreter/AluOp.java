package dev.zendo.hypervisor.engine.interpreter;

import java.lang.invoke.MethodHandles;

/**
 * Two-operand arithmetic and logic whose result goes to a register or, for CMP and TEST, nowhere.
 */
final class AluOp extends OperandOp implements Template.Prototype {
  static final int ADD = 0;
  static final int OR = 1;
  static final int ADC = 2;
  static final int SBB = 3;
  static final int AND = 4;
  static final int SUB = 5;
  static final int XOR = 6;
  static final int CMP = 7;
  static final int TEST = 8;

  /** Operand kinds; memory operands are {@code MEMORY +} address form. */
  static final int REGISTER = 0;

  static final int IMMEDIATE = 1;
  static final int MEMORY = 2;

  private static final int SHAPE = Template.shape(MethodHandles.lookup());
  private static final int OPERATION = SHAPE & 15;
  private static final int SIZE = 1 << (SHAPE >> 4 & 3);
  private static final int LEFT = SHAPE >> 6 & 7;
  private static final int RIGHT = SHAPE >> 9 & 7;

  /** Bit of the shape: nobody sees the flags. */
  static final int QUIET = 1 << 12;

  private static final boolean FLAGS = (SHAPE & QUIET) == 0;

  @Override
  public OperandOp fresh() {
    return new AluOp();
  }

  @Override
  OperandOp withoutFlags() {
    return OPERATION < CMP ? Templates.quietAlu(SHAPE).like(this) : this;
  }

  @Override
  protected Block exec(Cpu cpu) {
    long a;
    if (LEFT == REGISTER) {
      a = cpu.register(target, SIZE);
    } else {
      a = cpu.load(address(cpu, LEFT - MEMORY), SIZE, this);
    }
    long b;
    if (RIGHT == REGISTER) {
      b = cpu.register(source, SIZE);
    } else if (RIGHT == IMMEDIATE) {
      b = immediate;
    } else {
      b = cpu.load(address(cpu, RIGHT - MEMORY), SIZE, this);
    }
    long r;
    switch (OPERATION) {
      case ADD:
        r = Width.extend(a + b, SIZE);
        if (FLAGS) {
          LazyFlags.set(cpu, LazyFlags.ADD, a, b, r);
        }
        break;
      case ADC:
        r = Width.extend(a + b + LazyFlags.carryBit(cpu), SIZE);
        if (FLAGS) {
          LazyFlags.set(cpu, LazyFlags.ADD, a, b, r);
        }
        break;
      case SBB:
        r = Width.extend(a - b - LazyFlags.carryBit(cpu), SIZE);
        if (FLAGS) {
          LazyFlags.set(cpu, LazyFlags.SUB, a, b, r);
        }
        break;
      case SUB:
      case CMP:
        r = Width.extend(a - b, SIZE);
        if (FLAGS) {
          LazyFlags.set(cpu, LazyFlags.SUB, a, b, r);
        }
        break;
      case OR:
        r = a | b;
        if (FLAGS) {
          LazyFlags.logic(cpu, r);
        }
        break;
      case XOR:
        r = a ^ b;
        if (FLAGS) {
          LazyFlags.logic(cpu, r);
        }
        break;
      default:
        r = a & b;
        if (FLAGS) {
          LazyFlags.logic(cpu, r);
        }
        break;
    }
    if (OPERATION < CMP) {
      cpu.register(target, SIZE, r);
    }
    return next.exec(cpu);
  }
}

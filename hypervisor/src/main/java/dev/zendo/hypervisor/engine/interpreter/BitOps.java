package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;

/** Bit tests and scans, byte swaps, POPCNT and CRC32. */
final class BitOps {
  private BitOps() {}

  static void addTo(OpTable table) {
    table.add((insn, rip) -> bitTest(BitTest.TEST, insn, rip), Mnemonic.BT);
    table.add((insn, rip) -> bitTest(BitTest.SET, insn, rip), Mnemonic.BTS);
    table.add((insn, rip) -> bitTest(BitTest.RESET, insn, rip), Mnemonic.BTR);
    table.add((insn, rip) -> bitTest(BitTest.COMPLEMENT, insn, rip), Mnemonic.BTC);
    // Without the features LZCNT and BMI1 their encodings are BSR and BSF.
    table.add((insn, rip) -> source(new Scan(true), insn, rip), Mnemonic.BSF, Mnemonic.TZCNT);
    table.add((insn, rip) -> source(new Scan(false), insn, rip), Mnemonic.BSR, Mnemonic.LZCNT);
    table.add((insn, rip) -> source(new PopCount(), insn, rip), Mnemonic.POPCNT);
    table.add((insn, rip) -> source(new Crc32(), insn, rip), Mnemonic.CRC32);
    table.add((insn, rip) -> Operands.fill(new ByteSwap(insn.size[0]), insn, rip), Mnemonic.BSWAP);
    table.add(BitOps::moveSwapped, Mnemonic.MOVBE);
  }

  private static Op bitTest(int action, Insn insn, long rip) {
    return IntegerOps.modify(new BitTest(action, Operands.isRegister(insn, 1)), insn, rip);
  }

  private static Op source(SourceOp op, Insn insn, long rip) {
    op.memory = Operands.isMemory(insn, 1);
    op.size = insn.size[1];
    op.resultSize = insn.size[0];
    return Operands.fill(op, insn, rip);
  }

  private static Op moveSwapped(Insn insn, long rip) {
    boolean store = Operands.isMemory(insn, 0);
    return Operands.fill(new MoveSwapped(store, insn.size[0]), insn, rip);
  }

  /** Reverses the bytes of an operand; of a 2-byte register BSWAP makes zero. */
  static long swap(long value, int size) {
    return Long.reverseBytes(value) >> 64 - 8 * size;
  }

  /** BT, BTS, BTR and BTC. */
  private static final class BitTest extends ModifyOp {
    static final int TEST = 0;
    static final int SET = 1;
    static final int RESET = 2;
    static final int COMPLEMENT = 3;

    private final int action;
    private final boolean byRegister;

    BitTest(int action, boolean byRegister) {
      this.action = action;
      this.byRegister = byRegister;
    }

    private long offset(Cpu cpu) {
      return byRegister ? cpu.register(source, size) : immediate;
    }

    private long bit(Cpu cpu) {
      return 1L << (offset(cpu) & 8 * size - 1);
    }

    /** A bit offset in a register reaches beyond the operand, up and down. */
    private long bitAddress(Cpu cpu) {
      if (!byRegister) {
        return address(cpu);
      }
      long units = offset(cpu) >> 3 + Integer.numberOfTrailingZeros(size);
      return form == GENERAL
          ? linear(cpu, effective(cpu) + units * size)
          : address(cpu) + units * size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      if (action == TEST) {
        long value = memory ? cpu.load(bitAddress(cpu), size, this) : cpu.register(target, size);
        setCarry(cpu, value);
      } else if (memory) {
        modifyMemory(cpu, bitAddress(cpu));
      } else {
        modify(cpu);
      }
      return next.exec(cpu);
    }

    private void setCarry(Cpu cpu, long value) {
      LazyFlags.change(cpu, Flags.CF, (value & bit(cpu)) != 0 ? Flags.CF : 0);
    }

    @Override
    long update(Cpu cpu, long old) {
      setCarry(cpu, old);
      long bit = Width.extend(bit(cpu), size);
      switch (action) {
        case SET:
          return old | bit;
        case RESET:
          return old & ~bit;
        default:
          return old ^ bit;
      }
    }
  }

  /** An op that computes a register from a register or memory. */
  abstract static class SourceOp extends OperandOp {
    boolean memory;
    int size;
    int resultSize;

    final long value(Cpu cpu) {
      return memory ? cpu.load(address(cpu), size, this) : cpu.register(source, size);
    }
  }

  /** BSF and BSR: a zero source leaves the destination alone. */
  private static final class Scan extends SourceOp {
    private final boolean forward;

    Scan(boolean forward) {
      this.forward = forward;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long value = Width.zeroExtend(value(cpu), size);
      if (value != 0) {
        int index =
            forward ? Long.numberOfTrailingZeros(value) : 63 - Long.numberOfLeadingZeros(value);
        cpu.register(target, size, index);
      }
      LazyFlags.logic(cpu, value);
      return next.exec(cpu);
    }
  }

  private static final class PopCount extends SourceOp {
    @Override
    protected Block exec(Cpu cpu) {
      int bits = Long.bitCount(Width.zeroExtend(value(cpu), size));
      cpu.register(target, size, bits);
      LazyFlags.word(cpu, bits == 0 ? Flags.ZF : 0);
      return next.exec(cpu);
    }
  }

  /** CRC32, with the Castagnoli polynomial. */
  private static final class Crc32 extends SourceOp {
    private static final int POLYNOMIAL = 0x82f63b78;
    private static final int[] TABLE = new int[256];

    static {
      for (int i = 0; i < 256; i++) {
        int crc = i;
        for (int bit = 0; bit < 8; bit++) {
          crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
        }
        TABLE[i] = crc;
      }
    }

    @Override
    protected Block exec(Cpu cpu) {
      long value = value(cpu);
      int crc = (int) cpu.get(target);
      for (int i = 0; i < size; i++) {
        crc = TABLE[(crc ^ (int) (value >>> 8 * i)) & 0xff] ^ crc >>> 8;
      }
      cpu.register(target, 8, crc & 0xffffffffL);
      return next.exec(cpu);
    }
  }

  private static final class ByteSwap extends OperandOp {
    private final int size;

    ByteSwap(int size) {
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long value = 0;
      if (size != 2) {
        value = swap(cpu.register(target, size), size);
      }
      cpu.register(target, size, value);
      return next.exec(cpu);
    }
  }

  /** MOVBE. */
  private static final class MoveSwapped extends OperandOp {
    private final boolean store;
    private final int size;

    MoveSwapped(boolean store, int size) {
      this.store = store;
      this.size = size;
    }

    @Override
    protected Block exec(Cpu cpu) {
      if (store) {
        cpu.store(address(cpu), size, swap(cpu.register(source, size), size), this);
      } else {
        cpu.register(target, size, swap(cpu.load(address(cpu), size, this), size));
      }
      return next.exec(cpu);
    }
  }
}

package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.machine.HostMemory;

/** Writes the harness's own machine code. Register numbers are the encoding's. */
final class Emitter {
  private final long start;
  private final int limit;
  private int at;

  Emitter(long start, int limit) {
    this.start = start;
    this.limit = limit;
  }

  long here() {
    return start + at;
  }

  Emitter bytes(int... values) {
    for (int value : values) {
      if (at >= limit) {
        throw new IllegalStateException("thunk too long");
      }
      HostMemory.putByte(start + at++, (byte) value);
    }
    return this;
  }

  Emitter int32(long value) {
    return bytes(
        (int) value & 0xff,
        (int) (value >>> 8) & 0xff,
        (int) (value >>> 16) & 0xff,
        (int) (value >>> 24) & 0xff);
  }

  private Emitter rexW(int reg, int base) {
    return bytes(0x48 | reg >>> 3 << 2 | base >>> 3);
  }

  /** {@code mov reg, [address]} with an absolute address. */
  Emitter load(int reg, long address) {
    return rexW(reg, 0).bytes(0x8b, (reg & 7) << 3 | 4, 0x25).int32(address);
  }

  /** {@code mov [address], reg} with an absolute address. */
  Emitter store(long address, int reg) {
    return rexW(reg, 0).bytes(0x89, (reg & 7) << 3 | 4, 0x25).int32(address);
  }

  /** {@code mov reg, [base + offset]}; base neither RSP nor R12. */
  Emitter load(int reg, int base, int offset) {
    return rexW(reg, base).bytes(0x8b, 0x80 | (reg & 7) << 3 | base & 7).int32(offset);
  }

  /** {@code mov [base + offset], reg}; base neither RSP nor R12. */
  Emitter store(int base, int offset, int reg) {
    return rexW(reg, base).bytes(0x89, 0x80 | (reg & 7) << 3 | base & 7).int32(offset);
  }

  /** {@code lea reg, [base + offset]}. */
  Emitter lea(int reg, int base, int offset) {
    return rexW(reg, base).bytes(0x8d, 0x80 | (reg & 7) << 3 | base & 7).int32(offset);
  }

  /** {@code mov reg, value} with a zero-extended value; reg below 8. */
  Emitter constant(int reg, long value) {
    return bytes(0xb8 | reg).int32(value);
  }

  /** A conditional or unconditional near jump, given its opcode bytes. */
  Emitter jump(long target, int... opcode) {
    bytes(opcode);
    return int32(target - here() - 4);
  }

  /** Fills in the 32-bit displacement of a jump that ended at {@code end} to come here. */
  void patch(long end) {
    HostMemory.putInt(end - 4, (int) (here() - end));
  }
}

package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * Writes x86-64 machine code into a growing array. Registers are the processor's numbers; opcodes
 * above 0xff are in the 0F maps (0x0faf is 0F AF, 0x0f3800 is 0F 38 00). Not thread-safe.
 */
final class Assembler {
  static final int RAX = 0;
  static final int RCX = 1;
  static final int RDX = 2;
  static final int RBX = 3;
  static final int RSP = 4;
  static final int R13 = 13;
  static final int R14 = 14;
  static final int R15 = 15;
  static final int NONE = -1;

  private static final int REX = 0x40;
  private static final int SIB = 4;
  private static final int NO_BASE = 5;

  private final CodeBuffer code = new CodeBuffer();
  private boolean lock;

  /** 0x66, 0xf2 or 0xf3 for the next instruction, or 0. */
  private int prefix;

  /** Copies everything to an address inside an area. */
  void writeTo(CodeArea area, long address) {
    code.writeTo(area, address);
  }

  int position() {
    return code.length();
  }

  void reset() {
    code.clear();
    lock = false;
    prefix = 0;
  }

  void bytes(int... values) {
    code.bytes(values);
  }

  private void put(int value) {
    code.append(value);
  }

  void int4(int value) {
    code.int32(value);
  }

  void int2(int value) {
    bytes(value, value >> Byte.SIZE);
  }

  void int8(long value) {
    code.int64(value);
  }

  void patch4(int position, int value) {
    code.patch(position, value);
  }

  /** The next instruction gets a LOCK prefix. */
  void lock(boolean locked) {
    lock = locked;
  }

  /** The next instruction gets the prefix that belongs to its opcode; 0 for none. */
  void prefix(int mandatory) {
    prefix = mandatory;
  }

  private void start(int size, int reg, int index, int base, boolean rex) {
    if (lock) {
      put(0xf0);
      lock = false;
    }
    if (size == 2) {
      put(0x66);
    }
    if (prefix != 0) {
      put(prefix);
      prefix = 0;
    }
    int bits =
        (size == 8 ? 8 : 0)
            | reg >> 1 & 4
            | (index < 0 ? 0 : index >> 2 & 2)
            | (base < 0 ? 0 : base >> 3 & 1);
    if (bits != 0 || rex) {
      put(REX | bits);
    }
  }

  private void opcode(int opcode) {
    if (opcode > 0xffff) {
      put(opcode >> 16);
    }
    if (opcode > 0xff) {
      put(opcode >> 8);
    }
    put(opcode);
  }

  /** An instruction with two registers, or a register and the digit of its opcode. */
  void reg(int size, int opcode, int reg, int rm) {
    reg(size, opcode, reg, rm, size == 1);
  }

  /** The same, where a byte register may be used beside wider ones. */
  void reg(int size, int opcode, int reg, int rm, boolean bytes) {
    start(size, reg, NONE, rm, bytes);
    opcode(opcode);
    put(0xc0 | (reg & 7) << 3 | rm & 7);
  }

  /** An instruction on AH, CH, DH or BH (numbers 4 to 7) and a register below 8 or a digit. */
  void high(int opcode, int reg, int rm) {
    opcode(opcode);
    put(0xc0 | (reg & 7) << 3 | rm & 7);
  }

  /**
   * An instruction with a memory operand; {@code base} or {@code index} must be a register.
   *
   * @throws IllegalStateException when the operand is no field of the state block, though its base
   *     is
   */
  void mem(int size, int opcode, int reg, int base, int index, int scale, int displacement) {
    if (base == Registers.STATE && (displacement < 0 || displacement >= CpuState.SIZE)) {
      throw new IllegalStateException("no field of the state: " + displacement);
    }
    start(size, reg, index, base, size == 1);
    opcode(opcode);
    address(reg, base, index, scale, displacement);
  }

  void mem(int size, int opcode, int reg, int base, int displacement) {
    mem(size, opcode, reg, base, NONE, 0, displacement);
  }

  private void address(int reg, int base, int index, int scale, int displacement) {
    if (base < 0) {
      put((reg & 7) << 3 | SIB);
      put(scale << 6 | (index & 7) << 3 | NO_BASE);
      int4(displacement);
      return;
    }
    boolean small = displacement == (byte) displacement;
    int mod = displacement == 0 && (base & 7) != 5 ? 0 : small ? 0x40 : 0x80;
    boolean sib = index >= 0 || (base & 7) == RSP;
    put(mod | (reg & 7) << 3 | (sib ? SIB : base & 7));
    if (sib) {
      put(scale << 6 | (index < 0 ? SIB : index & 7) << 3 | base & 7);
    }
    if (mod == 0x40) {
      put(displacement);
    } else if (mod == 0x80) {
      int4(displacement);
    }
  }

  /** PUSH of a constant, in 5 bytes. */
  void pushConstant(int value) {
    put(0x68);
    int4(value);
  }

  /** PUSH of a register. */
  void pushRegister(int register) {
    start(4, 0, NONE, register, false);
    put(0x50 | register & 7);
  }

  /** POP of a register. */
  void pop(int register) {
    start(4, 0, NONE, register, false);
    put(0x58 | register & 7);
  }

  /** Loads a constant; flags stay. */
  void constant(int reg, long value) {
    if (value == (int) value) {
      reg(8, 0xc7, 0, reg);
      int4((int) value);
    } else if (value >>> 32 == 0) {
      start(4, 0, NONE, reg, false);
      put(0xb8 | reg & 7);
      int4((int) value);
    } else {
      start(8, 0, NONE, reg, false);
      put(0xb8 | reg & 7);
      int4((int) value);
      int4((int) (value >>> 32));
    }
  }

  /** Adds an immediate of an operand size, as the encoding cuts it: at most 4 bytes. */
  void immediate(int size, long value) {
    int n = Math.min(size, 4);
    for (int i = 0; i < n; i++) {
      put((int) (value >> 8 * i));
    }
  }

  /** A jump with an offset to be set later; returns where the offset is. */
  int jump(int condition) {
    if (condition < 0) {
      put(0xe9);
    } else {
      bytes(0x0f, 0x80 | condition);
    }
    int4(0);
    return position() - 4;
  }

  /** A call of code at a host address when this code will begin at {@code origin}. */
  void call(long origin, long target) {
    put(0xe8);
    int4((int) (target - (origin + position() + 4)));
  }

  /** Makes a jump written before lead here. */
  void here(int offsetPosition) {
    patch4(offsetPosition, position() - (offsetPosition + 4));
  }
}

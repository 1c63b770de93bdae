package dev.zendo.hypervisor.engine.fpu;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * FNSTENV, FLDENV, FNSAVE and FRSTOR (SDM volume 1, 8.1.10) between a unit and a host buffer that
 * the caller copies from and to guest memory. Protected-mode layouts; the code and data segments
 * read as 0 as on processors that deprecate them. Only the thread that runs the vcpu calls it.
 */
public final class X87State {
  /** Bytes of the environment with 32-bit and with 16-bit operand size. */
  public static final int ENVIRONMENT_32 = 28;

  public static final int ENVIRONMENT_16 = 14;

  /** Bytes of the registers, which FNSAVE appends to the environment. */
  public static final int REGISTERS = 80;

  private final X87 x87;

  /** Saves and restores a unit. */
  public X87State(X87 x87) {
    this.x87 = x87;
  }

  /** Writes the environment and masks all exceptions, as FNSTENV does. */
  public void storeEnvironment(long to, boolean wide) {
    if (wide) {
      HostMemory.putInt(to, 0xffff0000 | x87.controlWord());
      HostMemory.putInt(to + 4, 0xffff0000 | x87.statusWord());
      HostMemory.putInt(to + 8, 0xffff0000 | fullTags());
      HostMemory.putInt(to + 12, (int) x87.instructionPointer());
      HostMemory.putInt(to + 16, x87.lastOpcode() << 16);
      HostMemory.putInt(to + 20, (int) x87.dataPointer());
      HostMemory.putInt(to + 24, 0xffff0000);
    } else {
      HostMemory.putShort(to, (short) x87.controlWord());
      HostMemory.putShort(to + 2, (short) x87.statusWord());
      HostMemory.putShort(to + 4, (short) fullTags());
      HostMemory.putShort(to + 6, (short) x87.instructionPointer());
      HostMemory.putShort(to + 8, (short) 0);
      HostMemory.putShort(to + 10, (short) x87.dataPointer());
      HostMemory.putShort(to + 12, (short) 0);
    }
  }

  /** What FNSTENV does after the environment reached memory. */
  public void maskAll() {
    x87.fldcw(x87.controlWord() | FloatFlags.ALL);
  }

  /** Reads the environment, as FLDENV does. */
  public void loadEnvironment(long from, boolean wide) {
    if (wide) {
      x87.environment(
          HostMemory.getShort(from),
          HostMemory.getShort(from + 4) & 0xffff,
          abridged(HostMemory.getShort(from + 8)),
          HostMemory.getInt(from + 12) & 0xffffffffL,
          HostMemory.getInt(from + 20) & 0xffffffffL,
          HostMemory.getShort(from + 18));
    } else {
      x87.environment(
          HostMemory.getShort(from),
          HostMemory.getShort(from + 2) & 0xffff,
          abridged(HostMemory.getShort(from + 4)),
          HostMemory.getShort(from + 6) & 0xffff,
          HostMemory.getShort(from + 10) & 0xffff,
          0);
    }
  }

  /** Writes the eight registers after the environment; FNSAVE then does FNINIT. */
  public void storeRegisters(long to) {
    for (int i = 0; i < 8; i++) {
      HostMemory.putLong(to + 10L * i, x87.bits(i));
      HostMemory.putShort(to + 10L * i + 8, (short) x87.head(i));
    }
  }

  /** Reads the eight registers, after the environment was read. */
  public void loadRegisters(long from) {
    int tags = x87.tags();
    for (int i = 0; i < 8; i++) {
      x87.register(i, HostMemory.getShort(from + 10L * i + 8), HostMemory.getLong(from + 10L * i));
    }
    x87.tags(tags);
  }

  /** The two-bit tags of all registers, physical register 7 in the top bits. */
  private int fullTags() {
    int tags = 0;
    for (int i = 0; i < 8; i++) {
      tags |= tag(i) << 2 * (x87.top() + i & 7);
    }
    return tags;
  }

  private int tag(int i) {
    if (x87.empty(i)) {
      return 3;
    }
    int exponent = x87.head(i) & 0x7fff;
    long bits = x87.bits(i);
    if (exponent == 0 && bits == 0) {
      return 1;
    }
    return exponent == 0 || exponent == 0x7fff || bits >= 0 ? 2 : 0;
  }

  private static int abridged(int full) {
    int tags = 0;
    for (int i = 0; i < 8; i++) {
      if ((full >> 2 * i & 3) != 3) {
        tags |= 1 << i;
      }
    }
    return tags;
  }
}

package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Accesses to host memory with an operand size of 1, 2, 4 or 8 bytes; values are sign-extended to
 * 64 bits. Methods are tiny, so that C1 inlines them (its limit is 35 bytecodes, less per level of
 * nesting) and folds the tests where the size is constant.
 */
final class Width {
  private Width() {}

  /** Loads a register, which nobody else writes. */
  static long get(long at, int size) {
    return size >= 4 ? getWide(at, size) : getNarrow(at, size);
  }

  private static long getWide(long at, int size) {
    return size == 8 ? HostMemory.getLong(at) : HostMemory.getInt(at);
  }

  private static long getNarrow(long at, int size) {
    return size == 1 ? HostMemory.getByte(at) : HostMemory.getShort(at);
  }

  /** Stores a register as the processor does: 4-byte results clear the upper half. */
  static void putRegister(long at, int size, long value) {
    if (size >= 4) {
      putWide(at, size, value);
    } else {
      putNarrow(at, size, value);
    }
  }

  private static void putWide(long at, int size, long value) {
    HostMemory.putLong(at, size == 8 ? value : value & 0xffffffffL);
  }

  private static void putNarrow(long at, int size, long value) {
    if (size == 1) {
      HostMemory.putByte(at, (byte) value);
    } else {
      HostMemory.putShort(at, (short) value);
    }
  }

  /** Loads guest memory. */
  static long load(long at, int size) {
    return size >= 4 ? loadWide(at, size) : loadNarrow(at, size);
  }

  private static long loadWide(long at, int size) {
    return size == 8 ? HostMemory.getLongAcquire(at) : HostMemory.getIntAcquire(at);
  }

  private static long loadNarrow(long at, int size) {
    return size == 1 ? HostMemory.getByteAcquire(at) : HostMemory.getShortAcquire(at);
  }

  /** Stores guest memory. */
  static void store(long at, int size, long value) {
    if (size >= 4) {
      storeWide(at, size, value);
    } else {
      storeNarrow(at, size, value);
    }
  }

  private static void storeWide(long at, int size, long value) {
    if (size == 8) {
      HostMemory.putLongRelease(at, value);
    } else {
      HostMemory.putIntRelease(at, (int) value);
    }
  }

  private static void storeNarrow(long at, int size, long value) {
    if (size == 1) {
      HostMemory.putByteRelease(at, (byte) value);
    } else {
      HostMemory.putShortRelease(at, (short) value);
    }
  }

  /** Sign-extends the low {@code size} bytes. */
  static long extend(long value, int size) {
    if (size == 8) {
      return value;
    }
    return size == 4 ? (int) value : extendNarrow(value, size);
  }

  private static long extendNarrow(long value, int size) {
    return size == 1 ? (byte) value : (short) value;
  }

  /** The low {@code size} bytes, zero-extended. */
  static long zeroExtend(long value, int size) {
    return size == 8 ? value : value & mask(size);
  }

  /** All bits of an operand. */
  static long mask(int size) {
    return size == 8 ? -1L : (1L << (size << 3)) - 1;
  }
}

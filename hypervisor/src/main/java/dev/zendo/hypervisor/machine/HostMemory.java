package dev.zendo.hypervisor.machine;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import jdk.internal.misc.Unsafe;

/**
 * Raw host memory: the one place of the project that touches {@link Unsafe}.
 *
 * <p>Addresses are host virtual addresses. Nothing is checked: a wrong address kills the JVM, so
 * every caller proves first that an address lies inside memory it owns. Names say the memory order:
 * plain, {@code Acquire}, {@code Release}; {@code compareAnd*} and {@code getAnd*} are sequentially
 * consistent. Accesses may be unaligned. Thread-safe as far as the memory orders promise.
 *
 * <p>Release stores are a store fence and a plain store: on x86 that costs nothing in any of the
 * JVM's compilers, whereas C1 turns {@code put*Release} into a store and a full fence.
 */
public final class HostMemory {
  private static final Unsafe UNSAFE = Unsafe.getUnsafe();

  /** Offset of the first element of a byte array. */
  private static final long BYTES = byteArrayOffset();

  private HostMemory() {}

  /** By reflection: the field is an int up to JDK 24 and a long from then on. */
  private static long byteArrayOffset() {
    try {
      return Unsafe.class.getField("ARRAY_BYTE_BASE_OFFSET").getLong(null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Allocates memory aligned to {@code alignment} bytes (a power of two). Large blocks are backed
   * lazily by the host and read as zero; blocks under 64 MiB are cleared explicitly.
   *
   * @return the aligned host address
   * @throws OutOfMemoryError when the host refuses
   */
  public static long allocate(long bytes, long alignment) {
    long address = UNSAFE.allocateMemory(bytes + alignment + Long.BYTES);
    long aligned = (address + Long.BYTES + alignment - 1) & -alignment;
    UNSAFE.putLong(aligned - Long.BYTES, address);
    if (bytes < (64L << 20)) {
      UNSAFE.setMemory(aligned, bytes, (byte) 0);
    }
    return aligned;
  }

  /** Gives back what {@link #allocate} returned. Nobody may touch it afterwards. */
  public static void free(long aligned) {
    UNSAFE.freeMemory(UNSAFE.getLong(aligned - Long.BYTES));
  }

  /** A direct buffer over memory, in the host's byte order; slow to make. */
  public static ByteBuffer view(long address, int bytes) {
    return new Pointer(address).getByteBuffer(0, bytes);
  }

  public static byte getByte(long address) {
    return UNSAFE.getByte(address);
  }

  public static short getShort(long address) {
    return UNSAFE.getShort(address);
  }

  public static int getInt(long address) {
    return UNSAFE.getInt(address);
  }

  public static long getLong(long address) {
    return UNSAFE.getLong(address);
  }

  public static void putByte(long address, byte value) {
    UNSAFE.putByte(address, value);
  }

  public static void putShort(long address, short value) {
    UNSAFE.putShort(address, value);
  }

  public static void putInt(long address, int value) {
    UNSAFE.putInt(address, value);
  }

  public static void putLong(long address, long value) {
    UNSAFE.putLong(address, value);
  }

  public static byte getByteAcquire(long address) {
    return UNSAFE.getByteAcquire(null, address);
  }

  public static short getShortAcquire(long address) {
    return UNSAFE.getShortAcquire(null, address);
  }

  public static int getIntAcquire(long address) {
    return UNSAFE.getIntAcquire(null, address);
  }

  public static long getLongAcquire(long address) {
    return UNSAFE.getLongAcquire(null, address);
  }

  public static void putByteRelease(long address, byte value) {
    UNSAFE.storeFence();
    UNSAFE.putByte(address, value);
  }

  public static void putShortRelease(long address, short value) {
    UNSAFE.storeFence();
    UNSAFE.putShort(address, value);
  }

  public static void putIntRelease(long address, int value) {
    UNSAFE.storeFence();
    UNSAFE.putInt(address, value);
  }

  public static void putLongRelease(long address, long value) {
    UNSAFE.storeFence();
    UNSAFE.putLong(address, value);
  }

  /** Returns whether the value was {@code expected} and now is {@code value}. */
  public static boolean compareAndSetByte(long address, byte expected, byte value) {
    return UNSAFE.compareAndSetByte(null, address, expected, value);
  }

  /** Returns whether the value was {@code expected} and now is {@code value}. */
  public static boolean compareAndSetShort(long address, short expected, short value) {
    return UNSAFE.compareAndSetShort(null, address, expected, value);
  }

  /** Returns whether the value was {@code expected} and now is {@code value}. */
  public static boolean compareAndSetInt(long address, int expected, int value) {
    return UNSAFE.compareAndSetInt(null, address, expected, value);
  }

  /** Returns whether the value was {@code expected} and now is {@code value}. */
  public static boolean compareAndSetLong(long address, long expected, long value) {
    return UNSAFE.compareAndSetLong(null, address, expected, value);
  }

  /** Adds atomically and returns the value before. */
  public static int getAndAddInt(long address, int delta) {
    return UNSAFE.getAndAddInt(null, address, delta);
  }

  /** Adds atomically and returns the value before. */
  public static long getAndAddLong(long address, long delta) {
    return UNSAFE.getAndAddLong(null, address, delta);
  }

  /** Exchanges atomically and returns the value before. */
  public static int getAndSetInt(long address, int value) {
    return UNSAFE.getAndSetInt(null, address, value);
  }

  /** Exchanges atomically and returns the value before. */
  public static long getAndSetLong(long address, long value) {
    return UNSAFE.getAndSetLong(null, address, value);
  }

  /** A full memory fence (x86 {@code mfence}). */
  public static void fullFence() {
    UNSAFE.fullFence();
  }

  /** Copies {@code bytes} bytes; the ranges may overlap. */
  public static void copy(long from, long to, long bytes) {
    UNSAFE.copyMemory(from, to, bytes);
  }

  /**
   * Copies a few bytes between ranges that do not overlap, 8 at a time; for less than about 200
   * bytes this is cheaper than {@link #copy}.
   */
  public static void copyFew(long from, long to, int bytes) {
    int done = 0;
    for (; done <= bytes - Long.BYTES; done += Long.BYTES) {
      UNSAFE.putLong(to + done, UNSAFE.getLong(from + done));
    }
    for (; done < bytes; done++) {
      UNSAFE.putByte(to + done, UNSAFE.getByte(from + done));
    }
  }

  /** Copies host memory into an array. */
  public static void copyToArray(long from, byte[] to, int offset, int bytes) {
    UNSAFE.copyMemory(null, from, to, BYTES + (long) offset, bytes);
  }

  /** Copies an array into host memory. */
  public static void copyFromArray(byte[] from, int offset, long to, int bytes) {
    UNSAFE.copyMemory(from, BYTES + (long) offset, null, to, bytes);
  }

  /** Fills {@code bytes} bytes with {@code value}. */
  public static void fill(long address, long bytes, byte value) {
    UNSAFE.setMemory(address, bytes, value);
  }
}

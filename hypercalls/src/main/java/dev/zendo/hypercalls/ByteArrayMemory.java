package dev.zendo.hypercalls;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Memory in a byte array, addressed by index; for tests and for structures built aside. Accesses
 * outside the array throw {@link IndexOutOfBoundsException}. Not thread-safe.
 */
public final class ByteArrayMemory implements Memory {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;

  /** Uses the array itself, not a copy. */
  public ByteArrayMemory(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Memory of {@code size} zero bytes. */
  public ByteArrayMemory(int size) {
    this(new byte[size]);
  }

  /** The array behind it. */
  public byte[] array() {
    return bytes;
  }

  @Override
  public byte getByte(long address) {
    return bytes[index(address)];
  }

  @Override
  public short getShort(long address) {
    return (short) SHORTS.get(bytes, index(address));
  }

  @Override
  public int getInt(long address) {
    return (int) INTS.get(bytes, index(address));
  }

  @Override
  public long getLong(long address) {
    return (long) LONGS.get(bytes, index(address));
  }

  @Override
  public void putByte(long address, byte value) {
    bytes[index(address)] = value;
  }

  @Override
  public void putShort(long address, short value) {
    SHORTS.set(bytes, index(address), value);
  }

  @Override
  public void putInt(long address, int value) {
    INTS.set(bytes, index(address), value);
  }

  @Override
  public void putLong(long address, long value) {
    LONGS.set(bytes, index(address), value);
  }

  private static int index(long address) {
    if (address < 0 || address > Integer.MAX_VALUE) {
      throw new IndexOutOfBoundsException("address " + address);
    }
    return (int) address;
  }
}

package dev.zendo.dom0.net.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in network order in byte arrays. Nothing is checked but the array's bounds. */
public final class Wire {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Wire() {}

  /** An unsigned byte. */
  public static int u8(byte[] data, int at) {
    return Byte.toUnsignedInt(data[at]);
  }

  /** Two bytes, unsigned. */
  public static int u16(byte[] data, int at) {
    return Short.toUnsignedInt((short) SHORT.get(data, at));
  }

  /** Four bytes, with all their bits. */
  public static int i32(byte[] data, int at) {
    return (int) INT.get(data, at);
  }

  /** Six bytes, unsigned: a MAC address. */
  public static long u48(byte[] data, int at) {
    return (long) u16(data, at) << 32 | Integer.toUnsignedLong(i32(data, at + 2));
  }

  /** Eight bytes, with all their bits. */
  public static long i64(byte[] data, int at) {
    return (long) LONG.get(data, at);
  }

  /** Writes a byte. */
  public static void put8(byte[] data, int at, int value) {
    data[at] = (byte) value;
  }

  /** Writes two bytes. */
  public static void put16(byte[] data, int at, int value) {
    SHORT.set(data, at, (short) value);
  }

  /** Writes four bytes. */
  public static void put32(byte[] data, int at, int value) {
    INT.set(data, at, value);
  }

  /** Writes six bytes. */
  public static void put48(byte[] data, int at, long value) {
    put16(data, at, (int) (value >>> 32));
    put32(data, at + 2, (int) value);
  }
}

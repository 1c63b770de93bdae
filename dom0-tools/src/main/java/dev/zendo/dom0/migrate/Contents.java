package dev.zendo.dom0.migrate;

import dev.zendo.hypercalls.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Structures of the ABI in an array of bytes: addresses count from its beginning. */
final class Contents implements Memory {
  private final ByteBuffer bytes;

  Contents(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public byte getByte(long address) {
    return bytes.get((int) address);
  }

  @Override
  public short getShort(long address) {
    return bytes.getShort((int) address);
  }

  @Override
  public int getInt(long address) {
    return bytes.getInt((int) address);
  }

  @Override
  public long getLong(long address) {
    return bytes.getLong((int) address);
  }

  @Override
  public void putByte(long address, byte value) {
    bytes.put((int) address, value);
  }

  @Override
  public void putShort(long address, short value) {
    bytes.putShort((int) address, value);
  }

  @Override
  public void putInt(long address, int value) {
    bytes.putInt((int) address, value);
  }

  @Override
  public void putLong(long address, long value) {
    bytes.putLong((int) address, value);
  }
}

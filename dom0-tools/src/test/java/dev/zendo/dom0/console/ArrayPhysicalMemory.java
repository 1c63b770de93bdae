package dev.zendo.dom0.console;

import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory of a domain for tests that need no hypervisor; one thread. */
public final class ArrayPhysicalMemory implements PhysicalMemory {
  private final ByteBuffer bytes;

  public ArrayPhysicalMemory(int size) {
    bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
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

  @Override
  public int getIntAcquire(long address) {
    return getInt(address);
  }

  @Override
  public void putIntRelease(long address, int value) {
    putInt(address, value);
  }

  @Override
  public int getAndSetInt(long address, int value) {
    int old = getInt(address);
    putInt(address, value);
    return old;
  }

  @Override
  public long getAndSetLong(long address, long value) {
    long old = getLong(address);
    putLong(address, value);
    return old;
  }

  @Override
  public boolean compareAndSetLong(long address, long expected, long value) {
    boolean same = getLong(address) == expected;
    if (same) {
      putLong(address, value);
    }
    return same;
  }

  @Override
  public void fullFence() {}

  @Override
  public void read(long address, byte[] to, int offset, int count) {
    bytes.get((int) address, to, offset, count);
  }

  @Override
  public void write(long address, byte[] from, int offset, int count) {
    bytes.put((int) address, from, offset, count);
  }

  @Override
  public void copy(long from, long to, int count) {
    byte[] piece = new byte[count];
    read(from, piece, 0, count);
    write(to, piece, 0, count);
  }

  @Override
  public ByteBuffer view(long address, int count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void clear(long address, long count) {
    write(address, new byte[(int) count], 0, (int) count);
  }
}

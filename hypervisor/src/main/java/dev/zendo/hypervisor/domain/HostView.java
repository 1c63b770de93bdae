package dev.zendo.hypervisor.domain;

import dev.zendo.hypercalls.Memory;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Host memory as structure views see it: an address is a host address. Stateless and thread-safe;
 * callers prove that an address lies in memory they own.
 */
public final class HostView implements Memory {
  /** The only instance. */
  public static final HostView HOST = new HostView();

  private HostView() {}

  @Override
  public byte getByte(long address) {
    return HostMemory.getByte(address);
  }

  @Override
  public short getShort(long address) {
    return HostMemory.getShort(address);
  }

  @Override
  public int getInt(long address) {
    return HostMemory.getInt(address);
  }

  @Override
  public long getLong(long address) {
    return HostMemory.getLong(address);
  }

  @Override
  public void putByte(long address, byte value) {
    HostMemory.putByte(address, value);
  }

  @Override
  public void putShort(long address, short value) {
    HostMemory.putShort(address, value);
  }

  @Override
  public void putInt(long address, int value) {
    HostMemory.putInt(address, value);
  }

  @Override
  public void putLong(long address, long value) {
    HostMemory.putLong(address, value);
  }
}

package dev.zendo.dom0.xenstore;

import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.xenstore.RingPage;

/** The ring page of a guest, mapped into the control domain. */
final class MappedRingPage implements RingPage {
  private final PhysicalMemory memory;
  private final long page;

  /** A page at a guest-physical address of the control domain. */
  MappedRingPage(PhysicalMemory memory, long page) {
    this.memory = memory;
    this.page = page;
  }

  @Override
  public int getIntAcquire(int offset) {
    return memory.getIntAcquire(page + offset);
  }

  @Override
  public void putIntRelease(int offset, int value) {
    memory.putIntRelease(page + offset, value);
  }

  @Override
  public byte get(int offset) {
    return memory.getByte(page + offset);
  }

  @Override
  public void put(int offset, byte value) {
    memory.putByte(page + offset, value);
  }

  @Override
  public void get(int offset, byte[] target, int at, int length) {
    memory.read(page + offset, target, at, length);
  }

  @Override
  public void put(int offset, byte[] source, int at, int length) {
    memory.write(page + offset, source, at, length);
  }
}

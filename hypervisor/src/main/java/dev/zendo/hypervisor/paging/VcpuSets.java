package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;

/** Sets of vcpus as guests pass them: bitmaps of 8-byte words in their memory. */
final class VcpuSets {
  static {
    assert Domain.MAX_VCPUS <= Long.SIZE;
  }

  private VcpuSets() {}

  /**
   * Copies the words of a bitmap that the domain's vcpus need into the caller's scratch memory.
   *
   * @return whether it could be read; then {@link #get} gives it
   */
  static boolean read(Vcpu caller, long pointer) {
    return caller.guest().read(pointer, caller.scratch(), Long.BYTES);
  }

  /** The set that was read last. */
  static long get(Vcpu caller) {
    return HostMemory.getLong(caller.scratch());
  }
}

package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * The optional counter of completed operations of {@code mmu_update} and {@code mmuext_op}: 4 bytes
 * in guest memory. A pointer that cannot be used is ignored.
 */
final class DoneCount {
  private DoneCount() {}

  static int read(Vcpu caller, long pointer) {
    return pointer != 0 && caller.guest().read(pointer, caller.scratch(), 4)
        ? HostMemory.getInt(caller.scratch())
        : 0;
  }

  static void write(Vcpu caller, long pointer, int done) {
    if (pointer != 0) {
      HostMemory.putInt(caller.scratch(), done);
      caller.guest().write(pointer, caller.scratch(), 4);
    }
  }
}

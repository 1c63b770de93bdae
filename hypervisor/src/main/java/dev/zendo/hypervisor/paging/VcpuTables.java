package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Vcpu;
import java.util.Arrays;

/**
 * What the memory half keeps for one vcpu: the frames of its descriptor tables and the gate of the
 * hypervisor's uses of its page tables. Belongs to the thread that runs the vcpu, or to the one
 * that changes it while it does not run; the gate is thread-safe.
 */
final class VcpuTables {
  /** Pages of a guest's global descriptor table (the hypervisor's part starts after them). */
  static final int GDT_PAGES = 14;

  /** Descriptors a guest may have in its global table. */
  static final int GDT_ENTRIES = GDT_PAGES * 512;

  /** Pages of the largest local descriptor table. */
  static final int LDT_PAGES = 16;

  /** Descriptors of the largest local descriptor table. */
  static final int LDT_ENTRIES = LDT_PAGES * 512;

  private final AccessGate accesses = new AccessGate();
  final long[] gdtFrames = new long[GDT_PAGES];
  final long[] ldtFrames = new long[LDT_PAGES];
  int gdtEntries;
  long ldtBase;
  int ldtEntries;

  VcpuTables() {
    Arrays.fill(gdtFrames, -1);
    Arrays.fill(ldtFrames, -1);
  }

  /** The state of a vcpu. */
  static VcpuTables of(Vcpu vcpu) {
    return (VcpuTables) vcpu.memoryState();
  }

  AccessGate accesses() {
    return accesses;
  }
}

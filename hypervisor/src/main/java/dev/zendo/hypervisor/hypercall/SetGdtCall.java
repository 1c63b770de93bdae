package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;

/** set_gdt: installs the global descriptor table of the calling vcpu. Stateless. */
public final class SetGdtCall implements HypercallHandler {
  /** Descriptors that a guest may have; those above are the hypervisor's (arch-x86/xen.h). */
  private static final int ENTRIES = 7168;

  private static final int ENTRIES_PER_FRAME = 512;

  private final DomainMemory memory;

  private SetGdtCall(DomainMemory memory) {
    this.memory = memory;
  }

  /** Installs the call. */
  public static void register(HypercallTable table, DomainMemory memory) {
    table.register(Hypercalls.SET_GDT, new SetGdtCall(memory));
  }

  @Override
  public long handle(Vcpu caller, long list, long entries, long a3, long a4, long a5) {
    int count = (int) entries;
    if (Integer.compareUnsigned(count, ENTRIES) > 0) {
      return -Errno.EINVAL;
    }
    int frames = (count + ENTRIES_PER_FRAME - 1) / ENTRIES_PER_FRAME;
    if (!caller.guest().read(list, caller.scratch(), frames * Long.BYTES)) {
      return -Errno.EFAULT;
    }
    long[] mfns = new long[frames];
    for (int i = 0; i < frames; i++) {
      mfns[i] = HostMemory.getLong(caller.scratch() + (long) i * Long.BYTES);
    }
    return memory.setGdt(caller, mfns, count);
  }
}

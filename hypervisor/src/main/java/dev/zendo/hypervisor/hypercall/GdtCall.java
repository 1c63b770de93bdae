package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/** set_gdt: the frames of the calling vcpu's descriptor table. */
public final class GdtCall implements HypercallHandler {
  private static final int MAX_ENTRIES = 7168;
  private static final int PER_FRAME = 512;

  private final DomainMemory memory;

  private GdtCall(DomainMemory memory) {
    this.memory = memory;
  }

  /** Installs the handler. */
  public static void register(HypercallTable table, DomainMemory memory) {
    table.register(Hypercalls.SET_GDT, new GdtCall(memory));
  }

  @Override
  public long handle(Vcpu v, long list, long a2, long a3, long a4, long a5) {
    int entries = (int) a2;
    if (entries < 0 || entries > MAX_ENTRIES || v.domain().translated()) {
      Refusal.note(Rule.TOO_MANY_DESCRIPTORS, entries, MAX_ENTRIES);
      return -EINVAL;
    }
    int count = (entries + PER_FRAME - 1) / PER_FRAME;
    int bytes = count * Long.BYTES;
    if (bytes != 0 && !v.guest().read(list, v.scratch(), bytes)) {
      return -EFAULT;
    }
    long[] frames = new long[count];
    for (int i = 0; i < count; i++) {
      frames[i] = HostMemory.getLong(v.scratch() + (long) i * Long.BYTES);
    }
    return memory.setGdt(v, frames, entries);
  }
}

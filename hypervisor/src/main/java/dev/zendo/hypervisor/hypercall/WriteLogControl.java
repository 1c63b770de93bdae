package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;

import dev.zendo.hypercalls.domctl.ShadowCommand;
import dev.zendo.hypercalls.domctl.ShadowOp;
import dev.zendo.hypercalls.domctl.ShadowOpStats;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainManager;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;

/** XEN_DOMCTL_shadow_op: which pages of a domain are written. */
final class WriteLogControl {
  private static final HostView HOST = HostView.HOST;

  /** Most pages of a domain: 64 GiB. */
  private static final long MOST_PAGES = 1L << 24;

  /** Where in the scratch memory a word of the bitmap is put, behind the domctl. */
  private static final int WORD = 1024;

  private final DomainManager manager;
  private final DomainMemory memory;

  WriteLogControl(DomainManager manager, DomainMemory memory) {
    this.manager = manager;
    this.memory = memory;
  }

  /**
   * Does the operation.
   *
   * @param v the caller, in whose memory the bitmap is
   */
  long control(Vcpu v, Domain domain, long op) {
    switch (ShadowOp.OP.get(HOST, op)) {
      case ShadowCommand.OFF:
        memory.logWrites(domain, false);
        return 0;
      case ShadowCommand.ENABLE_LOGDIRTY:
        return begin(v, domain);
      case ShadowCommand.CLEAN:
        return tell(v, domain, op, true);
      case ShadowCommand.PEEK:
        return tell(v, domain, op, false);
      default:
        return -EINVAL;
    }
  }

  private long begin(Vcpu v, Domain domain) {
    long result = manager.pause(domain, v);
    if (result != 0) {
      return result;
    }
    try {
      boolean alive = domain.dying() == Domain.ALIVE;
      return alive && memory.logWrites(domain, true) ? 0 : -EINVAL;
    } finally {
      manager.unpause(domain);
    }
  }

  private long tell(Vcpu v, Domain domain, long op, boolean forget) {
    long count = ShadowOp.PAGES.get(HOST, op);
    if (!domain.logsWrites() || Long.compareUnsigned(count, MOST_PAGES) > 0) {
      return -EINVAL;
    }
    long to = ShadowOp.DIRTY_BITMAP.get(HOST, op);
    long[] written = memory.writtenPages(domain, (int) count, forget);
    long word = v.scratch() + WORD;
    int sum = 0;
    for (int i = 0; i < written.length; i++) {
      HostMemory.putLong(word, written[i]);
      sum += Long.bitCount(written[i]);
      int bytes = (int) Math.min(Long.BYTES, (count + 7) / 8 - 8L * i);
      if (!v.guest().write(to + 8L * i, word, bytes)) {
        return -EFAULT;
      }
    }
    ShadowOpStats.DIRTY_COUNT.set(HOST, ShadowOp.STATS.at(op), sum);
    return 0;
  }
}

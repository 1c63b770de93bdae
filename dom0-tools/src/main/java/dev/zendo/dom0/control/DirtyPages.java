package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.ShadowCommand;
import dev.zendo.hypercalls.domctl.ShadowOp;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.BitSet;

/** Which pages domains write: the log of the shadow_op domctl. Thread-safe. */
public final class DirtyPages {
  private static final int PAGE = 4096;

  private final Domctls calls;
  private final MemoryControl memory;

  DirtyPages(Domctls calls, MemoryControl memory) {
    this.calls = calls;
    this.memory = memory;
  }

  private static void operation(PhysicalMemory memory, long at, int operation) {
    ShadowOp.OP.set(memory, Domctl.SHADOW_OP.at(at), operation);
  }

  /**
   * Begins to log. Until it ends, frames of the domain are mapped read-only for the control domain.
   *
   * @throws HypercallFailure EINVAL when that was begun before
   */
  public void begin(int domain) {
    calls.run(
        "logging the writes of",
        DomctlOp.SHADOW_OP,
        domain,
        at -> operation(calls.memory(), at, ShadowCommand.ENABLE_LOGDIRTY));
  }

  /** Ends the log, if there is one and the domain is still there. */
  public void end(int domain) {
    try {
      calls.run(
          "no longer logging the writes of",
          DomctlOp.SHADOW_OP,
          domain,
          at -> operation(calls.memory(), at, ShadowCommand.OFF));
    } catch (HypercallFailure e) {
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
  }

  /**
   * The pages that were written since this was asked last, or since the log began; pages that
   * somebody may write without being noticed are always among them. Page tables are only there when
   * they became tables, or ceased to be.
   *
   * @param pages how many page frames there are
   * @param forget whether they count as not written from now on
   * @return a bit for each page frame
   */
  public BitSet written(int domain, int pages, boolean forget) {
    byte[] bits = new byte[(pages + 7) / 8];
    try (Mapping bitmap = memory.allocate((bits.length + PAGE - 1) / PAGE)) {
      calls.run(
          "asking for the writes of",
          DomctlOp.SHADOW_OP,
          domain,
          at -> {
            operation(calls.memory(), at, forget ? ShadowCommand.CLEAN : ShadowCommand.PEEK);
            long op = Domctl.SHADOW_OP.at(at);
            ShadowOp.DIRTY_BITMAP.set(calls.memory(), op, bitmap.address());
            ShadowOp.PAGES.set(calls.memory(), op, pages);
          });
      calls.memory().read(bitmap.address(), bits, 0, bits.length);
    }
    return BitSet.valueOf(bits);
  }
}

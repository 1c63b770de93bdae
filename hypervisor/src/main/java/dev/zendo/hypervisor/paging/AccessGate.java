package dev.zendo.hypervisor.paging;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Marks the short times in which the hypervisor itself uses translations of a vcpu's page tables:
 * page walks and copies through guest pointers. Before a frame that such a use might have found is
 * given another owner or type, {@link #awaitQuiet} waits for the uses under way; later ones no
 * longer find it.
 *
 * <p>{@link #enter} and {@link #leave} are called by the thread that runs the vcpu, do not nest,
 * and nothing between them blocks. {@link #awaitQuiet} may be called by any other thread, or by the
 * same one outside.
 */
public final class AccessGate {
  /** Odd while the gate is in use; counts uses. */
  private final AtomicLong uses = new AtomicLong();

  /** Starts a use; page-table reads and copies that follow are not moved before it. */
  public void enter() {
    uses.incrementAndGet();
  }

  /** Ends a use. Without a full fence, which setRelease costs in the JVM's first compiler. */
  public void leave() {
    VarHandle.releaseFence();
    uses.setPlain(uses.getPlain() + 1);
  }

  /** Returns when a use that was under way at the time of the call has ended. */
  public void awaitQuiet() {
    long seen = uses.get();
    if ((seen & 1) == 0) {
      return;
    }
    int spins = 0;
    while (uses.get() == seen) {
      if (++spins > 100) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }
}

package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.VcpuExecutor;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The door between a vcpu's guest code and everybody else: translations cached by its executor are
 * only used while it is inside, and requests to drop them are served when it comes in.
 *
 * <p>A requester posts what to drop and then waits only if the vcpu is inside at that moment, until
 * it has come out. Both sides order their two accesses (post then look, go in then look) with
 * sequentially consistent operations, so one of them sees the other.
 */
public final class GuestGate {
  /** Drop translations of the guest kernel's tables. */
  public static final int KERNEL = 1;

  /** Drop translations of the guest user's tables. */
  public static final int USER = 2;

  /** Drop everything. */
  public static final int ALL = KERNEL | USER;

  /**
   * Drop translations of the lower half of the address space, because a root changed to another one
   * with the same upper half; and of all frames whose page-table entries were replaced, because a
   * guest may count on a new root to forget them.
   */
  public static final int LOWER_HALF = 4;

  /** Odd while the vcpu is inside; counts passages. */
  private final AtomicLong passages = new AtomicLong();

  private final AtomicInteger pending = new AtomicInteger();
  private VcpuExecutor executor;
  private OutdatedFrames outdated;

  /** Count of outdated frames when their translations were dropped last. */
  private long cleanAt = -1;

  /** A vcpu outside, nothing to drop. */
  GuestGate() {}

  void wire(VcpuExecutor executor, Domain domain) {
    this.executor = executor;
    this.outdated = domain.outdatedFrames();
  }

  /** Goes in: serves what was posted first. Only the thread that runs the vcpu. */
  public void enter() {
    while (true) {
      if (pending.get() != 0) {
        serve();
      }
      passages.incrementAndGet();
      if (pending.get() == 0) {
        return;
      }
      leave();
    }
  }

  /**
   * Comes out; returns whether it was inside. Only the thread that runs the vcpu. Who waits sees it
   * a little later, for want of a fence.
   */
  public boolean leave() {
    long now = passages.getPlain();
    if ((now & 1) == 0) {
      return false;
    }
    VarHandle.releaseFence();
    passages.setPlain(now + 1);
    return true;
  }

  /** Whether nothing that was posted waits to be served: cached translations are true. */
  public boolean current() {
    return pending.get() == 0;
  }

  /** Whether the vcpu is inside at this moment. */
  public boolean inside() {
    return (passages.get() & 1) != 0;
  }

  /**
   * Posts a request to drop translations.
   *
   * @param what {@link #KERNEL}, {@link #USER}, {@link #LOWER_HALF} or more of them
   * @return a ticket for {@link #await}: negative when there is nothing to wait for
   */
  public long post(int what) {
    pending.getAndAccumulate(what, (old, more) -> old | more);
    long seen = passages.get();
    if ((seen & 1) == 0) {
      return -1;
    }
    executor.requestExit();
    return seen;
  }

  /** Waits until the vcpu has come out since {@link #post}. The caller itself must be outside. */
  public void await(long ticket) {
    int spins = 0;
    while (ticket >= 0 && passages.get() == ticket) {
      if (++spins > 100) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  private void serve() {
    int what = pending.getAndSet(0);
    if (executor == null) {
      return;
    }
    long now = outdated.count();
    boolean lower = (what & LOWER_HALF) != 0;
    if ((what & ALL) == ALL || lower && !dropOutdated(now)) {
      executor.flushTlb();
      cleanAt = now;
      return;
    }
    if (lower) {
      executor.flushLowerHalf();
      cleanAt = now;
    }
    if ((what & ALL) != 0) {
      executor.flushTlb((what & KERNEL) != 0);
    }
  }

  /** Drops translations of the frames outdated up to a count; false when they are too many. */
  private boolean dropOutdated(long now) {
    if (!outdated.areKnownSince(cleanAt)) {
      return false;
    }
    for (long i = cleanAt; i < now; i++) {
      executor.flushFrame(outdated.get(i));
    }
    return outdated.areKnownSince(cleanAt);
  }
}

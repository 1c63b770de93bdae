package dev.zendo.dom0.lockstep;

import dev.zendo.dom0.DrivenMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.lockstep.StateComparison;

/**
 * Drives two machines with the same guest. Whenever the first, the leader, comes back from guest
 * code, the second executes as many instructions; then all registers, flags, counts and exits must
 * be the same, and memory now and then. One thread.
 */
final class Twins {
  /** Longest time without a look at timers, in instructions. */
  private static final long SLICE = 1_000_000;

  /** Instructions between comparisons of the pages that a vcpu may write. */
  private static final long PAGES_EVERY = 100_000;

  /** Instructions between comparisons of all memory. */
  private static final long MEMORY_EVERY = 50_000_000;

  private static final int R11 = 11;

  private final DrivenMachine leader;
  private final DrivenMachine follower;
  private final MemoryComparison memory;
  private final LastFlags flags;
  private final long step;
  private long instructions;
  private long comparisons;
  private long exits;
  private long switches;
  private long pagesAt;
  private long memoryAt;
  private Vcpu last;

  /**
   * Two machines whose guests have not run.
   *
   * @param step instructions that the leader runs between comparisons, at least; 1 for a block if
   *     its engine executes them one by one
   */
  Twins(DrivenMachine leader, DrivenMachine follower, long step) {
    this.leader = leader;
    this.follower = follower;
    this.memory = new MemoryComparison(leader.memory(), follower.memory());
    this.flags = new LastFlags(follower.memory(), step == 1);
    this.step = step;
  }

  /** Guest instructions executed by each. */
  long instructions() {
    return instructions;
  }

  /**
   * Goes on until guest code was left; false when no guest will ever run again.
   *
   * @throws Difference when the machines differ
   */
  boolean advance() {
    Vcpu a = leader.ready();
    Vcpu b = follower.ready();
    if (a == null && b == null) {
      memory.all("at the end");
      return false;
    }
    if (a == null || b == null || a.id() != b.id()) {
      throw new Difference("another vcpu runs: " + a + " and " + b);
    }
    if (leader.nanos() != follower.nanos()) {
      throw new Difference("time: " + leader.nanos() + " and " + follower.nanos());
    }
    switches += a == last ? 0 : 1;
    last = a;
    exits++;
    int reason = run(a, b);
    leader.serve(reason);
    follower.serve(reason);
    return true;
  }

  private int run(Vcpu a, Vcpu b) {
    // Requests to come out concern this passage; neither engine shall see them later.
    a.executor().run(0);
    b.executor().run(0);
    compare(a, b, a.cpu().rip(), 0, ExitReason.INTERRUPTED);
    long end = a.cpu().instructions() + Math.min(SLICE, leader.budget());
    int reason = ExitReason.INTERRUPTED;
    while (reason == ExitReason.INTERRUPTED && a.cpu().instructions() < end) {
      long rip = a.cpu().rip();
      long before = a.cpu().instructions();
      reason = a.executor().run(Math.min(step, end - before));
      long count = a.cpu().instructions() - before;
      int followed = follow(b, a.cpu().instructions(), reason);
      if (followed != reason) {
        throw new Difference(where(a, rip, count, "exits " + reason + " and " + followed, b));
      }
      compare(a, b, rip, count, reason);
      instructions += count;
    }
    compareMemory(a, b);
    return reason;
  }

  private static int follow(Vcpu b, long target, int reason) {
    int followed = ExitReason.INTERRUPTED;
    while (followed == ExitReason.INTERRUPTED && b.cpu().instructions() < target) {
      followed = b.executor().run(target - b.cpu().instructions());
    }
    if (followed == ExitReason.INTERRUPTED && reason != ExitReason.INTERRUPTED) {
      followed = b.executor().run(1);
    }
    return followed;
  }

  private void compare(Vcpu a, Vcpu b, long rip, long count, int reason) {
    comparisons++;
    CpuState x = a.cpu();
    CpuState y = b.cpu();
    int different = StateComparison.differingFlags(x, y);
    if (different != 0) {
      if ((different & ~flags.undefined(b, rip, count)) != 0) {
        throw new Difference(where(a, rip, count, "flags", b));
      }
      y.rflags(x.rflags());
      if (reason == ExitReason.SYSCALL) {
        // SYSCALL has copied the flags.
        y.gpr(R11, y.gpr(R11) ^ different);
      }
    }
    if (!StateComparison.sameButFlags(x, y)) {
      throw new Difference(where(a, rip, count, "registers", b));
    }
  }

  private void compareMemory(Vcpu a, Vcpu b) {
    if (instructions >= memoryAt) {
      memory.all("after " + instructions + " instructions");
      memoryAt = instructions + MEMORY_EVERY;
    } else if (instructions >= pagesAt) {
      memory.writable(a.cpu(), "after " + instructions + " instructions");
      memory.writable(b.cpu(), "after " + instructions + " instructions");
      pagesAt = instructions + PAGES_EVERY;
    }
  }

  private String where(Vcpu a, long rip, long count, String what, Vcpu b) {
    return String.format(
        "%s of vcpu %d after %d instructions, the last %d from %x (leader, follower):%n%s%s",
        what,
        a.id(),
        instructions + count,
        count,
        rip,
        StateComparison.text(a.cpu(), b.cpu()),
        flags.listing(b, rip, count));
  }

  /** A line of counts. */
  String text() {
    return String.format(
        "%d instructions, %d comparisons, %d exits, %d switches of vcpus, %.3f s of guest time,"
            + " undefined flags differed %d times, at %x",
        instructions,
        comparisons,
        exits,
        switches,
        leader.nanos() / 1e9,
        flags.masked(),
        last == null ? 0 : last.cpu().rip());
  }
}

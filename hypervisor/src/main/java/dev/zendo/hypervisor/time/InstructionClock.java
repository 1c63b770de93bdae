package dev.zendo.hypervisor.time;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * Time that passes with guest instructions, and else only where its owner says so: a machine on it
 * does the same in every run. For machines that one thread drives.
 */
public final class InstructionClock implements Clock {
  /** Nanoseconds per instruction: about what the engines take, so that guests wait as usual. */
  private static final long PACE = 8;

  private final long wallClock;

  /** Time that does not come from the instructions of {@link #running}. */
  private long offset;

  /** Whose instructions count, null while nobody's do. */
  private CpuState running;

  /**
   * A clock that reads 0.
   *
   * @param wallClock nanoseconds since the Unix epoch (UTC) now
   */
  public InstructionClock(long wallClock) {
    this.wallClock = wallClock;
  }

  @Override
  public long nanos() {
    return running == null ? offset : offset + PACE * running.instructions();
  }

  @Override
  public long wallClockAtStart() {
    return wallClock;
  }

  /** From now on the instructions of this vcpu count; null for none. */
  public void follow(CpuState cpu) {
    long now = nanos();
    running = cpu;
    offset = cpu == null ? now : now - PACE * cpu.instructions();
  }

  /** Lets time pass without instructions, up to a moment that may be past already. */
  public void skipTo(long nanos) {
    offset += Math.max(0, nanos - nanos());
  }

  /** Instructions until a moment, at least 1. */
  public long instructionsUntil(long nanos) {
    return Math.max(1, (nanos - nanos()) / PACE);
  }
}

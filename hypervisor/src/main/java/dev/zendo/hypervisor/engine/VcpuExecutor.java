package dev.zendo.hypervisor.engine;

/**
 * Executes the guest code of one vcpu. Only the thread that currently runs the vcpu calls it,
 * except {@link #requestExit}, which any thread may call.
 *
 * <p>All architectural state is in the {@link CpuState} whenever no call is under way, so several
 * executors may run the same vcpu alternately.
 */
public interface VcpuExecutor {
  /**
   * Runs guest code until something happens.
   *
   * @param budget number of instructions after which to come back with {@link
   *     ExitReason#INTERRUPTED}; engines may overshoot by one block
   * @return a constant of {@link ExitReason}
   */
  int run(long budget);

  /**
   * Executes exactly one instruction (a REP string instruction may stop between iterations).
   *
   * @return {@link ExitReason#INTERRUPTED} when it was executed, otherwise what happened instead
   */
  int step();

  /** Makes {@link #run} return soon; also when it is called before {@code run} starts. */
  void requestExit();

  /** Forgets all cached translations of the current and the other mode. */
  void flushTlb();

  /** Forgets cached translations of one guest mode: the kernel's ({@code true}) or the user's. */
  void flushTlb(boolean kernelMode);

  /** Forgets cached translations of addresses below the canonical gap, in both modes. */
  default void flushLowerHalf() {
    flushTlb();
  }

  /** Forgets cached translations to a frame, in both modes. */
  default void flushFrame(long mfn) {
    flushTlb();
  }

  /** What it counts; all zero for those that count nothing. */
  default EngineCounters counters() {
    return new EngineCounters();
  }

  /**
   * Lets go of what it made of the guest's code, which is made again where the vcpu goes on, small
   * rather than fast until it is busy. Only while the vcpu is on no processor and cannot get one.
   */
  default void shed() {}

  /** Says that the vcpu hardly ran since this was said last, or since it shed. Any thread. */
  default void quiet() {}

  /** Gives back what is held outside the heap; nobody calls the executor afterwards. */
  default void close() {}

  /** Forgets the cached translations of one page, in both modes. Any address is safe. */
  void flushPage(long virtualAddress);
}

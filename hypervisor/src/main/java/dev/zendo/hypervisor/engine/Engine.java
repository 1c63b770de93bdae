package dev.zendo.hypervisor.engine;

/** A way to execute guest code; thread-safe. What guests observe is the same on every engine. */
public interface Engine {
  /** Short name, as users select it: {@code interpreter}, {@code direct}, {@code kvm}. */
  String name();

  /**
   * Creates the executor of a vcpu.
   *
   * @param cpu the vcpu's state, owned by the caller
   * @param mmu what the executor asks of the core
   * @param clock source of the time stamp counter
   */
  VcpuExecutor attach(CpuState cpu, GuestMmu mmu, GuestClock clock);

  /** Has the host wake the calling thread, for which guests wait, as exactly as it can. */
  default void exactWakeUps() {}
}

package dev.zendo.hypervisor.domain;

/** How a vcpu learns that something waits for it; the scheduler's or the control domain's way. */
@FunctionalInterface
public interface Kicker {
  /** Any thread; must not block. */
  void kick(Vcpu vcpu);
}

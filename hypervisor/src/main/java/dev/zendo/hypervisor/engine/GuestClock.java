package dev.zendo.hypervisor.engine;

/** The time stamp counter that guests read; any thread may call it. */
public interface GuestClock {
  /** Current value of the time stamp counter, never going backwards. */
  long timeStampCounter();
}

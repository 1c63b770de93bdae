package dev.zendo.hypervisor.time;

/**
 * The one source of time of a machine. Everything that depends on time asks here, so a substitute
 * makes a run repeatable. Thread-safe.
 */
public interface Clock {
  /** Nanoseconds since the machine was started; never goes backwards. */
  long nanos();

  /** Nanoseconds since the Unix epoch (UTC) at the moment when {@link #nanos} was 0. */
  long wallClockAtStart();
}

package dev.zendo.hypervisor.time;

import java.util.Objects;

/**
 * One thing that is to happen at a time. Belongs to one {@link Timers}; armed, moved and cancelled
 * there, any number of times.
 */
public final class Timer {
  private final Runnable action;
  long deadline;
  int index = -1;

  /**
   * A timer that is not armed.
   *
   * @param action runs on the thread that drives the timers, without their lock; must not block
   */
  public Timer(Runnable action) {
    this.action = Objects.requireNonNull(action, "action");
  }

  void fire() {
    action.run();
  }
}

package dev.zendo.hypervisor.time;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * One thing that is to happen at a time. Belongs to one {@link Timers}; armed, moved and cancelled
 * there, any number of times.
 */
public final class Timer {
  private final Runnable action;
  private final Consumer<Throwable> failed;
  long deadline;
  int index = -1;

  /**
   * A timer that is not armed.
   *
   * @param action runs on the thread that drives the timers, without their lock; must not block
   * @param failed takes what the action throws
   */
  public Timer(Runnable action, Consumer<Throwable> failed) {
    this.action = Objects.requireNonNull(action, "action");
    this.failed = Objects.requireNonNull(failed, "failed");
  }

  /** A timer whose action cannot fail: what it throws comes out of where timers are driven. */
  public Timer(Runnable action) {
    this(action, Timer::rethrow);
  }

  private static void rethrow(Throwable cause) {
    throw new IllegalStateException("a timer failed", cause);
  }

  void fire() {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      failed.accept(e);
    }
  }
}

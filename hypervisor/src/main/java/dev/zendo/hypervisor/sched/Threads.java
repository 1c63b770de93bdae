package dev.zendo.hypervisor.sched;

/** Threads that serve until they are told to stop. Stateless. */
public final class Threads {
  private Threads() {}

  /**
   * Waits until a thread that was started and told to stop has ended, whatever interrupts the
   * caller; the caller's interrupt is kept for it. Does nothing on the thread itself, which could
   * only wait for ever.
   */
  public static void awaitEnd(Thread thread) {
    if (thread == Thread.currentThread()) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.zendo.dom0.net;

/** The time of a machine, as its networks see it. Any thread. */
public interface NetworkTime {
  /** Nanoseconds since some moment. */
  long nanos();

  /**
   * Runs something later, on any thread; it must only post.
   *
   * @param nanos from now
   */
  void later(long nanos, Runnable task);

  /** Nothing runs any more. */
  void close();
}

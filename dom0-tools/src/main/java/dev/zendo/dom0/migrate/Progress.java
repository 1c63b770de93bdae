package dev.zendo.dom0.migrate;

/** Is told how far saving or restoring is. */
@FunctionalInterface
public interface Progress {
  /** Tells nobody. */
  Progress NONE = (done, of) -> {};

  /**
   * Pages are done.
   *
   * @param done how many
   * @param of all
   */
  void pages(long done, long of);
}

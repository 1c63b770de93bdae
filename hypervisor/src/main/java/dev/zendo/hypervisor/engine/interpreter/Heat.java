package dev.zendo.hypervisor.engine.interpreter;

/**
 * When code counts as hot, and how much of it a block takes.
 *
 * @param extend executions after which a block is built again for many more of them: along its
 *     usual way and without flags that nobody sees
 * @param join executions of such a block after which its ops are joined into one class
 * @param background whether that happens on a thread of its own while the block runs on
 * @param longest most instructions of a block
 */
public record Heat(int extend, int join, boolean background, int longest) {
  /**
   * Joining costs about a millisecond per block, most of it on other processors: that is what a few
   * thousand executions of a block of usual length gain.
   */
  public static final Heat DEFAULT = new Heat(1000, 3000, true);

  /** Everything that runs more than twice is joined, before it goes on: for comparisons. */
  public static final Heat EAGER = new Heat(1, 1, false);

  /** Every instruction is a block: slow, but a run ends after exactly as many as it was given. */
  public static final Heat SINGLE = new Heat(Integer.MAX_VALUE, Integer.MAX_VALUE, false, 1);

  /** Blocks of the usual length. */
  public Heat(int extend, int join, boolean background) {
    this(extend, join, background, BlockBuilder.MAX_OPS);
  }
}

package dev.zendo.hypervisor.engine.interpreter;

/**
 * One decoded instruction (or two fused ones), linked to the op that follows it in its block.
 *
 * <p>An op performs its effects and ends with {@code return next.exec(cpu)}, so that a block runs
 * as a chain of calls without a dispatch loop; the last op of a block returns the block to run
 * next. An op that faults throws before it has changed anything.
 *
 * <p>Ops are shared by all vcpus: all their state is constant once their block is published, except
 * the links to other blocks.
 */
public abstract class Op {
  /** The op after this one; null in the last op of a block. */
  Op next;

  /** Virtual address of the instruction. */
  long rip;

  /** Bytes of the instruction. */
  byte length;

  /** How many instructions of the block precede this one. */
  byte index;

  /** Whether the memory operand is addressed through the stack segment, so that it raises #SS. */
  boolean stack;

  /**
   * Performs the instruction and all after it in the block.
   *
   * @return the block to run next, or null when {@link Cpu} says where or why to stop
   */
  protected abstract Block exec(Cpu cpu);

  /** Runs the rest of the block; what an op that is not the last of its block ends with. */
  protected final Block proceed(Cpu cpu) {
    return next.exec(cpu);
  }

  /** Virtual address of the instruction. */
  public final long rip() {
    return rip;
  }

  /** Virtual address of the following instruction. */
  public final long nextRip() {
    return rip + length;
  }

  /** Whether the op ends its block: it has no successor in the block. */
  protected boolean endsBlock() {
    return false;
  }
}

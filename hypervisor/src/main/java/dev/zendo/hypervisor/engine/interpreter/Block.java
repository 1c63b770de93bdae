package dev.zendo.hypervisor.engine.interpreter;

/**
 * A run of instructions with one entry, decoded from one frame for one virtual address.
 *
 * <p>When its code changes, {@link #kill} replaces the first op by one that asks for the address
 * again; so neither links nor jump caches have to be searched for it.
 */
public final class Block {
  /** Virtual address of the first instruction. */
  final long pc;

  /** Instructions in the block. */
  final int count;

  /** Offset in the page of the lowest byte of code. */
  final int start;

  /** Bytes from there to the last; those beyond the page's end lie in {@link #secondFrame}. */
  final int bytes;

  /** Whether it was decoded as 64-bit code. */
  final boolean longMode;

  /** Frame that holds the part of the code beyond the page boundary, -1 when there is none. */
  final long secondFrame;

  /** Frame that holds the code, -1 in a block that no cache keeps; set before it is published. */
  long frame = -1;

  /** Whether it was built for many executions; set before anybody else sees the block. */
  boolean hot;

  /** Whether {@link #kill} was not called; links to other blocks are made anew. */
  private boolean alive = true;

  /**
   * Executions until the block is worth building again for many of them, or, when it is hot, until
   * its ops are worth joining.
   */
  int untilHot;

  /** Whether its ops were joined, or never will be; only {@link HotBlocks} uses it. */
  boolean joined;

  /** The first op; changes when the ops are joined, and for the last time when it is killed. */
  Op first;

  Block(long pc, int count, int start, int bytes, boolean longMode, long secondFrame, Op first) {
    this.pc = pc;
    this.count = count;
    this.start = start;
    this.bytes = bytes;
    this.longMode = longMode;
    this.secondFrame = secondFrame;
    this.first = first;
  }

  /** Makes every later entry of the block look its address up again. */
  void kill() {
    first = new StaleOp(this);
    alive = false;
  }

  /** Whether it may be run again without being looked up: then {@link #kill} reaches it. */
  boolean isKept() {
    return frame >= 0;
  }

  boolean isAlive() {
    return alive;
  }

  /** Stands in for the code of a dead block. */
  private static final class StaleOp extends Op {
    private final Block block;

    StaleOp(Block block) {
      this.block = block;
      this.rip = block.pc;
    }

    @Override
    protected Block exec(Cpu cpu) {
      cpu.executed -= block.count;
      Block current = cpu.find(block.pc);
      return current == block ? cpu.leave(block.pc) : current;
    }
  }
}

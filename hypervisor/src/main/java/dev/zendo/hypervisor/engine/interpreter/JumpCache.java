package dev.zendo.hypervisor.engine.interpreter;

import java.util.Arrays;

/**
 * Blocks by virtual address for one vcpu and one guest mode, as long as its translations stand. A
 * direct-mapped cache; one thread.
 */
final class JumpCache {
  private static final int MASK = 4095;

  /** An address that is not canonical, so that nothing jumps to it. */
  private static final Block NONE = new Block(Long.MIN_VALUE, 0, 0, true, -1, null);

  private final Block[] blocks = new Block[MASK + 1];

  JumpCache() {
    clear();
  }

  /** Some block; the caller compares its address. */
  Block get(long va) {
    return blocks[(int) (va ^ va >>> 12) & MASK];
  }

  void put(Block block) {
    blocks[(int) (block.pc ^ block.pc >>> 12) & MASK] = block;
  }

  void clear() {
    Arrays.fill(blocks, NONE);
  }

  /** Forgets the blocks that begin in a page or reach into it from the page before. */
  void clearPage(long va) {
    long page = va >> 12;
    for (int i = 0; i < blocks.length; i++) {
      long pc = blocks[i].pc;
      if (pc >> 12 == page || pc + blocks[i].bytes - 1 >> 12 == page) {
        blocks[i] = NONE;
      }
    }
  }
}

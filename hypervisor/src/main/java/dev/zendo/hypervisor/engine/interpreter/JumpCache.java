package dev.zendo.hypervisor.engine.interpreter;

import java.util.Arrays;

/**
 * Blocks by virtual address for one vcpu, one guest mode and one kind of code, as long as its
 * translations stand. A direct-mapped cache; one thread.
 */
final class JumpCache {
  private static final int MASK = 4095;
  private static final int MEMORY = 16383;

  /** An address that is not canonical, so that nothing jumps to it. */
  private static final Block NONE = new Block(Long.MIN_VALUE, 0, 0, 0, true, -1, null);

  private static final Block[] EMPTY = new Block[MASK + 1];

  static {
    Arrays.fill(EMPTY, NONE);
  }

  private Block[] blocks = EMPTY;
  private boolean empty = true;

  /** What was found last, with more slots; may be outdated in every respect. Made at first use. */
  private Block[] remembered = {};

  private static int slot(long va) {
    return (int) (va ^ va >>> 12) & MASK;
  }

  private static int memorySlot(long va) {
    return (int) (va ^ va >>> 15) & MEMORY;
  }

  /** Some block; the caller compares its address. */
  Block get(long va) {
    return blocks[slot(va)];
  }

  /**
   * The block that was known for an address before the last flush, if the address is still in the
   * same frame; otherwise null.
   */
  Block recall(long va, long frame) {
    if (remembered.length == 0) {
      return null;
    }
    Block block = remembered[memorySlot(va)];
    return block.pc == va && block.frame == frame && block.isAlive() ? block : null;
  }

  void put(Block block) {
    if (remembered.length == 0) {
      blocks = EMPTY.clone();
      remembered = new Block[MEMORY + 1];
      Arrays.fill(remembered, NONE);
    }
    blocks[slot(block.pc)] = block;
    empty = false;
    remembered[memorySlot(block.pc)] = block;
  }

  /** Forgets everything, also what it remembers, and gives the space back. */
  void shed() {
    blocks = EMPTY;
    empty = true;
    remembered = new Block[0];
  }

  void clear() {
    if (!empty) {
      System.arraycopy(EMPTY, 0, blocks, 0, EMPTY.length);
      empty = true;
    }
  }

  /** Forgets the blocks that begin in a page or reach into it from the page before. */
  void clearPage(long va) {
    if (empty) {
      return;
    }
    long page = va >> 12;
    for (int i = 0; i < blocks.length; i++) {
      long first = blocks[i].pc >> 12;
      if (first == page || first + 1 == page && blocks[i].secondFrame >= 0) {
        blocks[i] = NONE;
      }
    }
  }
}

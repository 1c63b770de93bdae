package dev.zendo.hypervisor.engine.interpreter;

import java.util.Arrays;

/**
 * Blocks by virtual address for one vcpu, one guest mode and one kind of code, as long as its
 * translations stand. A direct-mapped cache; one thread.
 */
final class JumpCache {
  /** Slots for one who interprets all code of a guest. */
  static final int MANY = 4096;

  /** Slots for one who interprets an instruction now and then. */
  static final int FEW = 128;

  /** More slots for what was found last. */
  private static final int MEMORY = 4;

  /** An address that is not canonical, so that nothing jumps to it. */
  private static final Block NONE = new Block(Long.MIN_VALUE, 0, 0, 0, true, -1, null);

  private static final Block[] NOTHING = {NONE};

  private final int slots;
  private Block[] blocks = NOTHING;
  private boolean empty = true;

  /** What was found last, with more slots; may be outdated in every respect. Made at first use. */
  private Block[] remembered = NOTHING;

  /**
   * An empty cache, which takes no space before it is used.
   *
   * @param slots a power of two
   */
  JumpCache(int slots) {
    this.slots = slots;
  }

  private static int slot(long va, Block[] table) {
    return (int) (va ^ va >>> 12) & table.length - 1;
  }

  private static int memorySlot(long va, Block[] table) {
    return (int) (va ^ va >>> 15) & table.length - 1;
  }

  /** Some block; the caller compares its address. */
  Block get(long va) {
    Block[] table = blocks;
    return table[slot(va, table)];
  }

  /**
   * The block that was known for an address before the last flush, if the address is still in the
   * same frame; otherwise null.
   */
  Block recall(long va, long frame) {
    Block block = remembered[memorySlot(va, remembered)];
    return block.pc == va && block.frame == frame && block.isAlive() ? block : null;
  }

  void put(Block block) {
    if (remembered == NOTHING) {
      blocks = new Block[slots];
      Arrays.fill(blocks, NONE);
      remembered = new Block[MEMORY * slots];
      Arrays.fill(remembered, NONE);
    }
    blocks[slot(block.pc, blocks)] = block;
    empty = false;
    remembered[memorySlot(block.pc, remembered)] = block;
  }

  /** Forgets everything, also what it remembers, and gives the space back. */
  void shed() {
    blocks = NOTHING;
    empty = true;
    remembered = NOTHING;
  }

  void clear() {
    if (!empty) {
      Arrays.fill(blocks, NONE);
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

package dev.zendo.hypervisor.engine.direct;

/**
 * Blocks by guest address and frame, so that processes that have different code at an address keep
 * theirs: open addressing, nothing is allocated to look one up. One thread.
 */
final class BlockMap {
  private static final int SMALLEST = 1024;

  private Block[] blocks = new Block[SMALLEST];

  private int used;

  /** The block that starts at an address, in a frame; null when there is none. */
  Block get(long rip, long mfn) {
    return blocks[slot(rip, mfn)];
  }

  /** Enters a block, instead of another one of the same address and frame if there is one. */
  void put(Block block) {
    if (2 * used >= blocks.length) {
      grow();
    }
    int slot = slot(block.rip, block.mfn);
    used += blocks[slot] == null ? 1 : 0;
    blocks[slot] = block;
  }

  /** Forgets everything. */
  void clear() {
    blocks = new Block[SMALLEST];
    used = 0;
  }

  /** Where a block is, or where it would be entered. */
  private int slot(long rip, long mfn) {
    int mask = blocks.length - 1;
    int slot = hash(rip ^ mfn << Integer.SIZE) & mask;
    while (blocks[slot] != null && (blocks[slot].rip != rip || blocks[slot].mfn != mfn)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  /** Dead blocks stay where they are until then: searches may have to pass them. */
  private void grow() {
    Block[] old = blocks;
    blocks = new Block[2 * old.length];
    used = 0;
    for (Block block : old) {
      if (block != null && block.alive) {
        put(block);
      }
    }
  }

  private static int hash(long key) {
    return (int) (key * 0x9e37_79b9_7f4a_7c15L >>> 33);
  }
}

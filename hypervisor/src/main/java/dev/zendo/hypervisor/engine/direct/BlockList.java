package dev.zendo.hypervisor.engine.direct;

import java.util.Arrays;

/** All blocks of a cache in the order in which they were made, which is that of their code. */
final class BlockList {
  private static final int FIRST = 256;

  private Block[] blocks = new Block[FIRST];
  private int count;

  /** Adds a block whose code lies behind that of all others. */
  void add(Block block) {
    if (count == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * count);
    }
    blocks[count] = block;
    count++;
  }

  /**
   * The block whose code a host address lies in.
   *
   * @throws IllegalStateException when there is none
   */
  Block at(long address) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = low + high >>> 1;
      if (blocks[middle].entry > address) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    if (low == 0) {
      throw new IllegalStateException("no block at " + Long.toHexString(address));
    }
    return blocks[low - 1];
  }

  /** All are dead from now on, and none is here any more. */
  void clear() {
    for (int i = 0; i < count; i++) {
      blocks[i].alive = false;
    }
    blocks = new Block[FIRST];
    count = 0;
  }
}

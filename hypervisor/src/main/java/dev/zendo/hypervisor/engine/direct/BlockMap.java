package dev.zendo.hypervisor.engine.direct;

import java.util.Arrays;

/** Blocks by guest address: open addressing, nothing is allocated to look one up. One thread. */
final class BlockMap {
  private Block[] slots = new Block[1024];
  private int used;

  /** The block that starts at an address, null when there is none. */
  Block get(long rip) {
    for (int i = hash(rip); ; i++) {
      Block block = slots[i & slots.length - 1];
      if (block == null || block.rip == rip) {
        return block;
      }
    }
  }

  /** Enters a block, instead of another one at the same address if there is one. */
  void put(Block block) {
    if (2 * used >= slots.length) {
      grow();
    }
    int i = hash(block.rip);
    while (at(i) != null && at(i).rip != block.rip) {
      i++;
    }
    used += at(i) == null ? 1 : 0;
    slots[i & slots.length - 1] = block;
  }

  /** Forgets everything. */
  void clear() {
    Arrays.fill(slots, null);
    used = 0;
  }

  private Block at(int i) {
    return slots[i & slots.length - 1];
  }

  /** Dead blocks stay where they are until then: searches may have to pass them. */
  private void grow() {
    Block[] old = slots;
    slots = new Block[2 * old.length];
    used = 0;
    for (Block block : old) {
      if (block != null && block.alive) {
        put(block);
      }
    }
  }

  private static int hash(long rip) {
    long mixed = rip * 0x9e37_79b9_7f4a_7c15L;
    return (int) (mixed >>> 33);
  }
}

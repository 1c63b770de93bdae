package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class BlockListTest {
  private final BlockList list = new BlockList();

  @Test
  void anAddressBelongsToTheBlockWhoseCodeItLiesIn() {
    Block[] blocks = new Block[1000];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = new Block(i, 1, true);
      blocks[i].entry = 0x7f00_0000_0000L + 100L * i;
      list.add(blocks[i]);
    }
    for (Block block : blocks) {
      assertSame(block, list.at(block.entry));
      assertSame(block, list.at(block.entry + 99));
    }
    assertThrows(IllegalStateException.class, () -> list.at(blocks[0].entry - 1));
  }

  @Test
  void nothingIsFoundAmongNoneAndThoseThatWereThereAreDead() {
    Block block = new Block(0, 1, true);
    list.add(block);
    list.clear();
    assertFalse(block.alive);
    assertThrows(IllegalStateException.class, () -> list.at(block.entry));
  }
}

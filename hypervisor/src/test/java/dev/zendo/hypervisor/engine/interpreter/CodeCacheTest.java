package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CodeMap;
import org.junit.jupiter.api.Test;

/** What is kept of decoded code, and for how long. */
class CodeCacheTest {
  private static Block block(long pc, int start, int bytes) {
    return new Block(pc, 1, start, bytes, true, -1, new ControlOps.FallThrough());
  }

  @Test
  void fullCacheStartsOver() {
    CodeCache cache = new CodeCache(new CodeMap(4096), 4096, 100);
    Block first = block(0x1000, 0, 4);
    FrameCode frame = cache.frame(3000);
    assertTrue(frame.add(first, frame.generation()));
    cache.added(60);
    assertSame(first, frame.find(0x1000, true));
    cache.added(60);
    assertNull(frame.find(0x1000, true));
    assertFalse(first.isAlive());
  }

  @Test
  void codeReadBeforeADropIsNotKept() {
    FrameCode frame = new FrameCode();
    int before = frame.generation();
    frame.dropAll();
    assertFalse(frame.add(block(0x1000, 0, 4), before));
  }

  @Test
  void storeDropsOnlyWhatItOverlaps() {
    FrameCode frame = new FrameCode();
    Block low = block(0x1000, 0, 8);
    Block high = block(0x1008, 8, 8);
    frame.add(low, 0);
    frame.add(high, 0);
    assertEquals(FrameCode.KEEP, frame.afterStore(7, 16, 8));
    assertEquals(FrameCode.DROP_OVERLAP, frame.afterStore(7, 15, 1));
    frame.drop(7, 15, 1);
    assertTrue(low.isAlive());
    assertFalse(high.isAlive());
  }

  @Test
  void modesDoNotShareBlocks() {
    FrameCode frame = new FrameCode();
    frame.add(block(0x1000, 0, 4), 0);
    assertNull(frame.find(0x1000, false));
  }

  @Test
  void branchThatGoesBothWaysInTurnIsLeftAlone() {
    FrameCode frame = new FrameCode();
    frame.turn(block(0x1000, 0, 4), 0x1010);
    assertTrue(frame.isUsuallyTaken(0x1010));
    frame.turn(block(0x1000, 0, 4), 0x1010);
    assertFalse(frame.isUsuallyTaken(0x1010));
    Block third = block(0x1000, 0, 4);
    frame.turn(third, 0x1010);
    assertTrue(third.isAlive());
  }

  @Test
  void blockThatRunsOftenIsBuiltAgain() {
    FrameCode frame = new FrameCode();
    Block block = block(0x1020, 0x20, 4);
    frame.add(block, 0);
    assertFalse(frame.isHot(0x1020));
    frame.extend(block);
    assertTrue(frame.isHot(0x1020));
    assertNull(frame.find(0x1020, true));
    Block again = block(0x1020, 0x20, 12);
    again.hot = true;
    frame.add(again, 0);
    frame.extend(again);
    assertTrue(again.isAlive(), "once is enough");
    frame.dropAll();
    assertFalse(frame.isHot(0x1020));
  }
}

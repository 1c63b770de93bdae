package dev.zendo.hypervisor.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameTableTest {
  private FrameTable table;
  private long freed = -1;

  @BeforeEach
  void build() {
    table = new FrameTable(64);
    table.listener((mfn, owner, extra) -> freed = mfn);
  }

  @AfterEach
  void close() {
    table.close();
  }

  @Test
  void onlyTheOwnerGetsAReference() {
    table.assign(5, 7, false);
    assertTrue(table.get(5, 7));
    assertFalse(table.get(5, 8));
    assertFalse(table.get(6, 7));
    assertFalse(table.get(64, 7));
    assertFalse(table.get(-1, 7));
    assertEquals(7, table.owner(5));
    assertEquals(-1, table.owner(Long.MIN_VALUE));
  }

  @Test
  void theLastReferenceFrees() {
    table.assign(5, 7, false);
    assertTrue(table.get(5, 7));
    assertTrue(table.clearAllocation(5));
    assertFalse(table.clearAllocation(5));
    table.put(5);
    assertEquals(-1, freed);
    table.put(5);
    assertEquals(5, freed);
    assertFalse(table.get(5, 7));
    assertThrows(IllegalStateException.class, () -> table.put(5));
  }

  @Test
  void typesExcludeEachOther() {
    table.assign(5, 7, false);
    assertEquals(0, table.acquireType(5, FrameTable.WRITABLE));
    assertEquals(FrameTable.SHARED, table.acquireType(5, FrameTable.WRITABLE));
    assertEquals(FrameTable.REFUSED, table.acquireType(5, FrameTable.L1));
    assertTrue(table.putTypeUnlessLast(5));
    assertTrue(table.putTypeUnlessLast(5));
    assertEquals(FrameTable.NONE, table.type(5));
    assertTrue(table.acquireType(5, FrameTable.L2) > 0);
    table.validated(5);
    assertEquals(FrameTable.REFUSED, table.acquireType(5, FrameTable.WRITABLE));
    assertFalse(table.putTypeUnlessLast(5));
    table.dropType(5);
    assertFalse(table.isValidated(5));
    assertThrows(IllegalStateException.class, () -> table.dropType(5));
  }

  @Test
  void losingATypeIsStamped() {
    table.assign(5, 7, false);
    assertEquals(0, table.staleSince(5));
    table.acquireType(5, FrameTable.WRITABLE);
    long now = table.tick();
    table.putTypeUnlessLast(5);
    assertTrue(table.staleSince(5) >= now);
    assertTrue(table.staleSince(5) < table.tick());
  }

  @Test
  void whoGetsTheFirstTypeLearnsTheStamp() {
    table.assign(5, 7, false);
    table.acquireType(5, FrameTable.WRITABLE);
    long now = table.tick();
    table.dropType(5);
    assertEquals(now, table.acquireType(5, FrameTable.L1));
    assertEquals(FrameTable.L1, table.type(5));
    assertEquals(0, table.staleSince(5));
  }

  /** The stamp and the type share a word: what is asked of a type is not answered by the stamp. */
  @Test
  void aStampIsNoType() {
    table.assign(5, 7, false);
    for (int i = 0; i < 3000; i++) {
      table.acquireType(5, FrameTable.L2);
      table.tick();
      table.dropType(5);
      assertEquals(FrameTable.NONE, table.type(5));
      assertEquals(0, table.typeReferences(5));
      assertFalse(table.isValidated(5) || table.isPinned(5) || table.unpin(5));
      assertEquals(0, table.linear(5));
      assertFalse(table.addLinear(5, 1));
      assertThrows(IllegalStateException.class, () -> table.pin(5));
    }
  }

  @Test
  void pinnedAndLinearGoWithTheType() {
    table.assign(5, 7, false);
    table.acquireType(5, FrameTable.L2);
    assertTrue(table.pin(5));
    assertFalse(table.pin(5));
    assertTrue(table.unpin(5));
    assertFalse(table.unpin(5));
    table.pin(5);
    table.addLinear(5, 4);
    table.dropType(5);
    table.acquireType(5, FrameTable.L2);
    assertFalse(table.isPinned(5));
    assertEquals(0, table.linear(5));
  }

  @Test
  void freedFramesAreStampedAndKeepNoType() {
    table.assign(5, 7, true);
    table.acquireType(5, FrameTable.WRITABLE);
    long now = table.tick();
    table.clearAllocation(5);
    table.put(5);
    assertEquals(FrameTable.NONE, table.type(5));
    assertEquals(now, table.staleSince(5));
    table.assign(5, 8, false);
    assertEquals(now, table.acquireType(5, FrameTable.L1));
  }

  @Test
  void aStolenFrameIsStamped() {
    table.assign(5, 7, false);
    long now = table.tick();
    assertTrue(table.steal(5, 7));
    assertEquals(now, table.staleSince(5));
  }

  @Test
  void aFrameInUseCannotBeStolen() {
    table.assign(5, 7, false);
    table.get(5, 7);
    assertFalse(table.steal(5, 7));
    table.put(5);
    assertFalse(table.steal(5, 8));
    assertFalse(table.steal(-1, 7));
    assertTrue(table.steal(5, 7));
    assertEquals(-1, table.owner(5));
  }

  @Test
  void linearCountsAreSignedAndBounded() {
    table.assign(5, 7, false);
    table.acquireType(5, FrameTable.L2);
    assertTrue(table.addLinear(5, -3));
    assertEquals(-3, table.linear(5));
    assertTrue(table.addLinear(5, 3));
    assertTrue(table.addLinear(5, 32767));
    assertFalse(table.addLinear(5, 1));
    assertEquals(1, table.typeReferences(5));
  }
}

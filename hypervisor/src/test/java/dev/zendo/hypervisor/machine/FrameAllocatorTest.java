package dev.zendo.hypervisor.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CodeMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameAllocatorTest {
  private static final int FRAMES = 2048;
  private static final long FIRST = 256;

  private MachineMemory memory;
  private FrameTable table;
  private FrameAllocator allocator;

  @BeforeEach
  void build() {
    memory = new MachineMemory(FRAMES);
    table = new FrameTable(FRAMES);
    allocator = new FrameAllocator(memory, table, new CodeMap(FRAMES));
    allocator.add(FIRST, FRAMES);
  }

  @AfterEach
  void close() {
    table.close();
    memory.close();
  }

  @Test
  void blocksAreAlignedAndDistinct() {
    boolean[] taken = new boolean[FRAMES];
    Random random = new Random(1);
    long total = 0;
    while (true) {
      int order = random.nextInt(5);
      long block = allocator.allocate(order);
      if (block < 0) {
        break;
      }
      assertEquals(0, block & (1L << order) - 1);
      for (long mfn = block; mfn < block + (1L << order); mfn++) {
        assertTrue(mfn >= FIRST);
        assertFalse(taken[(int) mfn]);
        taken[(int) mfn] = true;
        total++;
      }
    }
    assertEquals(FRAMES - FIRST - total, allocator.freeFrames());
  }

  @Test
  void freedBlocksJoinAgain() {
    List<Long> frames = new ArrayList<>();
    for (long mfn = allocator.allocate(0); mfn >= 0; mfn = allocator.allocate(0)) {
      frames.add(mfn);
    }
    assertEquals(FRAMES - FIRST, frames.size());
    assertEquals(-1, allocator.allocate(0));
    frames.forEach(allocator::free);
    assertEquals(FRAMES - FIRST, allocator.freeFrames());
    assertEquals(1024, allocator.allocate(10));
  }

  @Test
  void usedFramesComeBackAsZeros() {
    long mfn = allocator.allocate(0);
    HostMemory.putLong(memory.address(mfn) + 8, 77);
    allocator.free(mfn);
    long block = allocator.allocate(0);
    assertEquals(mfn, block);
    assertEquals(0, HostMemory.getLong(memory.address(block) + 8));
  }

  @Test
  void impossibleOrdersAreRefused() {
    for (int order : new int[] {-1, 19, 64, Integer.MAX_VALUE, Integer.MIN_VALUE, 12}) {
      assertEquals(-1, allocator.allocate(order));
    }
  }
}

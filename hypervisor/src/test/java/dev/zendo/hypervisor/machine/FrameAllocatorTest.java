package dev.zendo.hypervisor.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypervisor.engine.CodeMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

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
      long block = allocator.allocate(order, null);
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
    for (long mfn = allocator.allocate(0, null); mfn >= 0; mfn = allocator.allocate(0, null)) {
      frames.add(mfn);
    }
    assertEquals(FRAMES - FIRST, frames.size());
    assertEquals(-1, allocator.allocate(0, null));
    frames.forEach(allocator::free);
    assertEquals(FRAMES - FIRST, allocator.freeFrames());
    assertEquals(1024, allocator.allocate(10, null));
  }

  /** What nothing backs reads as zero; frames that are free still have what was in them. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void theHostGetsWhatBackedABlockWhenItsLastFrameIsFree() {
    long block = allocator.allocate(9, null);
    for (int i = 0; i < 512; i++) {
      HostMemory.putLong(memory.address(block + i), 77);
    }
    for (int i = 0; i < 512; i++) {
      int last = i * 5 & 511;
      assertEquals(77, HostMemory.getLong(memory.address(block + last)));
      allocator.free(block + last);
      long left = HostMemory.getLong(memory.address(block + last));
      assertEquals(i < 511 ? 77 : 0, left);
    }
  }

  @Test
  void usedFramesComeBackAsZeros() {
    long mfn = allocator.allocate(0, null);
    HostMemory.putLong(memory.address(mfn) + 8, 77);
    allocator.free(mfn);
    long block = allocator.allocate(0, null);
    assertEquals(mfn, block);
    assertEquals(0, HostMemory.getLong(memory.address(block) + 8));
  }

  @Test
  void impossibleOrdersAreRefused() {
    for (int order : new int[] {-1, 19, 64, Integer.MAX_VALUE, Integer.MIN_VALUE, 12}) {
      assertEquals(-1, allocator.allocate(order, null));
    }
  }

  @Test
  void claimedFramesAreOnlyForWhoClaimedThem() {
    FrameClaim claim = new FrameClaim();
    long free = FRAMES - FIRST;
    assertEquals(-Errno.ENOMEM, allocator.claim(claim, free + 2, 1));
    assertEquals(-Errno.EINVAL, allocator.claim(claim, 1, 1));
    assertEquals(0, allocator.claim(claim, free, 1));
    assertEquals(-Errno.EINVAL, allocator.claim(claim, free, 1));
    assertEquals(free - 1, allocator.claimedFrames());
    assertEquals(-1, allocator.allocate(1, null));
    assertEquals(-1, allocator.allocate(1, new FrameClaim()));
    assertTrue(allocator.allocate(0, null) >= 0);
    assertEquals(-1, allocator.allocate(0, null));
    assertTrue(allocator.allocate(4, claim) >= 0);
    allocator.counted(claim, 16);
    assertEquals(free - 17, claim.outstanding());
    allocator.counted(claim, -1);
    assertEquals(free - 16, allocator.claimedFrames());
    allocator.counted(claim, 2000);
    assertEquals(0, allocator.claimedFrames());
    assertTrue(allocator.allocate(0, null) >= 0);
    allocator.claim(claim, 10, 0);
    allocator.claim(claim, 0, 0);
    assertEquals(0, allocator.claimedFrames());
  }
}

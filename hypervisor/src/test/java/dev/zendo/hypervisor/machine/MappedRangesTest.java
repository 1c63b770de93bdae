package dev.zendo.hypervisor.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypervisor.engine.CodeMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames that are mapped from pages which nobody changes, between others. */
class MappedRangesTest {
  private static final int FRAMES = 2048;
  private static final long FIRST = 256;
  private static final int PAGES = 512;

  private MachineMemory memory;
  private FrameTable table;
  private FrameAllocator allocator;
  private FrozenLayer pages;

  /** Refers to them all. */
  private FrozenPages all = new FrozenPages(PAGES);

  @BeforeEach
  void build() {
    memory = new MachineMemory(FRAMES);
    table = new FrameTable(FRAMES);
    allocator = new FrameAllocator(memory, table, new CodeMap(FRAMES));
    allocator.add(FIRST, FRAMES);
    pages = FrozenLayer.allocate(PAGES);
    long from = HostMemory.allocate(MachineMemory.FRAME_SIZE, 8);
    for (int i = 0; i < PAGES; i++) {
      HostMemory.putLong(from + 8, i % 7 == 0 ? 0 : i);
      pages.fill(i, 1, from);
    }
    HostMemory.free(from);
    all.refer(0, PAGES, pages, 0);
  }

  @AfterEach
  void close() {
    all.close();
    pages.made();
    table.close();
    memory.close();
  }

  private long value(long mfn) {
    return HostMemory.getLong(memory.address(mfn) + 8);
  }

  private long kept(int page) {
    return HostMemory.getLong(pages.address(page) + 8);
  }

  private void set(long mfn, long value) {
    HostMemory.putLong(memory.address(mfn) + 8, value);
  }

  private void free(long block, int order) {
    for (long mfn = block; mfn < block + (1L << order); mfn++) {
      allocator.free(mfn);
    }
  }

  @Test
  void pagesOfZerosAreNotKept() {
    assertFalse(pages.isFilled(0));
    assertFalse(pages.isFilled(14));
    assertTrue(pages.isFilled(1));
    assertEquals(PAGES - (PAGES + 6) / 7, all.filled());
  }

  @Test
  void writersHaveTheirOwn() {
    long one = allocator.allocate(5, null);
    long other = allocator.allocate(5, null);
    assumeTrue(allocator.map(one, 32, pages, 64));
    assertTrue(allocator.map(other, 32, pages, 64));
    set(one + 1, -1);
    set(other + 2, -2);
    assertEquals(65, value(other + 1));
    assertEquals(66, value(one + 2));
    assertEquals(65, kept(65));
    free(other, 5);
    assertEquals(-1, value(one + 1));
    assertEquals(1, allocator.mappedRanges());
    free(one, 5);
    assertEquals(0, allocator.mappedRanges());
    assertEquals(65, kept(65));
  }

  @Test
  void framesThatGoToOthersFirstAreEmpty() {
    long block = allocator.allocate(9, null);
    assumeTrue(allocator.map(block, 512, pages, 0));
    for (long mfn = block + 100; mfn < block + 200; mfn++) {
      allocator.free(mfn);
    }
    // All else, so that these are among them.
    List<Long> others = new ArrayList<>();
    for (long mfn = allocator.allocate(0, null); mfn >= 0; mfn = allocator.allocate(0, null)) {
      assertEquals(0, value(mfn));
      others.add(mfn);
    }
    assertTrue(others.contains(block + 150));
    for (long mfn = block; mfn < block + 512; mfn++) {
      if (!others.contains(mfn)) {
        allocator.free(mfn);
      }
    }
    assertEquals(1, allocator.mappedRanges());
    others.forEach(allocator::free);
    assertEquals(0, allocator.mappedRanges());
  }

  @Test
  void whatIsMappedAnewLeavesTheRestAlone() {
    long block = allocator.allocate(9, null);
    assumeTrue(allocator.map(block, 512, pages, 0));
    assertTrue(allocator.map(block + 100, 50, pages, 300));
    assertEquals(3, allocator.mappedRanges());
    assertEquals(99, value(block + 99));
    assertEquals(300, value(block + 100));
    assertEquals(150, value(block + 150));
    free(block, 9);
    assertEquals(0, allocator.mappedRanges());
  }

  @Test
  void pagesGoWithTheLastWhoRefersToThem() {
    long block = allocator.allocate(9, null);
    assumeTrue(allocator.map(block, 100, pages, 100));
    all.close();
    all = new FrozenPages(1);
    assertEquals(List.of(0L, 101L, 199L, 0L), List.of(kept(99), kept(101), kept(199), kept(200)));
    // In the middle of the range.
    assertTrue(allocator.map(block + 30, 20, pages, 400));
    assertEquals(List.of(129L, 0L, 0L, 150L), List.of(kept(129), kept(131), kept(148), kept(150)));
    assertEquals(150, value(block + 50));
    free(block, 9);
    assertEquals(0, kept(150));
  }

  @Test
  void framesKnowWhereTheyComeFrom() {
    long block = allocator.allocate(9, null);
    assumeTrue(allocator.map(block + 10, 100, pages, 200));
    assertTrue(allocator.map(block + 50, 10, pages, 7));
    int[] found = new int[512];
    allocator.origins(
        block + 5,
        100,
        (first, count, layer, page) -> {
          for (int i = 0; i < count; i++) {
            found[(int) (first - block) + i] = layer == pages ? page + i : -1;
          }
        });
    for (int i = 0; i < 512; i++) {
      int expected = i < 10 || i >= 105 ? 0 : i >= 50 && i < 60 ? i - 43 : 190 + i;
      assertEquals(expected, found[i]);
    }
    free(block, 9);
  }

  @Test
  void theHostTellsWhatWasWritten() {
    long block = allocator.allocate(9, null);
    assumeTrue(allocator.map(block, 100, pages, 200));
    set(block + 3, 1);
    set(block + 200, 1);
    assertEquals(204, value(block + 4));
    try (PageMap map = PageMap.open()) {
      assumeTrue(map != null && map.look(memory.address(block), 512) == 512);
      assertEquals(
          List.of(true, false, false, true),
          List.of(map.isOwn(3), map.isOwn(4), map.isOwn(99), map.isOwn(200)));
      assertTrue(map.isThere(4));
    }
    free(block, 9);
  }

  @Test
  void blocksAreEmptyWhenTheyAreGivenWhateverTheyWere() {
    Random random = new Random(7);
    List<long[]> blocks = new ArrayList<>();
    long free = allocator.freeFrames();
    for (int round = 0; round < 3000; round++) {
      int order = random.nextInt(11);
      long block = random.nextInt(3) == 0 ? -1 : allocator.allocate(order, null);
      if (block >= 0) {
        for (long mfn = block; mfn < block + (1L << order); mfn++) {
          assertEquals(0, value(mfn));
        }
        int count = Math.min(PAGES, 1 << order);
        int page = random.nextInt(PAGES - count + 1);
        boolean mapped = random.nextBoolean() && allocator.map(block, count, pages, page);
        for (int i = 0; mapped && i < count; i++) {
          assertEquals((page + i) % 7 == 0 ? 0 : page + i, value(block + i));
        }
        set(block + random.nextInt(1 << order), round);
        blocks.add(new long[] {block, 1L << order});
      } else if (!blocks.isEmpty()) {
        // Frames go one by one, some of them later than others.
        long[] gone = blocks.remove(random.nextInt(blocks.size()));
        long kept = random.nextInt(4) == 0 ? random.nextInt((int) gone[1]) : gone[1];
        for (long mfn = gone[0]; mfn < gone[0] + kept; mfn++) {
          allocator.free(mfn);
        }
        if (kept < gone[1]) {
          blocks.add(new long[] {gone[0] + kept, gone[1] - kept});
        }
      }
    }
    for (long[] each : blocks) {
      for (long mfn = each[0]; mfn < each[0] + each[1]; mfn++) {
        allocator.free(mfn);
      }
    }
    assertEquals(free, allocator.freeFrames());
    assertEquals(0, allocator.mappedRanges());
  }
}

package dev.zendo.dom0.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.image.ElfMaker;
import dev.zendo.dom0.image.ImageException;
import dev.zendo.dom0.image.KernelImage;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DomainLayoutTest {
  private static final long LINUX_BASE = 0xffffffff80000000L;
  private static final long INIT_P2M = 0x8000000000L;
  private static final long FRAME = 0x000ffffffffff000L;

  private static KernelImage kernel(ElfMaker maker) {
    return KernelImage.of("test", maker.bytes(), 1 << 30);
  }

  /** What Xen's builder made of the test framework's image, with 128 MiB. */
  private static DomainLayout recorded() {
    return new DomainLayout(kernel(ElfMaker.kernel(0x10000)), 0x8000, 0);
  }

  private static DomainLayout linux(long pages, long ramdisk) {
    ElfMaker maker =
        new ElfMaker()
            .load(LINUX_BASE + 0x1000000, 0x1000000, new byte[64], 0x2e00000)
            .entry(0x1000000)
            .note(1, LINUX_BASE + 0x1000000)
            .note(3, LINUX_BASE)
            .note(15, INIT_P2M)
            .note(16, 1L);
    return new DomainLayout(kernel(maker), pages, ramdisk);
  }

  @Test
  void followsXenForAKernelAtOneMegabyte() {
    DomainLayout layout = recorded();
    assertEquals(0x111, layout.p2mPfn());
    assertEquals(0x151, layout.startInfoPfn());
    assertEquals(0x152, layout.xenstorePfn());
    assertEquals(0x153, layout.consolePfn());
    assertEquals(0x154, layout.tablesPfn());
    assertEquals(5, layout.tableCount());
    assertEquals(0x159, layout.bootStackPfn());
    assertEquals(0x400, layout.mappedPages());
    assertEquals(0, layout.p2mFrames());
    assertEquals(0x111000, layout.p2mAddress());
  }

  @Test
  void putsRamdiskBetweenKernelAndListUnlessItMayBeUnmapped() {
    DomainLayout layout =
        new DomainLayout(kernel(ElfMaker.kernel(0x10000)), 0x8000, 5 * DomainLayout.PAGE + 1);
    assertTrue(layout.ramdiskMapped());
    assertEquals(0x111, layout.ramdiskPfn());
    assertEquals(0x117, layout.p2mPfn());
  }

  @Test
  void putsUnmappedRamdiskAndListBehindTheInitialMapping() {
    DomainLayout layout = linux(65536, 1 << 20);
    assertFalse(layout.ramdiskMapped());
    assertFalse(layout.p2mMapped());
    assertEquals(0x3e00, layout.startInfoPfn());
    assertEquals(0x3e03, layout.tablesPfn());
    assertEquals(layout.mappedPages(), layout.ramdiskPfn());
    assertEquals(layout.ramdiskPfn() + 256, layout.p2mPfn());
    // 128 frames of list, and a table of each level to map them
    assertEquals(128 + 3, layout.p2mFrames());
    assertEquals(INIT_P2M, layout.p2mAddress());
    assertEquals(0, layout.mappedPages() % 1024);
  }

  @Test
  void leavesHalfAMegabyteBehindTheBootStack() {
    for (int size = 1; size < 6 << 20; size += 77_777) {
      DomainLayout layout = new DomainLayout(kernel(ElfMaker.kernel(size)), 0x8000, 0);
      assertTrue(layout.mappedPages() - layout.bootStackPfn() > 128);
      assertTrue(layout.mappedPages() - layout.bootStackPfn() <= 1024 + 128 + 2);
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    ImageException e = assertThrows(ImageException.class, () -> linux(0x3000, 0));
    assertTrue(e.getMessage().contains("--memory"), e.getMessage());
    assertThrows(ImageException.class, () -> linux(0x4000, 1 << 30));
    assertThrows(ImageException.class, () -> linux(0x4000, Long.MAX_VALUE));
  }

  /** Walks the tables like a processor; returns the leaf entry, 0 when there is none. */
  private static long walk(
      Map<Long, long[]> tables, DomainLayout layout, long mfnOffset, long address) {
    long pfn = layout.tablesPfn();
    long entry = 0;
    for (int level = 3; level >= 0; level--) {
      long[] table = tables.get(pfn);
      if (table == null) {
        return 0;
      }
      entry = table[(int) (address >>> (12 + 9 * level)) & 511];
      if ((entry & 1) == 0) {
        return 0;
      }
      assertEquals(level > 0 ? 0x67 : 0x21, entry & (level > 0 ? 0xfff : 0xffd));
      pfn = ((entry & FRAME) >>> 12) - mfnOffset;
    }
    return entry;
  }

  private static void checkTables(DomainLayout layout) {
    long mfnOffset = 0x1234567;
    long[] p2m = new long[(int) layout.pages()];
    for (int i = 0; i < p2m.length; i++) {
      p2m[i] = mfnOffset + i;
    }
    Map<Long, long[]> tables = new HashMap<>();
    PageTables.write(
        layout,
        p2m,
        (pfn, index, entry) -> tables.computeIfAbsent(pfn, k -> new long[512])[index] = entry);
    for (long pfn = 0; pfn < layout.mappedPages(); pfn++) {
      long entry = walk(tables, layout, mfnOffset, layout.address(pfn));
      assertEquals(mfnOffset + pfn, (entry & FRAME) >>> 12);
      assertEquals(!tables.containsKey(pfn), (entry & 2) != 0, "writable " + pfn);
    }
    assertEquals(0, walk(tables, layout, mfnOffset, layout.address(layout.mappedPages())));
    long expected = layout.tableCount();
    if (!layout.p2mMapped()) {
      long listPages = DomainLayout.pagesOf(layout.pages() * 8);
      for (long i = 0; i < listPages; i++) {
        long entry = walk(tables, layout, mfnOffset, layout.p2mAddress() + i * 4096);
        assertEquals(mfnOffset + layout.p2mPfn() + i, (entry & FRAME) >>> 12);
      }
      expected += layout.p2mFrames() - listPages;
    }
    assertEquals(expected, tables.size());
  }

  @Test
  void tablesMapWhatTheLayoutSays() {
    checkTables(recorded());
    checkTables(linux(65536, 3 << 20));
    checkTables(linux(1 << 20, 0));
  }
}

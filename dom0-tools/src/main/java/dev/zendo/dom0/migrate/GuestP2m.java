package dev.zendo.dom0.migrate;

import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.hypercalls.start.ArchSharedInfo;
import dev.zendo.hypercalls.start.SharedInfo;

/**
 * Reads a kernel's p2m list where its shared info page says it is: at an address of its own, or in
 * a tree of frames (xen.h, arch_shared_info).
 *
 * @param pages the machine frames of the list's pages
 * @param list the machine frame of each page frame, any values
 */
record GuestP2m(long[] pages, long[] list) {
  private static final int ENTRIES = GuestPages.ENTRIES;
  private static final long MAX_PFNS = DomainSpec.MAX_MEMORY_MIB << 8;
  private static final long FRAME_MASK = 0x000f_ffff_ffff_f000L;
  private static final int PRESENT = 1;
  private static final int LARGE = 0x80;
  private static final int SHIFT = 12;
  private static final String NAME = "the p2m list";

  /**
   * Reads the list.
   *
   * @throws StreamException when the kernel does not say where it is
   */
  static GuestP2m read(GuestPages memory, byte[] sharedInfo) {
    Contents info = new Contents(sharedInfo);
    long arch = SharedInfo.ARCH.at(0);
    long count = ArchSharedInfo.MAX_PFN.get(info, arch);
    long root = ArchSharedInfo.P2M_CR3.get(info, arch);
    if (count < 1 || count > MAX_PFNS) {
      throw new StreamException(
          "the guest's kernel does not say where its p2m list is, so it cannot be saved");
    }
    int pageCount = (int) ((count + ENTRIES - 1) / ENTRIES);
    long[] pages =
        root != 0
            ? linear(memory, root >>> SHIFT, ArchSharedInfo.P2M_VADDR.get(info, arch), pageCount)
            : tree(memory, ArchSharedInfo.PFN_TO_MFN_FRAME_LIST_LIST.get(info, arch), pageCount);
    long[] list = new long[(int) count];
    memory.values(pages, list, NAME);
    return new GuestP2m(pages, list);
  }

  private static long[] linear(GuestPages memory, long root, long address, int count) {
    long[] pages = new long[count];
    for (int i = 0; i < count; i++) {
      long at = address + ((long) i << SHIFT);
      long table = root;
      for (int level = 3; level >= 0; level--) {
        int index = (int) (at >>> SHIFT + 9 * level) & ENTRIES - 1;
        long entry = memory.values(table, "a page table")[index];
        if ((entry & PRESENT) == 0 || level > 0 && (entry & LARGE) != 0) {
          throw new StreamException("page " + i + " of " + NAME + " of the guest is not mapped");
        }
        table = (entry & FRAME_MASK) >>> SHIFT;
      }
      pages[i] = table;
    }
    return pages;
  }

  private static long[] tree(GuestPages memory, long root, int count) {
    long[] pages = new long[count];
    for (int i = 0; i < count; i++) {
      long middle = memory.values(root, NAME)[i / ENTRIES];
      pages[i] = memory.values(middle, NAME)[i % ENTRIES];
    }
    return pages;
  }
}

package dev.zendo.dom0.dump;

import dev.zendo.dom0.control.HypercallFailure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which pages of a domain are seen at which addresses through a top-level page table: what lies
 * side by side in both is one range. The tables may hold anything, also themselves; frames that are
 * not the domain's are not followed, and there is an end to tables and to ranges.
 */
final class VirtualRanges {
  /** As many as the number of program headers in an ELF file can be, nearly. */
  private static final int MAX_RANGES = 60_000;

  /** Tables for 256 GiB, or one table many times. */
  private static final int MAX_TABLES = 1 << 17;

  private static final int LEVELS = 4;
  private static final int ENTRIES = 512;
  private static final int PRESENT = 1;
  private static final int LARGE = 0x80;
  private static final long FRAME_MASK = 0x000f_ffff_ffff_f000L;
  private static final int INDEX_BITS = 31;

  /**
   * Pages that are seen one behind the other.
   *
   * @param address of the first
   * @param firstPage index of the first
   * @param pages how many
   */
  record Range(long address, int firstPage, int pages) {}

  private final DomainImage image;
  private final long[] byFrame;
  private final List<Range> ranges = new ArrayList<>();
  private int tables;
  private long address;
  private int firstPage;
  private int count;

  private VirtualRanges(DomainImage image) {
    this.image = image;
    GuestPages pages = image.pages();
    byFrame = new long[pages.count()];
    for (int i = 0; i < byFrame.length; i++) {
      byFrame[i] = pages.mfn(i) << INDEX_BITS | i;
    }
    Arrays.sort(byFrame);
  }

  /**
   * The ranges of an address space.
   *
   * @param root machine frame of the top-level table, any value
   */
  static List<Range> of(DomainImage image, long root) {
    VirtualRanges walk = new VirtualRanges(image);
    if (walk.index(root) >= 0) {
      walk.table(root, LEVELS, 0);
    }
    walk.close();
    return walk.ranges;
  }

  /** Index of the page in a machine frame; negative when the domain has no such page. */
  private int index(long mfn) {
    int at = Arrays.binarySearch(byFrame, mfn << INDEX_BITS);
    int next = at < 0 ? -at - 1 : at;
    boolean found = next < byFrame.length && byFrame[next] >>> INDEX_BITS == mfn;
    return found ? (int) (byFrame[next] & (1L << INDEX_BITS) - 1) : -1;
  }

  private void table(long mfn, int level, long from) {
    if (tables++ >= MAX_TABLES) {
      return;
    }
    byte[] page = new byte[CoreLayout.PAGE];
    try {
      image.readFrame(mfn, page);
    } catch (HypercallFailure e) {
      return;
    }
    ByteBuffer entries = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    int shift = 12 + 9 * (level - 1);
    for (int i = 0; i < ENTRIES && ranges.size() < MAX_RANGES; i++) {
      long entry = entries.getLong(8 * i);
      long frame = (entry & FRAME_MASK) >>> 12;
      int index = (entry & PRESENT) == 0 ? -1 : index(frame);
      if (index < 0) {
        continue;
      }
      long at = from + ((long) i << shift);
      if (level == 1) {
        add(at << 16 >> 16, index);
      } else if ((entry & LARGE) == 0 || level == LEVELS) {
        table(frame, level - 1, at);
      }
    }
  }

  private void add(long at, int index) {
    boolean next =
        count > 0 && at == address + (long) count * CoreLayout.PAGE && index == firstPage + count;
    if (!next) {
      close();
      address = at;
      firstPage = index;
    }
    count++;
  }

  private void close() {
    if (count > 0) {
      ranges.add(new Range(address, firstPage, count));
      count = 0;
    }
  }
}

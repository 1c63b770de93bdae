package dev.zendo.dom0.migrate;

import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.migrate.stream.PageKind;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.util.Arrays;

/**
 * Which machine frame of a domain is which page frame, as its kernel says in its p2m list, and what
 * each is. The kernel may say anything: what it does not own counts as not there. Immutable.
 */
final class FrameMap {
  /** Binary logarithm of the frames of a block. */
  private static final int BLOCK_SHIFT = 9;

  private static final int IN_BLOCK = (1 << BLOCK_SHIFT) - 1;

  private final long[] frames;
  private final byte[] kinds;

  /**
   * Page frames of machine frames, in blocks from the first one on that has any: most are
   * neighbours, but a few may be far away.
   */
  private final int[][] pfns;

  private final long firstBlock;

  private FrameMap(long[] frames, byte[] kinds, int[][] pfns, long firstBlock) {
    this.frames = frames;
    this.kinds = kinds;
    this.pfns = pfns;
    this.firstBlock = firstBlock;
  }

  /**
   * Asks the hypervisor what frames are.
   *
   * @param list machine frame of each page frame, any values
   */
  static FrameMap of(MemoryControl memory, int domain, long[] list) {
    byte[] kinds = memory.frameKinds(domain, list);
    long least = Long.MAX_VALUE;
    long most = -1;
    for (int i = 0; i < list.length; i++) {
      // The hypervisor knows each frame that it knows a kind of, so this is a frame of the machine.
      if (kinds[i] != PageKind.NONE) {
        least = Math.min(least, list[i]);
        most = Math.max(most, list[i]);
      }
    }
    long firstBlock = least >> BLOCK_SHIFT;
    int blocks = most < 0 ? 0 : (int) ((most >> BLOCK_SHIFT) - firstBlock) + 1;
    FrameMap map = new FrameMap(list, kinds, new int[blocks][], firstBlock);
    for (int i = 0; i < list.length; i++) {
      if (kinds[i] != PageKind.NONE && !map.enter(list[i], i)) {
        kinds[i] = PageKind.NONE;
      }
    }
    return map;
  }

  /** Notes the page frame of a machine frame; false when it has one. */
  private boolean enter(long frame, int pfn) {
    int index = (int) ((frame >> BLOCK_SHIFT) - firstBlock);
    int[] block = pfns[index];
    if (block == null) {
      block = new int[IN_BLOCK + 1];
      Arrays.fill(block, -1);
      pfns[index] = block;
    }
    int at = (int) frame & IN_BLOCK;
    if (block[at] >= 0) {
      return false;
    }
    block[at] = pfn;
    return true;
  }

  /** Page frames, those that are not there included. */
  int count() {
    return frames.length;
  }

  int kind(int pfn) {
    return kinds[pfn];
  }

  /** All of those; nobody changes them. */
  byte[] kinds() {
    return kinds;
  }

  /** The machine frames of all page frames, any values for those that are not there; the same. */
  long[] frames() {
    return frames;
  }

  /** The machine frame of a page frame that is there. */
  long frame(int pfn) {
    return frames[pfn];
  }

  /**
   * The page frame of a machine frame.
   *
   * @param frame any value
   * @param what refers to it, for the message
   * @throws StreamException when it is none of the domain's
   */
  long pfn(long frame, String what) {
    // Negative frames are in negative blocks.
    long index = (frame >> BLOCK_SHIFT) - firstBlock;
    int[] block = index < 0 || index >= pfns.length ? null : pfns[(int) index];
    int pfn = block == null ? -1 : block[(int) frame & IN_BLOCK];
    if (pfn < 0) {
      throw new StreamException(
          what + " of the guest refers to frame " + frame + ", which is none of its memory");
    }
    return pfn;
  }
}

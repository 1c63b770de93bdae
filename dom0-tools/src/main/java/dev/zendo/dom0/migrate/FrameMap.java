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
  private final long[] frames;
  private final byte[] kinds;
  private final int[] pfns;

  private FrameMap(long[] frames, byte[] kinds, int[] pfns) {
    this.frames = frames;
    this.kinds = kinds;
    this.pfns = pfns;
  }

  /**
   * Asks the hypervisor what frames are.
   *
   * @param list machine frame of each page frame, any values
   */
  static FrameMap of(MemoryControl memory, int domain, long[] list) {
    byte[] kinds = memory.frameKinds(domain, list);
    long most = 0;
    for (int i = 0; i < list.length; i++) {
      // The hypervisor knows each frame that it knows a kind of, so this is a frame of the machine.
      most = kinds[i] == PageKind.NONE ? most : Math.max(most, list[i]);
    }
    int[] pfns = new int[(int) most + 1];
    Arrays.fill(pfns, -1);
    for (int i = 0; i < list.length; i++) {
      if (kinds[i] == PageKind.NONE) {
        continue;
      }
      if (pfns[(int) list[i]] < 0) {
        pfns[(int) list[i]] = i;
      } else {
        kinds[i] = PageKind.NONE;
      }
    }
    return new FrameMap(list, kinds, pfns);
  }

  /** Page frames, those that are not there included. */
  int count() {
    return frames.length;
  }

  int kind(int pfn) {
    return kinds[pfn];
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
    if (frame < 0 || frame >= pfns.length || pfns[(int) frame] < 0) {
      throw new StreamException(
          what + " of the guest refers to frame " + frame + ", which is none of its memory");
    }
    return pfns[(int) frame];
  }
}

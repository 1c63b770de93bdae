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

  /** Page frames of machine frames, from the least one on that is there. */
  private final int[] pfns;

  private final long least;

  private FrameMap(long[] frames, byte[] kinds, int[] pfns, long least) {
    this.frames = frames;
    this.kinds = kinds;
    this.pfns = pfns;
    this.least = least;
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
    int[] pfns = new int[most < 0 ? 0 : (int) (most - least) + 1];
    Arrays.fill(pfns, -1);
    for (int i = 0; i < list.length; i++) {
      if (kinds[i] == PageKind.NONE) {
        continue;
      }
      int index = (int) (list[i] - least);
      if (pfns[index] < 0) {
        pfns[index] = i;
      } else {
        kinds[i] = PageKind.NONE;
      }
    }
    return new FrameMap(list, kinds, pfns, least);
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
    // No frame is so great or small that the difference could overflow to one that is there.
    long index = frame - least;
    if (frame < 0 || index < 0 || index >= pfns.length || pfns[(int) index] < 0) {
      throw new StreamException(
          what + " of the guest refers to frame " + frame + ", which is none of its memory");
    }
    return pfns[(int) index];
  }
}

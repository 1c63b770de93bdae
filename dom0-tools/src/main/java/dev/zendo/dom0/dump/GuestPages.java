package dev.zendo.dom0.dump;

import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * The pages of a domain by their pseudo-physical numbers, ascending. They come from what the
 * hypervisor knows: which frames are the domain's, and which number the domain gave each in the
 * machine-to-physical table. The numbers are the guest's to choose, so any may be missing, absurd
 * or given twice; the frames are the domain's own in any case.
 */
public final class GuestPages {
  private static final int MFN_BITS = 31;

  /** Beyond what any domain has: 32 TiB. */
  private static final long MAX_PFN = 1L << Long.SIZE - 1 - MFN_BITS;

  private final long[] pfns;
  private final long[] mfns;
  private final int nameless;

  private GuestPages(long[] pfns, long[] mfns, int nameless) {
    this.pfns = pfns;
    this.mfns = mfns;
    this.nameless = nameless;
  }

  /**
   * Sorts pages.
   *
   * @param frames machine frames of the domain, each once
   * @param numbers pseudo-physical number of a machine frame, any value
   */
  public static GuestPages of(long[] frames, LongUnaryOperator numbers) {
    long[] keys = new long[frames.length];
    int found = 0;
    for (long mfn : frames) {
      long pfn = numbers.applyAsLong(mfn);
      if (pfn >= 0 && pfn < MAX_PFN) {
        keys[found++] = pfn << MFN_BITS | mfn;
      }
    }
    Arrays.sort(keys, 0, found);
    long[] pfns = new long[found];
    long[] mfns = new long[found];
    int count = 0;
    for (int i = 0; i < found; i++) {
      long pfn = keys[i] >>> MFN_BITS;
      if (count == 0 || pfns[count - 1] != pfn) {
        pfns[count] = pfn;
        mfns[count++] = keys[i] & (1L << MFN_BITS) - 1;
      }
    }
    return new GuestPages(
        Arrays.copyOf(pfns, count), Arrays.copyOf(mfns, count), frames.length - count);
  }

  /** How many there are. */
  public int count() {
    return pfns.length;
  }

  /** Pseudo-physical number of a page. */
  public long pfn(int index) {
    return pfns[index];
  }

  /** Machine frame of a page. */
  public long mfn(int index) {
    return mfns[index];
  }

  /** Frames of the domain that have no number, or one that another has as well. */
  public int nameless() {
    return nameless;
  }

  /** The machine frames in the order of the pages; not to be changed. */
  long[] frames() {
    return mfns;
  }
}

package dev.zendo.hypervisor.machine;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which machine frames were written since somebody asked last, while anybody wants to know:
 * otherwise a mark costs the reading of one field. Thread-safe.
 *
 * <p>Frames are marked after a change of theirs, or before it while whoever asks waits for the
 * change.
 */
public final class DirtyFrames {
  private final long frames;
  private int users;

  /** Null while nobody wants to know. */
  private volatile AtomicLongArray bits;

  /** For a machine of the given number of frames. */
  public DirtyFrames(long frames) {
    this.frames = frames;
  }

  /** One more wants to know; each calls {@link #stop} once. */
  public synchronized void start() {
    if (users++ == 0) {
      bits = new AtomicLongArray((int) ((frames + Long.SIZE - 1) / Long.SIZE));
    }
  }

  /** One of those does not want to know any more. */
  public synchronized void stop() {
    if (--users == 0) {
      bits = null;
    }
  }

  /** Notes that a frame of the machine was written, or is about to be. */
  public void mark(long mfn) {
    AtomicLongArray words = bits;
    if (words != null) {
      int word = (int) (mfn / Long.SIZE);
      long bit = 1L << mfn;
      if ((words.get(word) & bit) == 0) {
        words.getAndAccumulate(word, bit, (old, more) -> old | more);
      }
    }
  }

  /**
   * Whether a frame of the machine was marked.
   *
   * @param forget whether it is not from now on
   */
  public boolean marked(long mfn, boolean forget) {
    AtomicLongArray words = bits;
    if (words == null) {
      return false;
    }
    int word = (int) (mfn / Long.SIZE);
    long bit = 1L << mfn;
    boolean marked = (words.get(word) & bit) != 0;
    if (marked && forget) {
      words.getAndAccumulate(word, ~bit, (old, kept) -> old & kept);
    }
    return marked;
  }
}

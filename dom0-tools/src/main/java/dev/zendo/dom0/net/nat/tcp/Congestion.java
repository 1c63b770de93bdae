package dev.zendo.dom0.net.nat.tcp;

/**
 * How much may be on its way (RFC 5681, 6582). The way is a switch, but a guest's receive ring is
 * bounded, and what does not fit is lost.
 */
final class Congestion {
  private static final int INITIAL_SEGMENTS = 10;
  private static final int DUPLICATES = 3;

  private final int mss;
  private final int most;
  private int window;
  private int threshold;
  private int duplicates;
  private boolean recovering;
  private int recover;

  /**
   * At the beginning of a connection.
   *
   * @param most bytes; a larger window would be of no use
   */
  Congestion(int mss, int most, int first) {
    this.mss = mss;
    this.most = Math.max(most, INITIAL_SEGMENTS * mss);
    this.window = INITIAL_SEGMENTS * mss;
    this.threshold = this.most;
    this.recover = first;
  }

  int window() {
    return window;
  }

  /**
   * New bytes were acknowledged.
   *
   * @return whether the next ones must be sent again: a further hole in what was lost
   */
  boolean acknowledged(int upTo, int bytes) {
    duplicates = 0;
    if (recovering) {
      if (Seq.before(upTo, recover)) {
        window = Math.max(mss, window - bytes + mss);
        return true;
      }
      recovering = false;
      window = threshold;
      return false;
    }
    int growth = window < threshold ? bytes : Math.max(1, (int) ((long) mss * bytes / window));
    window = Math.min(most, window + growth);
    return false;
  }

  /**
   * An acknowledgement came that says nothing new.
   *
   * @param first the first byte that is not acknowledged
   * @param sent behind the last byte that was sent
   * @return whether the first segment is taken for lost
   */
  boolean duplicate(int first, int sent) {
    duplicates++;
    if (recovering) {
      window = Math.min(most, window + mss);
      return false;
    }
    if (duplicates != DUPLICATES || Seq.before(first, recover)) {
      return false;
    }
    reduce(sent - first);
    recovering = true;
    recover = sent;
    window = threshold + DUPLICATES * mss;
    return true;
  }

  /** Nothing came for too long. */
  void timeout(int first, int sent) {
    reduce(sent - first);
    recovering = false;
    recover = sent;
    duplicates = 0;
    window = mss;
  }

  private void reduce(int flight) {
    threshold = Math.max(flight / 2, 2 * mss);
  }
}

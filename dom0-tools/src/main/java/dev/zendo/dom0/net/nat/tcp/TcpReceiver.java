package dev.zendo.dom0.net.nat.tcp;

import dev.zendo.dom0.net.wire.Ip;

/**
 * What comes in: puts bytes in order in a ring, whose free room is the window. Segments that came
 * early wait in the ring behind a gap, in a few ranges.
 */
final class TcpReceiver {
  /** Ranges behind gaps; what would need more is dropped and comes again. */
  private static final int MAX_RANGES = 16;

  private final ByteRing ring;
  private final int[] starts = new int[MAX_RANGES];
  private final int[] ends = new int[MAX_RANGES];
  private int ranges;
  private int next;
  private int edge;
  private int scale;
  private boolean finKnown;
  private int fin;
  private boolean finished;

  TcpReceiver(ByteRing ring) {
    this.ring = ring;
  }

  /**
   * Begins.
   *
   * @param first sequence number of the first byte
   * @param shift of the windows that are told
   */
  void start(int first, int shift) {
    next = first;
    edge = first;
    scale = shift;
  }

  /** The sequence number that is waited for. */
  int next() {
    return next;
  }

  /** Whether everything came, and its end. */
  boolean finished() {
    return finished;
  }

  /** Whether a segment touches the window (RFC 9293, 3.10.7.4). */
  boolean acceptable(TcpSegment segment) {
    int offset = segment.sequence - next;
    int end = offset + segment.span();
    int window = finished ? 0 : ring.free();
    // With a closed window a probe is still looked at, for what it acknowledges.
    return offset == 0 || offset < window && (end > 0 || offset > 0);
  }

  /** Whether a sequence number is in the window. */
  boolean covers(int sequence) {
    int offset = sequence - next;
    return offset >= 0 && offset < Math.max(1, ring.free());
  }

  /**
   * Takes the payload of a segment that is acceptable.
   *
   * @return whether it was not simply the next one, so that the sender should hear of it at once
   */
  boolean take(TcpSegment segment) {
    if (finished) {
      return true;
    }
    if (segment.has(Ip.FIN) && !finKnown) {
      finKnown = true;
      fin = segment.sequence + segment.length;
      if (Seq.before(fin, next)) {
        fin = next;
      }
    }
    int offset = segment.sequence - next;
    int skip = Math.max(0, -offset);
    int gap = Math.max(0, offset);
    int length = Math.min(segment.length - skip, ring.free() - gap);
    if (finKnown) {
      length = Math.min(length, fin - next - gap);
    }
    boolean odd = offset != 0 || ranges > 0 || length < segment.length;
    if (length > 0) {
      ring.put(gap, segment.data, segment.at + skip, length);
      note(next + gap, next + gap + length);
      advance();
    }
    if (finKnown && next == fin) {
      next++;
      finished = true;
    }
    return odd;
  }

  /** Adds a range and joins it with those that it touches. */
  private void note(int from, int to) {
    int start = from;
    int end = to;
    for (int i = ranges - 1; i >= 0; i--) {
      if (!Seq.after(start, ends[i]) && !Seq.before(end, starts[i])) {
        start = Seq.before(starts[i], start) ? starts[i] : start;
        end = Seq.max(ends[i], end);
        remove(i);
      }
    }
    // One place is kept for what closes the first gap.
    if (ranges < MAX_RANGES - 1 || start == next) {
      starts[ranges] = start;
      ends[ranges] = end;
      ranges++;
    }
  }

  private void remove(int i) {
    ranges--;
    starts[i] = starts[ranges];
    ends[i] = ends[ranges];
  }

  /** Adds the range without a gap before it to what can be read. */
  private void advance() {
    for (int i = 0; i < ranges; i++) {
      if (starts[i] == next) {
        ring.extend(ends[i] - next);
        next = ends[i];
        remove(i);
        return;
      }
    }
  }

  /** The window to tell now; from now on it is not taken back. */
  int window() {
    if (worthTelling()) {
      edge = next + room();
    }
    return Math.max(0, edge - next) >> scale;
  }

  /** The window as a SYN tells it, which is never scaled. */
  int firstWindow() {
    int window = Math.min(0xffff, ring.free());
    edge = next + window;
    return window;
  }

  private int room() {
    return Math.min(0xffff << scale, ring.free() >> scale << scale);
  }

  /** Whether the window grew by so much that the sender should know (RFC 9293, 3.8.6.2.2). */
  boolean worthTelling() {
    return !finished && next + room() - edge >= ring.capacity() / 4;
  }
}

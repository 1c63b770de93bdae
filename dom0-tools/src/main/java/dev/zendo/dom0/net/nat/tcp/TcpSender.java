package dev.zendo.dom0.net.nat.tcp;

import dev.zendo.dom0.net.wire.Ip;

/**
 * What goes out: sends bytes of a ring as the peer's window and {@link Congestion} allow, again
 * when they are lost, and the end behind them.
 */
final class TcpSender {
  /** Nobody is waited for. */
  static final long NEVER = Long.MAX_VALUE;

  /** Retransmissions of the same bytes, or probes, before the peer is given up. */
  private static final int MAX_TRIES = 12;

  /** Most payload of what is sent in one piece; a large packet with its headers has 65535. */
  private static final int MAX_PIECE = 0xffff - 60;

  /** Sends a segment with payload from the ring. */
  interface Output {
    void send(int sequence, int flags, int offset, int length);
  }

  private final ByteRing ring;
  private final Output output;
  private final RoundTrip trip = new RoundTrip();
  private Congestion congestion;
  private int mss;
  private int scale;
  private int first;
  private int next;
  private int sent;
  private int window;
  private int largest;
  private int windowSequence;
  private int windowAcknowledged;
  private boolean finishing;
  private boolean finished;
  private boolean timing;
  private int timed;
  private long timedAt;
  private long deadline = NEVER;
  private int tries;
  private long retransmissions;

  TcpSender(ByteRing ring, Output output) {
    this.ring = ring;
    this.output = output;
  }

  /**
   * Begins, when the handshake is done.
   *
   * @param sequence number of the first byte
   * @param segmentBytes most payload of one segment
   * @param shift of the windows that the peer tells
   * @param handshake the peer's last segment
   */
  void start(int sequence, int segmentBytes, int shift, TcpSegment handshake) {
    first = sequence;
    next = sequence;
    sent = sequence;
    mss = segmentBytes;
    scale = shift;
    congestion = new Congestion(segmentBytes, ring.capacity(), sequence);
    // A window in a SYN is never scaled.
    tell(handshake, handshake.has(Ip.SYN) ? 0 : shift);
  }

  private void tell(TcpSegment segment, int shift) {
    window = segment.window << shift;
    largest = Math.max(largest, window);
    windowSequence = segment.sequence;
    windowAcknowledged = segment.acknowledged;
  }

  /** Sequence number of what is sent next, for segments without payload. */
  int sent() {
    return sent;
  }

  long deadline() {
    return deadline;
  }

  long retransmissions() {
    return retransmissions;
  }

  /** No more bytes come. */
  void finish() {
    finishing = true;
  }

  /** Whether the end was sent and acknowledged. */
  boolean finished() {
    return finished;
  }

  /** Whether this acknowledges something that was never sent. */
  boolean impossible(TcpSegment segment) {
    return Seq.after(segment.acknowledged, sent);
  }

  /** Takes the acknowledgement and the window of a segment. */
  void acknowledge(TcpSegment segment, long now) {
    int ack = segment.acknowledged;
    if (Seq.before(ack, first)) {
      return;
    }
    int before = window;
    if (Seq.after(segment.sequence, windowSequence)
        || segment.sequence == windowSequence && !Seq.before(ack, windowAcknowledged)) {
      tell(segment, scale);
    }
    if (window == 0) {
      // The peer lives.
      tries = 0;
    } else if (before == 0) {
      // What was sent to look for the window was perhaps not taken.
      next = first;
      deadline = sent == first ? NEVER : now + trip.timeout();
    }
    if (ack != first) {
      advance(ack, now);
    } else if (segment.span() == 0 && window == before && sent != first && window > 0) {
      duplicate(now);
    }
  }

  private void advance(int ack, long now) {
    int count = ack - first;
    boolean end = finishing && count > ring.size();
    ring.drop(Math.min(count, ring.size()));
    finished |= end;
    first = ack;
    next = Seq.max(next, first);
    tries = 0;
    if (timing && !Seq.before(ack, timed)) {
      timing = false;
      trip.sample(Math.max(1, now - timedAt));
    }
    trip.progress();
    deadline = sent == first ? NEVER : now + trip.timeout();
    if (congestion.acknowledged(ack, count)) {
      again(now);
    }
  }

  private void duplicate(long now) {
    if (congestion.duplicate(first, sent)) {
      again(now);
    }
  }

  /** Sends the first piece again: as much as was lost when one large packet was. */
  private void again(long now) {
    timing = false;
    retransmissions++;
    int limit = Math.min(sent - first, Math.max(mss, congestion.window() / 2));
    int length = Math.min(Math.min(limit, ring.size()), whole(MAX_PIECE));
    boolean end = finishing && !finished && length == ring.size() && sent - first > length;
    output.send(first, Ip.ACK | (end ? Ip.FIN : 0), 0, length);
    next = Seq.max(next, first + length + (end ? 1 : 0));
    deadline = now + trip.timeout();
  }

  private int whole(int bytes) {
    return bytes <= mss ? bytes : bytes - bytes % mss;
  }

  /** Sends what may be sent; whether that was anything. */
  boolean flush(long now) {
    boolean any = false;
    while (piece(now)) {
      any = true;
    }
    if (deadline == NEVER && (ring.size() > 0 || sent != first)) {
      // Data wait for the window to open.
      deadline = now + trip.timeout();
    }
    return any;
  }

  private boolean piece(long now) {
    int flight = next - first;
    int waiting = ring.size() - flight;
    int allowed = Math.min(window, congestion.window()) - flight;
    int length = Math.max(0, Math.min(Math.min(waiting, allowed), whole(MAX_PIECE)));
    boolean all = length == waiting;
    boolean end = finishing && !finished && all;
    if (length == 0 && !end) {
      return false;
    }
    if (!all && length < mss && flight > 0 && length < largest / 2) {
      return false;
    }
    length = all ? length : whole(length);
    int flags = Ip.ACK | (all ? Ip.PSH : 0) | (end ? Ip.FIN : 0);
    emit(flags, length, length + (end ? 1 : 0), now);
    return true;
  }

  private void emit(int flags, int length, int span, long now) {
    if (Seq.before(next, sent)) {
      retransmissions++;
    } else if (!timing) {
      timing = true;
      timed = next + span;
      timedAt = now;
    }
    output.send(next, flags, next - first, length);
    next += span;
    sent = Seq.max(sent, next);
    if (deadline == NEVER) {
      deadline = now + trip.timeout();
    }
  }

  /**
   * The time has come for which {@link #deadline} waited.
   *
   * @return false when the peer is given up
   */
  boolean expire(long now) {
    tries++;
    if (tries > MAX_TRIES) {
      return false;
    }
    timing = false;
    trip.backOff();
    deadline = now + trip.timeout();
    if (window == 0 && ring.size() > 0) {
      output.send(first, Ip.ACK, 0, 1);
      next = Seq.max(next, first + 1);
      sent = Seq.max(sent, next);
    } else if (sent != first) {
      congestion.timeout(first, sent);
      next = first;
      flush(now);
    } else {
      // The window is closed to all that waits, or there is nothing.
      deadline = ring.size() > 0 ? deadline : NEVER;
      tries = 0;
      flush(now);
    }
    return true;
  }
}

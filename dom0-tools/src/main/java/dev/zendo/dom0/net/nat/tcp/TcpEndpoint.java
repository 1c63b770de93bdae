package dev.zendo.dom0.net.nat.tcp;

import dev.zendo.dom0.net.wire.Ip;
import java.util.concurrent.TimeUnit;

/**
 * One end of a TCP connection; the other is a guest. Its owner passes on segments and the time,
 * takes bytes out of {@link #incoming}, adds bytes to {@link #outgoing}, and calls {@link #flush}
 * afterwards, which sends data, windows and acknowledgements. Times are nanoseconds from any
 * beginning. One thread.
 */
public final class TcpEndpoint {
  /** No time is waited for. */
  public static final long NEVER = TcpSender.NEVER;

  /** What a peer takes that does not say (RFC 9293, 3.7.1). */
  private static final int DEFAULT_MSS = 536;

  /** Less would let a guest have us send masses of packets. */
  private static final int MIN_MSS = 64;

  private static final int MAX_HANDSHAKES = 6;

  /** How long a finished connection still answers. */
  private static final long LINGER = TimeUnit.SECONDS.toNanos(2);

  /** Sends segments. */
  public interface Output {
    /**
     * Sends a segment now.
     *
     * @param segment its header, only valid during the call
     * @param data where the payload is
     * @param offset of the payload there
     */
    void send(TcpSegment segment, ByteRing data, int offset);
  }

  private enum State {
    /** The guest asked for a connection, the owner has not decided. */
    ASKED,
    /** We asked the guest. */
    ASKING,
    /** The guest's request was answered. */
    ANSWERED,
    OPEN,
    /** All was sent and acknowledged in both directions. */
    DONE,
    GONE
  }

  private final Output output;
  private final ByteRing incoming;
  private final ByteRing outgoing;
  private final TcpReceiver receiver;
  private final TcpSender sender;
  private final TcpSegment segment = new TcpSegment();
  private final int ourMss;
  private final int ourScale;
  private final int start;
  private State state;
  private int peerStart;
  private int peerMss = DEFAULT_MSS;
  private int peerScale = -1;
  private boolean reset;
  private boolean answer;
  private int handshakes;
  private long deadline = NEVER;

  private TcpEndpoint(Output output, int start, int mss, int buffer, State state) {
    this.output = output;
    this.start = start;
    this.ourMss = mss;
    this.incoming = new ByteRing(buffer);
    this.outgoing = new ByteRing(buffer);
    this.ourScale = Math.max(0, 16 - Integer.numberOfLeadingZeros(buffer));
    this.receiver = new TcpReceiver(incoming);
    this.sender = new TcpSender(outgoing, this::send);
    this.state = state;
  }

  /**
   * The end of a connection for which a guest asked; {@link #accept} or {@link #abort} answers.
   *
   * @param syn the guest's segment
   * @param start our first sequence number
   * @param mss most payload of a segment for us
   * @param buffer bytes that may wait in each direction
   */
  public static TcpEndpoint asked(TcpSegment syn, Output output, int start, int mss, int buffer) {
    TcpEndpoint end = new TcpEndpoint(output, start, mss, buffer, State.ASKED);
    end.learn(syn);
    return end;
  }

  /** The end of a connection for which we ask a guest. */
  public static TcpEndpoint asking(Output output, int start, int mss, int buffer, long now) {
    TcpEndpoint end = new TcpEndpoint(output, start, mss, buffer, State.ASKING);
    end.handshake(now);
    return end;
  }

  /** Bytes from the guest. */
  public ByteRing incoming() {
    return incoming;
  }

  /** Bytes for the guest. */
  public ByteRing outgoing() {
    return outgoing;
  }

  /** Whether the handshake is done, so that bytes may be added. */
  public boolean open() {
    return state == State.OPEN;
  }

  /** Whether the guest sends no more than what is in {@link #incoming}. */
  public boolean peerFinished() {
    return receiver.finished();
  }

  /** Whether it ended because one side broke it off. */
  public boolean broken() {
    return reset;
  }

  /** Whether nothing more happens here but answers to stragglers. */
  public boolean done() {
    return state == State.DONE || state == State.GONE;
  }

  /** Whether it can be forgotten. */
  public boolean gone() {
    return state == State.GONE;
  }

  /** How often something was sent again. */
  public long retransmissions() {
    return sender.retransmissions() + Math.max(0, handshakes - 1);
  }

  /** When {@link #expire} wants to be called. */
  public long deadline() {
    return state == State.OPEN ? sender.deadline() : deadline;
  }

  private void learn(TcpSegment syn) {
    peerStart = syn.sequence;
    peerMss = syn.mss == 0 ? DEFAULT_MSS : syn.mss;
    peerScale = syn.scale;
    // Without the peer's consent no window is scaled.
    receiver.start(syn.sequence + 1, peerScale < 0 ? 0 : ourScale);
  }

  /** Payload bytes of the segments that the guest takes. */
  public int segmentBytes() {
    return Math.max(MIN_MSS, Math.min(peerMss, ourMss));
  }

  /** Says yes to a guest that asked. */
  public void accept(long now) {
    if (state == State.ASKED) {
      state = State.ANSWERED;
      handshake(now);
    }
  }

  private void handshake(long now) {
    boolean asking = state == State.ASKING;
    int window = asking ? Math.min(0xffff, incoming.capacity()) : receiver.firstWindow();
    int flags = asking ? Ip.SYN : Ip.SYN | Ip.ACK;
    segment.set(start, asking ? 0 : receiver.next(), flags, window, 0);
    segment.mss = ourMss;
    segment.scale = asking || peerScale >= 0 ? ourScale : -1;
    output.send(segment, outgoing, 0);
    deadline = now + (RoundTrip.INITIAL << handshakes);
    handshakes++;
  }

  private void send(int sequence, int flags, int offset, int length) {
    answer = false;
    segment.set(sequence, receiver.next(), flags, receiver.window(), length);
    output.send(segment, outgoing, offset);
  }

  private void acknowledgeNow() {
    send(state == State.ANSWERED ? start + 1 : sender.sent(), Ip.ACK, 0, 0);
  }

  /** Takes a segment from the guest. */
  public void receive(TcpSegment from, long now) {
    switch (state) {
      case ASKED -> asked(from);
      case ASKING -> asking(from, now);
      case ANSWERED, OPEN -> arrive(from, now);
      case DONE -> linger(from);
      default -> {
        // Who is gone has nothing to say.
      }
    }
  }

  private void asked(TcpSegment from) {
    if (from.has(Ip.RST) && from.sequence == receiver.next()) {
      close(true);
    }
  }

  private void asking(TcpSegment from, long now) {
    boolean ours = from.has(Ip.ACK) && from.acknowledged == start + 1;
    if (!ours) {
      return;
    }
    if (from.has(Ip.RST)) {
      close(true);
    } else if (from.has(Ip.SYN)) {
      learn(from);
      establish(from);
      answer = true;
      flush(now);
    }
  }

  private void establish(TcpSegment from) {
    state = State.OPEN;
    deadline = NEVER;
    sender.start(start + 1, segmentBytes(), Math.max(0, peerScale), from);
  }

  private void arrive(TcpSegment from, long now) {
    if (from.has(Ip.SYN) && state == State.ANSWERED && from.sequence == peerStart) {
      return;
    }
    if (from.has(Ip.RST)) {
      abortedBy(from);
    } else if (from.has(Ip.SYN) || !receiver.acceptable(from)) {
      // RFC 5961: nobody breaks a connection off whose numbers he only guesses.
      acknowledgeNow();
    } else if (from.has(Ip.ACK)) {
      accepted(from, now);
    }
  }

  private void abortedBy(TcpSegment from) {
    if (from.sequence == receiver.next()) {
      close(true);
    } else if (receiver.covers(from.sequence)) {
      acknowledgeNow();
    }
  }

  private void accepted(TcpSegment from, long now) {
    if (state == State.ANSWERED) {
      if (from.acknowledged != start + 1) {
        refuse(from);
        return;
      }
      establish(from);
    }
    if (sender.impossible(from)) {
      acknowledgeNow();
      return;
    }
    sender.acknowledge(from, now);
    if (from.span() > 0) {
      answer = true;
      if (receiver.take(from)) {
        acknowledgeNow();
      }
    }
    checkDone(now);
  }

  private void checkDone(long now) {
    if (state == State.OPEN && sender.finished() && receiver.finished()) {
      if (answer) {
        acknowledgeNow();
      }
      state = State.DONE;
      deadline = now + LINGER;
      outgoing.clear();
    }
  }

  private void refuse(TcpSegment from) {
    segment.set(from.acknowledged, 0, Ip.RST, 0, 0);
    output.send(segment, outgoing, 0);
  }

  private void linger(TcpSegment from) {
    if (from.span() > 0 && !from.has(Ip.RST)) {
      acknowledgeNow();
    }
  }

  /** Sends what may be sent, and what the guest should hear. */
  public void flush(long now) {
    if (state != State.OPEN) {
      return;
    }
    sender.flush(now);
    if (answer || receiver.worthTelling()) {
      acknowledgeNow();
    }
  }

  /** Looks whether something has to be done by now. */
  public void expire(long now) {
    if (now < deadline()) {
      return;
    }
    switch (state) {
      case ASKING, ANSWERED -> {
        if (handshakes >= MAX_HANDSHAKES) {
          abort();
        } else {
          handshake(now);
        }
      }
      case OPEN -> {
        if (!sender.expire(now)) {
          abort();
        }
      }
      case DONE -> close(false);
      default -> deadline = NEVER;
    }
  }

  /** No more bytes are added to {@link #outgoing}; those that wait are still sent. */
  public void finish() {
    sender.finish();
  }

  /** Breaks the connection off, or refuses it. */
  public void abort() {
    switch (state) {
      case ASKED, OPEN, ANSWERED -> {
        int sequence = state == State.OPEN ? sender.sent() : start + 1;
        boolean silent = state == State.ASKED;
        segment.set(silent ? 0 : sequence, receiver.next(), Ip.RST | Ip.ACK, 0, 0);
        output.send(segment, outgoing, 0);
      }
      default -> {
        // Nobody there to tell.
      }
    }
    close(true);
  }

  /** Forgets it without a word. */
  public void drop() {
    close(true);
  }

  private void close(boolean broke) {
    reset |= broke && state != State.DONE;
    state = State.GONE;
    deadline = NEVER;
    outgoing.clear();
    if (broke) {
      incoming.clear();
    }
  }
}

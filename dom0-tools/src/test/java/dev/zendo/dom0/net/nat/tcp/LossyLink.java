package dev.zendo.dom0.net.nat.tcp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/** Two endpoints and the way between them, which loses, doubles and reorders; time is simulated. */
final class LossyLink {
  /** Of a thousand segments. */
  int lost;

  int doubled;
  int late;

  /** Pieces above the segment size are cut, as a switch does for guests that take none. */
  boolean cuts;

  /** Segments that were sent. */
  final List<TcpSegment> seen = new ArrayList<>();

  long now;
  TcpEndpoint left;
  TcpEndpoint right;

  private static final long DELAY = 100_000;

  private final Random random;
  private final PriorityQueue<Arrival> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Arrival::time).thenComparingLong(Arrival::number));
  private final int buffer;
  private final int mss;
  private long number;

  private record Arrival(long time, long number, boolean toRight, byte[] packet) {}

  LossyLink(long seed, int mss, int buffer) {
    this.random = new Random(seed);
    this.mss = mss;
    this.buffer = buffer;
  }

  /** The left end asks the right one. */
  void open() {
    left =
        TcpEndpoint.asking((s, d, o) -> carry(true, s, d, o), random.nextInt(), mss, buffer, now);
  }

  private void carry(boolean toRight, TcpSegment segment, ByteRing data, int offset) {
    int most = cuts ? mss : Integer.MAX_VALUE;
    int at = 0;
    do {
      int length = Math.min(most, segment.length() - at);
      boolean last = at + length == segment.length();
      int header = segment.headerBytes();
      byte[] packet = new byte[header + length];
      segment.write(packet, 0);
      data.copy(offset + at, packet, header, length);
      TcpSegment copy = new TcpSegment();
      copy.parse(packet, 0, packet.length);
      copy.sequence += at;
      copy.flags &= last ? ~0 : ~1;
      copy.write(packet, 0);
      seen.add(copy);
      travel(toRight, packet);
      at += length;
    } while (at < segment.length());
  }

  private void travel(boolean toRight, byte[] packet) {
    int copies = random.nextInt(1000) < doubled ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      if (random.nextInt(1000) >= lost) {
        long extra = random.nextInt(1000) < late ? random.nextInt(20) * DELAY : 0;
        queue.add(new Arrival(now + DELAY + extra, number++, toRight, packet));
      }
    }
  }

  /** Passes on what arrives next, or lets time pass until somebody's deadline; false at the end. */
  boolean step() {
    Arrival next = queue.peek();
    long deadline = Math.min(left.deadline(), right == null ? Long.MAX_VALUE : right.deadline());
    if (next == null && deadline == Long.MAX_VALUE) {
      return false;
    }
    if (next != null && next.time <= deadline) {
      queue.poll();
      now = next.time;
      arrive(next);
    } else {
      now = deadline;
      left.expire(now);
      if (right != null) {
        right.expire(now);
      }
    }
    left.flush(now);
    if (right != null) {
      right.flush(now);
    }
    return true;
  }

  private void arrive(Arrival arrival) {
    TcpSegment segment = new TcpSegment();
    segment.parse(arrival.packet, 0, arrival.packet.length);
    if (!arrival.toRight) {
      left.receive(segment, now);
    } else if (right != null) {
      right.receive(segment, now);
    } else {
      right =
          TcpEndpoint.asked(
              segment, (s, d, o) -> carry(false, s, d, o), random.nextInt(), mss, buffer);
      right.accept(now);
    }
  }
}

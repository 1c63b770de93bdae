package dev.zendo.dom0.net.nat.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.wire.Ip;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The state machine against itself, over ways of all qualities. */
class TcpEndpointTest {
  private static final int MSS = 1460;
  private static final int BUFFER = 64 << 10;

  /** A connection over which both sides sent everything, and what it took. */
  private static LossyLink transfer(LossyLink link, long seed, int there, int back) {
    Random random = new Random(seed);
    Stream left = new Stream(random, there);
    Stream right = new Stream(random, back);
    link.open();
    int steps = 0;
    boolean more = true;
    while (more) {
      left.work(link.left);
      right.work(link.right);
      link.left.flush(link.now);
      if (link.right != null) {
        link.right.flush(link.now);
      }
      more = link.step() || !(link.left.done() && link.right.done());
      assertTrue(steps++ < 3_000_000, "the connection does not come to its end");
    }
    left.take(link.left, Integer.MAX_VALUE);
    right.take(link.right, Integer.MAX_VALUE);
    assertFalse(link.left.broken());
    assertFalse(link.right.broken());
    assertArrayEquals(left.sent(), right.got());
    assertArrayEquals(right.sent(), left.got());
    return link;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, 0, false",
    "2, 0, 0, 0, true",
    "3, 10, 0, 0, true",
    "4, 50, 20, 100, true",
    "5, 50, 20, 100, false",
    "6, 200, 100, 300, true",
    "7, 0, 300, 500, true",
    "8, 100, 0, 0, false"
  })
  void bytesArriveWhateverTheWayIsLike(long seed, int lost, int doubled, int late, boolean cuts) {
    for (int i = 0; i < 5; i++) {
      LossyLink link = new LossyLink(seed * 100 + i, MSS, BUFFER);
      link.lost = lost;
      link.doubled = doubled;
      link.late = late;
      link.cuts = cuts;
      transfer(link, seed + i, 300_000, 200_000);
    }
  }

  @Test
  void numbersWrap() {
    // 64 KiB of buffer over 40 seeds: initial numbers are random, some near the end.
    for (int seed = 0; seed < 10; seed++) {
      LossyLink link = new LossyLink(seed, 536, 2048);
      link.lost = 20;
      link.cuts = true;
      transfer(link, seed, 20_000, 20_000);
    }
  }

  @Test
  void aGoodWayNeedsNoRetransmission() {
    LossyLink link = transfer(new LossyLink(1, MSS, BUFFER), 1, 2_000_000, 0);
    assertEquals(0, link.left.retransmissions() + link.right.retransmissions());
  }

  @Test
  void aLostSegmentIsSentAgainBeforeATimeout() {
    LossyLink link = new LossyLink(77, MSS, 256 << 10);
    link.cuts = true;
    Stream left = new Stream(new Random(1), 0);
    link.open();
    while (!link.left.open()) {
      link.step();
    }
    byte[] data = new byte[200_000];
    new Random(3).nextBytes(data);
    assertEquals(data.length, link.left.outgoing().append(data, 0, data.length));
    // Only the first segment is lost.
    link.lost = 1000;
    link.cuts = false;
    TcpEndpoint end = link.left;
    end.flush(link.now);
    link.lost = 0;
    link.cuts = true;
    int before = link.seen.size();
    while (link.right.incoming().size() < data.length) {
      assertTrue(link.step());
    }
    assertTrue(link.seen.size() > before);
    left.take(link.right, Integer.MAX_VALUE);
    assertArrayEquals(data, left.got());
  }

  @Test
  void aClosedWindowIsProbedAndOpensAgain() {
    LossyLink link = new LossyLink(5, MSS, 8192);
    link.open();
    while (!link.left.open()) {
      link.step();
    }
    byte[] data = new byte[20_000];
    new Random(5).nextBytes(data);
    Stream reader = new Stream(new Random(1), 0);
    int at = 0;
    for (int i = 0; i < 200; i++) {
      at += link.left.outgoing().append(data, at, data.length - at);
      link.left.flush(link.now);
      link.step();
    }
    assertEquals(8192, link.right.incoming().size());
    assertTrue(link.now > 1_000_000_000L, "probes go on");
    // What tells that there is room again may be lost.
    link.lost = 1000;
    reader.take(link.right, 8192);
    link.right.flush(link.now);
    link.lost = 0;
    while (reader.got().length < data.length) {
      at += link.left.outgoing().append(data, at, data.length - at);
      link.left.flush(link.now);
      assertTrue(link.step());
      reader.take(link.right, 8192);
      link.right.flush(link.now);
    }
    assertArrayEquals(data, reader.got());
  }

  @Test
  void halfOfItMayBeClosed() {
    LossyLink link = new LossyLink(6, MSS, BUFFER);
    link.open();
    while (!link.left.open() || link.right == null || !link.right.open()) {
      link.step();
    }
    link.left.finish();
    link.left.flush(link.now);
    while (!link.right.peerFinished()) {
      link.step();
    }
    assertTrue(link.right.open());
    byte[] data = new byte[50_000];
    new Random(8).nextBytes(data);
    link.right.outgoing().append(data, 0, data.length);
    link.right.finish();
    link.right.flush(link.now);
    while (link.step()) {
      assertFalse(link.left.broken());
    }
    assertEquals(data.length, link.left.incoming().size());
    assertTrue(link.left.gone() && link.right.gone());
  }

  @Test
  void nobodyThereIsGivenUp() {
    LossyLink link = new LossyLink(7, MSS, BUFFER);
    link.lost = 1000;
    link.open();
    while (link.step()) {
      assertTrue(link.seen.size() < 20);
    }
    assertTrue(link.left.broken() && link.left.gone());
  }

  @Test
  void whoFallsSilentIsGivenUp() {
    LossyLink link = new LossyLink(8, MSS, BUFFER);
    link.open();
    while (!link.left.open()) {
      link.step();
    }
    link.lost = 1000;
    link.left.outgoing().append(new byte[100], 0, 100);
    link.left.flush(link.now);
    while (link.step()) {
      assertTrue(link.seen.size() < 100);
    }
    assertTrue(link.left.broken());
  }

  @Test
  void aGuessedResetBreaksNothing() {
    LossyLink link = new LossyLink(9, MSS, BUFFER);
    link.open();
    while (!link.left.open()) {
      link.step();
    }
    TcpSegment ack = link.seen.get(link.seen.size() - 1);
    int next = ack.sequence();
    TcpSegment reset = new TcpSegment();
    link.right.receive(reset.set(next + 5, 0, Ip.RST, 0, 0), link.now);
    assertFalse(link.right.broken());
    link.right.receive(reset.set(next + 70_000, 0, Ip.RST, 0, 0), link.now);
    link.right.receive(reset.set(next, 0, Ip.SYN, 0, 0), link.now);
    assertFalse(link.right.broken());
    link.right.receive(reset.set(next, 0, Ip.RST, 0, 0), link.now);
    assertTrue(link.right.broken());
  }

  @Test
  void hostileSegmentsDoNoHarm() {
    Random random = new Random(10);
    for (int round = 0; round < 300; round++) {
      LossyLink link = new LossyLink(round, MSS, 4096);
      link.open();
      while (!link.left.open()) {
        link.step();
      }
      int base = link.seen.get(link.seen.size() - 1).sequence();
      int acked = link.seen.get(link.seen.size() - 1).acknowledged();
      TcpSegment segment = new TcpSegment();
      for (int i = 0; i < 50 && !link.right.gone(); i++) {
        int length = random.nextInt(5000);
        int flags = random.nextInt(256) & ~(random.nextInt(8) == 0 ? 0 : Ip.RST | Ip.SYN);
        int sequence = base + near(random);
        segment.set(sequence, acked + near(random), flags, random.nextInt(0x10000), length);
        segment.data = new byte[length];
        segment.at = 0;
        link.now += random.nextInt(1_000_000_000);
        link.right.receive(segment, link.now);
        link.right.outgoing().append(new byte[200], 0, 200);
        link.right.flush(link.now);
        link.right.expire(link.now);
      }
      assertTrue(link.right.incoming().size() <= 4096);
    }
  }

  private static int near(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(10_000) - 5000;
      case 2 -> random.nextInt();
      default -> random.nextInt(4) - 2;
    };
  }
}

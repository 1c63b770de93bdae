package dev.zendo.dom0.net.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.net.wire.Packets;
import dev.zendo.dom0.net.wire.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BridgeTest {
  private static final long A = 0x0016_3e00_0001L;
  private static final long B = 0x0016_3e00_0002L;
  private static final long C = 0x0016_3e00_0003L;
  private static final long GROUP = 0x0100_5e00_0001L;

  private final FramePool pool = new FramePool();
  private long now;
  private int again;
  private final Bridge bridge = new Bridge("xenbr0", pool, () -> now);
  private final Sink a = new Sink();
  private final Sink b = new Sink();
  private final Sink c = new Sink();
  private final BridgePort portA = bridge.attach(new PortSpec("a", A, false), a);
  private final BridgePort portB = bridge.attach(new PortSpec("b", 0, false), b);
  private final BridgePort portC = bridge.attach(new PortSpec("c", 0, true), c);

  /** Keeps what is delivered. */
  private static final class Sink implements Station {
    final List<Frame> frames = new ArrayList<>();
    boolean wantsGroups = true;
    int room = Integer.MAX_VALUE;
    int flushes;

    @Override
    public void deliver(Frame frame) {
      frames.add(frame);
    }

    @Override
    public void flush() {
      flushes++;
    }

    @Override
    public boolean hasRoom(Frame frame, int pieces) {
      return pieces <= room;
    }

    @Override
    public boolean wantsGroup(long address) {
      return wantsGroups;
    }
  }

  private void send(BridgePort port, long to, long from) {
    port.send(Packets.tcp4(pool, to, from, 10, Packets.ACK));
    port.flush();
  }

  @Test
  void framesForUnknownStationsGoEverywhereButBack() {
    send(portB, C, B);
    assertEquals(List.of(1, 0, 1), List.of(a.frames.size(), b.frames.size(), c.frames.size()));
    assertNotSame(a.frames.get(0), c.frames.get(0));
    assertEquals(1, a.flushes);
    assertEquals(0, b.flushes);
  }

  @Test
  void itLearnsAndForgets() {
    send(portB, MacAddress.BROADCAST, B);
    a.frames.clear();
    c.frames.clear();
    send(portA, B, A);
    assertEquals(List.of(1, 0), List.of(b.frames.size(), c.frames.size()));
    now += TimeUnit.SECONDS.toNanos(301);
    send(portA, B, A);
    assertEquals(List.of(2, 1), List.of(b.frames.size(), c.frames.size()));
  }

  @Test
  void theAddressOfAPortsOwnStationIsNotLearnedElsewhere() {
    send(portB, MacAddress.BROADCAST, A);
    assertEquals(1, portB.counters().spoofed());
    send(portB, A, B);
    assertEquals(1, a.frames.size());
  }

  @Test
  void aGuardedPortSendsWithItsOwnAddressAlone() {
    send(portC, MacAddress.BROADCAST, C);
    assertEquals(1, portC.counters().spoofed());
    assertTrue(a.frames.isEmpty());
  }

  @Test
  void whatIsNoFrameIsDropped() {
    Frame shortFrame = pool.take(13);
    portB.send(shortFrame);
    send(portB, A, GROUP);
    send(portB, A, 0);
    send(portB, 0x0180_c200_000eL, B);
    assertEquals(4, portB.counters().malformed());
    assertTrue(a.frames.isEmpty());
  }

  @Test
  void groupsGoToThoseThatWantThem() {
    c.wantsGroups = false;
    send(portA, GROUP, A);
    assertEquals(List.of(1, 0), List.of(b.frames.size(), c.frames.size()));
    send(portA, MacAddress.BROADCAST, A);
    assertEquals(List.of(2, 1), List.of(b.frames.size(), c.frames.size()));
  }

  @Test
  void aDetachedPortGetsNothing() {
    send(portB, MacAddress.BROADCAST, B);
    portB.detach();
    b.frames.clear();
    send(portA, B, A);
    assertTrue(b.frames.isEmpty());
    assertEquals(List.of(portA, portC), bridge.ports());
  }

  @Test
  void largePacketsCrossWholeOrInSegments() {
    send(portB, MacAddress.BROADCAST, B);
    portB.features(PortFeatures.ALL);
    Frame large = Packets.tcp4(pool, B, A, 5000, Packets.ACK);
    large.segmentBytes(1448);
    portA.send(large);
    assertEquals(1, b.frames.size());
    assertEquals(1448, b.frames.get(0).segmentBytes());
    portB.features(PortFeatures.NONE);
    Frame again = Packets.tcp4(pool, B, A, 5000, Packets.ACK);
    again.segmentBytes(1448);
    portA.send(again);
    assertEquals(5, b.frames.size());
    b.frames.stream().skip(1).forEach(frame -> assertFalse(frame.partial()));
  }

  private boolean holds(long to, int segmentBytes) {
    Frame frame = Packets.tcp4(pool, to, A, 5000, Packets.ACK);
    frame.segmentBytes(segmentBytes);
    return portA.holds(frame, () -> again++);
  }

  @Test
  void aSenderWaitsForTheOneReceiverThatHasNoRoom() {
    b.room = 0;
    assertFalse(holds(B, 0), "nobody knows where it is");
    send(portB, MacAddress.BROADCAST, B);
    assertTrue(holds(B, 0));
    assertFalse(holds(MacAddress.BROADCAST, 0));
    assertFalse(holds(C, 0));
    portA.room();
    assertEquals(0, again);
    portB.room();
    portB.room();
    assertEquals(1, again);
    b.room = 3;
    assertFalse(holds(B, 0));
    assertTrue(holds(B, 1448), "it would get four");
    portB.features(PortFeatures.ALL);
    assertFalse(holds(B, 1448));
    portB.detach();
    assertEquals(2, again);
    assertFalse(holds(B, 0));
  }

  @Test
  void oneStationDoesNotFillTheTable() {
    for (int i = 0; i < 100_000; i++) {
      send(portB, A, B + 16 + i);
      a.frames.clear();
    }
    assertTrue(bridge.addresses() <= MacTable.PER_PORT);
    long other = 0x0200_0000_0001L;
    BridgePort portD = bridge.attach(new PortSpec("d", 0, false), new Sink());
    send(portD, A, other);
    a.frames.clear();
    c.frames.clear();
    send(portA, other, A);
    assertTrue(c.frames.isEmpty(), "the station of the fourth port is known");
  }

  @Test
  void creditIsGivenInIntervals() {
    Credit credit = new Credit(new RateLimit(1_000_000, 1000), 0);
    assertEquals(0, credit.take(900_000, 0));
    assertEquals(999_000, credit.take(200_000, 1000));
    assertEquals(0, credit.take(200_000, 1_000_000));
    assertEquals(0, credit.take(800_000, 1_000_000));
    // It is not saved up.
    assertEquals(0, credit.take(1_000_000, 50_000_000));
    assertTrue(credit.take(60_000, 50_000_000) > 0);
  }

  @Test
  void aSlowLimitLetsALargePacketThrough() {
    Credit credit = new Credit(new RateLimit(1000, 1000), 0);
    long time = 0;
    int waits = 0;
    long wait = credit.take(65_000, time);
    while (wait > 0) {
      time += wait;
      waits++;
      wait = credit.take(65_000, time);
    }
    assertEquals(64, waits);
  }

  @Test
  void ratesAreKeys() {
    assertEquals(new RateLimit(62_500, 50_000), RateLimit.parseKey("62500,50000"));
    assertEquals("62500,50000", new RateLimit(62_500, 50_000).toKey());
  }

  @Test
  void addressesStandInFrontOfFrames() {
    Frame frame = Packets.tcp4(pool, B, A, 10, Packets.ACK);
    assertEquals(B, Wire.u48(frame.data(), 0));
    assertEquals(A, Wire.u48(frame.data(), 6));
  }
}

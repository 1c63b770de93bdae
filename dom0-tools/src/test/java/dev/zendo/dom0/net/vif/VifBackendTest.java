package dev.zendo.dom0.net.vif;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.GuestDoor;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.net.vif.FakeVif.Answer;
import dev.zendo.dom0.net.vif.FakeVif.Received;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.net.wire.Packets;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.NetifExtraType;
import dev.zendo.hypercalls.io.NetifGsoType;
import dev.zendo.hypercalls.io.NetifRxFlags;
import dev.zendo.hypercalls.io.NetifStatus;
import dev.zendo.hypercalls.io.NetifTxFlags;
import dev.zendo.hypercalls.io.XenbusState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two interfaces on one switch, seen through their rings. */
class VifBackendTest {
  private static final String MAC_A = "00:16:3e:00:00:0a";
  private static final String MAC_B = "00:16:3e:00:00:0b";
  private static final long A = MacAddress.parse(MAC_A).value();
  private static final long B = MacAddress.parse(MAC_B).value();

  private final FramePool pool = new FramePool();
  private final Machine machine = Machine.start(64, 1);
  private final FakeVif a = new FakeVif(machine, "mac=" + MAC_A);
  private final FakeVif b = new FakeVif(machine, "mac=" + MAC_B);

  @AfterEach
  void stop() {
    a.close();
    b.close();
    machine.close();
    assertEquals(0, machine.internalErrors().size());
  }

  private byte[] packet(int payload) {
    Frame frame = Packets.tcp4(pool, B, A, payload, Packets.ACK);
    return Arrays.copyOf(frame.data(), frame.length());
  }

  @Test
  void whatOneSendsTheOtherReceives() throws InterruptedException {
    a.connect();
    b.connect().post(8);
    byte[] data = packet(100);
    a.fill(0, 10, data);
    a.request(a.txGrants.get(0), 10, NetifTxFlags.DATA_VALIDATED, 77, data.length);
    a.push();
    assertEquals(List.of(new Answer(77, NetifStatus.OKAY)), a.answers());
    List<Received> got = b.received();
    assertEquals(1, got.size());
    assertArrayEquals(data, got.get(0).data());
    assertEquals(NetifRxFlags.DATA_VALIDATED, got.get(0).flags());
  }

  @Test
  void framesWaitForBuffers() throws InterruptedException {
    a.connect();
    b.connect();
    for (int i = 0; i < 5; i++) {
      byte[] data = packet(100 + i);
      a.fill(i, 0, data);
      a.request(a.txGrants.get(i), 0, NetifTxFlags.CSUM_BLANK, i, data.length);
    }
    a.push();
    assertEquals(5, a.answers().size());
    assertTrue(b.received().isEmpty());
    b.post(3);
    List<Received> got = b.received();
    assertEquals(3, got.size());
    assertEquals(NetifRxFlags.CSUM_BLANK | NetifRxFlags.DATA_VALIDATED, got.get(0).flags());
    b.post(3);
    assertEquals(2, b.received().size());
  }

  /** Sends small frames with increasing payloads until the ring is not served any more. */
  private int sendUntilHeld() {
    for (int sent = 0; sent < 3000; ) {
      for (int i = 0; i < 16; i++, sent++) {
        byte[] data = packet(sent);
        a.fill(i, 0, Arrays.copyOf(data, 40));
        a.request(a.txGrants.get(i), 0, 0, i, 40);
      }
      a.push();
      if (a.answers().size() < 16) {
        return sent;
      }
    }
    throw new AssertionError("nobody is held");
  }

  @Test
  void aSenderIsHeldUntilTheReceiverHasRoom() throws InterruptedException {
    a.connect();
    b.connect();
    int sent = sendUntilHeld();
    assertTrue(sent > Backlog.CAPACITY && sent <= Backlog.CAPACITY + 128, sent + " sent");
    int received = 0;
    for (int i = 0; i < sent; i += 64) {
      b.post(64);
      received += b.received().size();
      a.frontend.settle();
    }
    assertEquals(sent, received);
    assertEquals(0L, metrics(b).get("rx-dropped"));
    assertTrue((Long) metrics(a).get("held") > 0);
  }

  @Test
  void broadcastsAreNotHeld() throws InterruptedException {
    a.connect();
    b.connect();
    sendUntilHeld();
    FakeVif c = new FakeVif(machine, "mac=00:16:3e:00:00:0c");
    try {
      c.connect();
      Frame frame = Packets.tcp4(pool, MacAddress.BROADCAST, 0x0016_3e00_000cL, 10, Packets.ACK);
      byte[] data = Arrays.copyOf(frame.data(), frame.length());
      for (int i = 0; i < 20; i++) {
        c.fill(0, 0, data);
        c.request(c.txGrants.get(0), 0, 0, i, data.length);
        c.push();
        assertEquals(1, c.answers().size());
      }
      assertEquals(20L, metrics(b).get("rx-dropped"));
      // The receiver goes, and with it what its sender waited for.
      b.frontend.shut(b.device);
      a.frontend.settle();
      a.push();
      a.request(a.txGrants.get(0), 0, 0, 0, 40);
      a.push();
      assertTrue(a.answers().size() > 0);
    } finally {
      c.close();
    }
  }

  private Map<String, Object> metrics(FakeVif vif) {
    return machine.devices().devices().stream()
        .filter(status -> status.path().domain() == vif.frontend.guest().id())
        .findFirst()
        .orElseThrow()
        .metrics();
  }

  private byte[] sendLarge() {
    byte[] data = packet(10_000);
    a.fill(0, 96, Arrays.copyOfRange(data, 0, 4000));
    a.fill(1, 0, Arrays.copyOfRange(data, 4000, 8096));
    a.fill(2, 2, Arrays.copyOfRange(data, 8096, data.length));
    int more = NetifTxFlags.MORE_DATA;
    int flags = NetifTxFlags.CSUM_BLANK | NetifTxFlags.DATA_VALIDATED;
    a.request(a.txGrants.get(0), 96, flags | more | NetifTxFlags.EXTRA_INFO, 1, data.length);
    a.extra(NetifExtraType.GSO, 0, 1448, NetifGsoType.TCPV4);
    a.request(a.txGrants.get(1), 0, more, 2, 4096);
    a.request(a.txGrants.get(2), 2, 0, 3, data.length - 8096);
    a.push();
    return data;
  }

  @Test
  void largePacketsArriveWhole() throws InterruptedException {
    a.connect();
    b.connect().post(8);
    byte[] data = sendLarge();
    assertEquals(
        List.of(new Answer(1, 0), new Answer(0, 1), new Answer(2, 0), new Answer(3, 0)),
        a.answers());
    List<Received> got = b.received();
    assertEquals(1, got.size());
    assertEquals(1448, got.get(0).segmentBytes());
    assertArrayEquals(data, got.get(0).data());
  }

  @Test
  void aFrontendWithoutFeaturesGetsOrdinaryFrames() throws InterruptedException {
    a.connect();
    b.connect(Map.of("feature-no-csum-offload", 1)).post(20);
    sendLarge();
    List<Received> got = b.received();
    assertEquals(7, got.size());
    got.forEach(frame -> assertEquals(NetifRxFlags.DATA_VALIDATED, frame.flags()));
    assertEquals(1448 + 54, got.get(0).data().length);
  }

  /** What netback refuses without disabling the device. */
  @Test
  void malformedPacketsAreAnswered() throws InterruptedException {
    a.connect();
    b.connect().post(8);
    a.request(a.txGrants.get(0), 0, 0, 1, 13);
    a.request(0xdead, 0, 0, 2, 100);
    a.request(a.txGrants.get(0), 0, NetifTxFlags.MORE_DATA, 3, 100);
    a.request(a.txGrants.get(1), 0, 0, 4, 200);
    a.push();
    int error = NetifStatus.ERROR;
    assertEquals(
        List.of(
            new Answer(1, error), new Answer(2, error), new Answer(3, error), new Answer(4, error)),
        a.answers());
    assertTrue(b.received().isEmpty());
    byte[] data = packet(10);
    a.fill(0, 0, data);
    a.request(a.txGrants.get(0), 0, 0, 5, data.length);
    a.push();
    assertEquals(1, b.received().size());
  }

  @Test
  void nineteenSlotsAreTooMany() throws InterruptedException {
    a.connect();
    b.connect().post(8);
    a.request(a.txGrants.get(0), 0, NetifTxFlags.MORE_DATA, 0, 2000);
    for (int i = 1; i < 20; i++) {
      a.request(a.txGrants.get(0), 0, i < 19 ? NetifTxFlags.MORE_DATA : 0, i, 100);
    }
    a.push();
    List<Answer> answers = a.answers();
    assertEquals(20, answers.size());
    answers.forEach(answer -> assertEquals(NetifStatus.ERROR, answer.status()));
  }

  private void fails(Consumer<FakeVif> sin) throws InterruptedException {
    a.connect();
    int before = a.frontend.grantFlags(a.txRef()) & (GrantFlags.READING | GrantFlags.WRITING);
    assertTrue(before != 0);
    sin.accept(a);
    a.push();
    a.frontend.awaitState(a.device, XenbusState.CLOSING);
    assertEquals(0, a.frontend.grantFlags(a.txRef()) & (GrantFlags.READING | GrantFlags.WRITING));
    // It may begin again.
    a.frontend.shut(a.device);
    a.frontend.state(a.device, XenbusState.INITIALISING);
    a.connect();
  }

  @Test
  void aPacketThatLacksSlotsEndsTheConnection() throws InterruptedException {
    fails(vif -> vif.request(vif.txGrants.get(0), 0, NetifTxFlags.MORE_DATA, 0, 100));
  }

  @Test
  void aPacketThatLacksExtrasEndsTheConnection() throws InterruptedException {
    fails(vif -> vif.request(vif.txGrants.get(0), 0, NetifTxFlags.EXTRA_INFO, 0, 100));
  }

  @Test
  void unknownExtrasEndTheConnection() throws InterruptedException {
    fails(
        vif -> {
          vif.request(vif.txGrants.get(0), 0, NetifTxFlags.EXTRA_INFO, 0, 100);
          vif.extra(9, 0, 0, 0);
        });
  }

  @Test
  void aSlotBeyondItsPageEndsTheConnection() throws InterruptedException {
    fails(vif -> vif.request(vif.txGrants.get(0), 4000, 0, 0, 100));
  }

  @Test
  void tooManyRequestsEndTheConnection() throws InterruptedException {
    fails(vif -> vif.txProduced = 1000);
  }

  @Test
  void noPortOrGrantIsLeft() throws InterruptedException {
    b.connect().post(8);
    a.frontend.settle();
    int open = GuestDoor.openPorts(machine, 0);
    for (int i = 0; i < 5; i++) {
      a.connect();
      a.frontend.shut(a.device);
      a.frontend.state(a.device, XenbusState.INITIALISING);
    }
    a.frontend.awaitState(a.device, XenbusState.INIT_WAIT);
    assertEquals(open, GuestDoor.openPorts(machine, 0));
    assertEquals(0, a.frontend.grantFlags(a.txRef()) & (GrantFlags.READING | GrantFlags.WRITING));
  }

  @Test
  void aBadGrantOfAReceiverIsItsOwnProblem() throws InterruptedException {
    a.connect();
    b.connect();
    b.post(0, 0xdead);
    b.post(63);
    byte[] data = packet(100);
    a.fill(0, 0, data);
    a.request(a.txGrants.get(0), 0, 0, 1, data.length);
    a.push();
    assertEquals(List.of(new Answer(1, 0)), a.answers());
    assertEquals(1L, metrics(b).get("bad-grants"));
  }

  @Test
  void connectingToNonsenseFails() throws InterruptedException {
    a.frontend.awaitState(a.device, XenbusState.INIT_WAIT);
    for (Map<String, Object> keys :
        List.<Map<String, Object>>of(
            Map.of("request-rx-copy", 0),
            Map.of("multi-queue-num-queues", 1000),
            Map.of("tx-ring-ref", 0xdeadL),
            Map.of("rx-ring-ref", "x"),
            Map.of("event-channel", 4000))) {
      a.offer(keys);
      a.frontend.awaitState(a.device, XenbusState.CLOSING);
      a.frontend.shut(a.device);
      a.frontend.state(a.device, XenbusState.INITIALISING);
      a.frontend.awaitState(a.device, XenbusState.INIT_WAIT);
    }
    a.connect(Map.of("multi-queue-num-queues", 1));
  }
}

package dev.zendo.dom0.net.vif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.GuestDoor;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.net.wire.Packets;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.SharedRing;
import dev.zendo.hypercalls.io.XenbusState;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A frontend that writes nonsense into its rings, beside two that behave. With {@code
 * -Dzendo.fuzz.requests=1000000} it goes on for longer.
 */
class VifFuzzTest {
  private static final int REQUESTS = Integer.getInteger("zendo.fuzz.requests", 20_000);
  private static final String MAC_A = "00:16:3e:00:00:0a";
  private static final String MAC_B = "00:16:3e:00:00:0b";
  private static final int BUSY = GrantFlags.READING | GrantFlags.WRITING;

  private final FramePool pool = new FramePool();
  private final Random random = new Random(20_26);
  private int requests;
  private int reconnects;

  @Test
  void nonsenseInARingHarmsNobodyElse() throws InterruptedException {
    try (Machine machine = Machine.start(64, 1)) {
      try (FakeVif hostile = new FakeVif(machine, "mac=00:16:3e:00:00:66");
          FakeVif a = new FakeVif(machine, "mac=" + MAC_A);
          FakeVif b = new FakeVif(machine, "mac=" + MAC_B)) {
        a.connect();
        b.connect();
        hostile.connect();
        hostile.frontend.settle();
        int open = GuestDoor.openPorts(machine, 0);
        long free = machine.freeFrames();
        int rounds = 0;
        while (requests < REQUESTS) {
          attack(hostile);
          if (++rounds % 50 == 0) {
            behave(a, b);
          }
        }
        behave(a, b);
        reconnect(hostile);
        hostile.frontend.settle();
        assertEquals(open, GuestDoor.openPorts(machine, 0));
        assertEquals(free, machine.freeFrames());
        assertTrue(reconnects > 0, "some of it was noticed");
        hostile.frontend.shut(hostile.device);
        assertEquals(0, hostile.frontend.grantFlags(hostile.txRef()) & BUSY);
        hostile.txGrants.forEach(
            grant -> assertEquals(0, hostile.frontend.grantFlags(grant) & BUSY));
      }
      assertEquals(0, machine.internalErrors().size());
    }
  }

  /** A batch of requests, of which most are nearly right. */
  private void attack(FakeVif vif) throws InterruptedException {
    if (random.nextInt(4) == 0) {
      vif.post(
          random.nextInt(64), random.nextInt(4) == 0 ? random.nextInt() : 8 + random.nextInt(60));
      vif.post(random.nextInt(8));
    }
    int count = 1 + random.nextInt(120);
    for (int i = 0; i < count; i++) {
      one(vif);
      requests++;
    }
    if (random.nextInt(40) == 0) {
      // Torn or absurd indices.
      vif.txProduced += random.nextInt();
    }
    if (random.nextInt(40) == 0) {
      long at = vif.rxRing.address() + SharedRing.REQ_PROD.offset();
      vif.memory.putIntRelease(at, random.nextInt());
    }
    vif.push();
    if (random.nextInt(8) == 0) {
      // Changing what was taken already.
      vif.memory.putInt(vif.txRing.address() + 64 + 4L * random.nextInt(700), random.nextInt());
    }
    vif.answers();
    String state = vif.frontend.back(vif.device, "state");
    if (!state.equals(Integer.toString(XenbusState.CONNECTED)) || random.nextInt(300) == 0) {
      reconnect(vif);
    }
  }

  private void one(FakeVif vif) {
    int page = random.nextInt(32);
    if (random.nextInt(3) == 0) {
      Frame frame =
          Packets.tcp4(
              pool, MacAddress.parse(MAC_B).value(), 0x0016_3e00_0066L, 100, random.nextInt(256));
      byte[] data = Arrays.copyOf(frame.data(), frame.length());
      data[random.nextInt(data.length)] ^= (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0);
      frame.release();
      vif.fill(page, 0, data);
    }
    int reference = random.nextInt(50) == 0 ? random.nextInt() : vif.txGrants.get(page);
    int offset = random.nextInt(400) == 0 ? random.nextInt(65536) : 0;
    int size = random.nextInt(100) == 0 ? random.nextInt(65536) : random.nextInt(2000);
    int flags = 0;
    for (int bit = 0; bit < 4; bit++) {
      flags |= random.nextInt(bit < 2 ? 3 : 60) == 0 ? 1 << bit : 0;
    }
    vif.request(reference, offset, flags, random.nextInt(65536), size);
    if ((flags & 8) != 0) {
      vif.extra(
          random.nextInt(7),
          random.nextInt(3) == 0 ? 1 : 0,
          random.nextInt(3000),
          random.nextInt(4));
    }
  }

  private void reconnect(FakeVif vif) throws InterruptedException {
    reconnects++;
    vif.frontend.shut(vif.device);
    vif.frontend.state(vif.device, XenbusState.INITIALISING);
    vif.connect();
  }

  /** The two others still talk to each other. */
  private void behave(FakeVif a, FakeVif b) {
    b.post(32);
    b.received();
    long to = MacAddress.parse(MAC_B).value();
    Frame frame = Packets.tcp4(pool, to, MacAddress.parse(MAC_A).value(), 777, Packets.ACK);
    byte[] data = Arrays.copyOf(frame.data(), frame.length());
    frame.release();
    a.fill(0, 0, data);
    a.request(a.txGrants.get(0), 0, 0, 1, data.length);
    a.push();
    assertEquals(1, a.answers().size());
    // Frames of the hostile one may wait before it.
    for (int i = 0; i < 40; i++) {
      for (FakeVif.Received got : b.received()) {
        if (Arrays.equals(data, got.data())) {
          return;
        }
      }
      b.post(32);
    }
    throw new AssertionError("a frame between the two that behave was lost");
  }
}

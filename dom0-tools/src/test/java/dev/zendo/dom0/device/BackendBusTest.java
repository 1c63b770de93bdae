package dev.zendo.dom0.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.GuestDoor;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.SharedRing;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.xenstore.StoreClient;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Negotiation, with a device that answers each request with its bytes inverted. */
class BackendBusTest {
  private static final int ENTRY = 8;
  private static final DeviceSpec DEVICE =
      new DeviceSpec("echo", 3, Map.of("fruit", "apple"), Map.of("colour", "red"));

  private final Machine machine = Machine.start(64, 1);
  private final BackendBus bus =
      new BackendBus(machine.control(), machine.store().store(), List.of(new EchoDriver()));

  @AfterEach
  void stop() {
    bus.close();
    machine.close();
    assertEquals(0, machine.internalErrors().size());
  }

  private static final class EchoDriver implements BackendDriver {
    @Override
    public String type() {
      return "echo";
    }

    @Override
    public Backend open(BackendDevice device) throws DeviceException {
      if (device.requireBack("colour").equals("black")) {
        throw new DeviceException("there is no black paint; choose another colour");
      }
      return new Echo(device);
    }
  }

  private static final class Echo implements Backend {
    private final BackendDevice device;
    private final byte[] copy = new byte[ENTRY];
    private Mapping page;
    private BackRing ring;
    private Channel channel;
    private long answered;

    Echo(BackendDevice device) {
      this.device = device;
    }

    @Override
    public void publish() {
      device.publish("feature-echo", 1);
    }

    @Override
    public boolean connectsAt(int state) {
      return state == XenbusState.INITIALISED;
    }

    @Override
    public void connect() throws DeviceException {
      page = device.map(true, device.frontInt("ring-ref"));
      ring = new BackRing(device.memory(), page.address(), 1, ENTRY);
      channel = device.bind(device.frontInt("event-channel"), this::serve);
    }

    private void serve() throws DeviceException {
      do {
        while (ring.hasRequests()) {
          ring.takeRequest(copy);
          long at = ring.nextResponse();
          for (int i = 0; i < ENTRY; i++) {
            device.memory().putByte(at + i, (byte) ~copy[i]);
          }
          answered++;
        }
        if (ring.publish()) {
          channel.notifyPeer();
        }
      } while (ring.finalCheck());
    }

    @Override
    public void disconnect() {
      if (channel != null) {
        channel.close();
        channel = null;
      }
      if (page != null) {
        page.close();
        page = null;
      }
    }

    @Override
    public void close() {}

    @Override
    public Map<String, Object> metrics() {
      return Map.of("answered", answered);
    }
  }

  private static final class Connection {
    final FakeFrontend frontend;
    final FakeFrontend.Page page;
    final int reference;
    final int port;

    Connection(FakeFrontend frontend) {
      this.frontend = frontend;
      page = frontend.pages(1).get(0);
      frontend.initRing(page.address());
      reference = frontend.grant(page, true);
      port = frontend.port();
    }

    void offer() {
      frontend.write(DEVICE, "ring-ref", reference);
      frontend.write(DEVICE, "event-channel", port);
      frontend.state(DEVICE, XenbusState.INITIALISED);
    }

    void produce(int index) {
      frontend.memory().putIntRelease(page.address() + SharedRing.REQ_PROD.offset(), index);
      frontend.send(port);
      frontend.settle();
    }

    int produced() {
      return SharedRing.RSP_PROD.get(frontend.memory(), page.address());
    }
  }

  @Test
  void aFrontendConnectsIsServedAndMayComeAgain() throws InterruptedException {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(DEVICE))) {
      int open = GuestDoor.openPorts(machine, 0);
      for (int round = 0; round < 3; round++) {
        frontend.awaitState(DEVICE, XenbusState.INIT_WAIT);
        assertEquals("1", frontend.back(DEVICE, "feature-echo"));
        Connection connection = new Connection(frontend);
        connection.offer();
        frontend.awaitState(DEVICE, XenbusState.CONNECTED);
        frontend.memory().putLong(connection.page.address() + SharedRing.LAYOUT.size(), 42);
        connection.produce(1);
        assertEquals(1, connection.produced());
        long slot = connection.page.address() + SharedRing.LAYOUT.size();
        assertEquals(~42L, frontend.memory().getLong(slot));
        frontend.shut(DEVICE);
        assertEquals(GrantFlags.PERMIT_ACCESS, frontend.grantFlags(connection.reference));
        assertEquals(open, GuestDoor.openPorts(machine, 0));
        frontend.state(DEVICE, XenbusState.INITIALISING);
      }
      assertEquals(3L, bus.devices().get(0).metrics().get("answered"));
    }
    assertTrue(bus.devices().isEmpty());
  }

  @Test
  void theKeysStandWhereXlHasThem() throws InterruptedException {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(DEVICE))) {
      int id = frontend.guest().id();
      String front = "/local/domain/" + id + "/device/echo/3";
      String back = "/local/domain/0/backend/echo/" + id + "/3";
      var store = machine.store().client();
      assertEquals(back, store.read(front + "/backend"));
      assertEquals("0", store.read(front + "/backend-id"));
      assertEquals("apple", store.read(front + "/fruit"));
      assertEquals(front, store.read(back + "/frontend"));
      assertEquals(Integer.toString(id), store.read(back + "/frontend-id"));
      assertEquals("red", store.read(back + "/colour"));
      assertEquals("red", store.read("/libxl/" + id + "/device/echo/3/colour"));
      assertEquals("n" + id + " r0", String.join(" ", store.permissions(front).strings()));
      assertEquals("n0 r" + id, String.join(" ", store.permissions(back + "/colour").strings()));
    }
  }

  @Test
  void aBackEndThatRefusesIsTheToolstacksError() {
    DeviceSpec black = new DeviceSpec("echo", 1, Map.of(), Map.of("colour", "black"));
    ToolException refusal =
        assertThrows(ToolException.class, () -> new FakeFrontend(machine, List.of(black)));
    assertTrue(refusal.getMessage().contains("no black paint"), refusal.getMessage());
    assertFalse(machine.store().client().exists("/local/domain/0/backend/echo/1"));
  }

  @Test
  void indicesThatCannotBeEndTheConnectionNotTheDevice() throws InterruptedException {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(DEVICE))) {
      Connection connection = new Connection(frontend);
      connection.offer();
      frontend.awaitState(DEVICE, XenbusState.CONNECTED);
      connection.produce(0x8000_0000);
      frontend.awaitState(DEVICE, XenbusState.CLOSING);
      assertEquals(GrantFlags.PERMIT_ACCESS, frontend.grantFlags(connection.reference));
      DevicePath path = DEVICE.of(frontend.guest().id());
      assertTrue(machine.store().client().read(path.error()).contains("announced 2147483648"));
      frontend.state(DEVICE, XenbusState.INITIALISING);
      frontend.awaitState(DEVICE, XenbusState.INIT_WAIT);
    }
  }

  @Test
  void whatAFrontendOffersMayBeAnything() throws InterruptedException {
    String[] values = {"", "x", "-1", "4294967295", "99999999999", "1 ", "7", "65535"};
    Random random = new Random(5);
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(DEVICE))) {
      int open = GuestDoor.openPorts(machine, 0);
      for (int i = 0; i < 300; i++) {
        frontend.write(DEVICE, "ring-ref", values[random.nextInt(values.length)]);
        frontend.write(DEVICE, "event-channel", values[random.nextInt(values.length)]);
        frontend.write(DEVICE, "state", random.nextInt(10) == 0 ? "x" : random.nextInt(9));
        if (random.nextInt(8) == 0) {
          frontend.settle();
        }
      }
      frontend.shut(DEVICE);
      assertEquals(open, GuestDoor.openPorts(machine, 0));
      frontend.state(DEVICE, XenbusState.INITIALISING);
      frontend.awaitState(DEVICE, XenbusState.INIT_WAIT);
    }
  }

  @Test
  void theToolstackTakesADeviceBack() throws InterruptedException {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(DEVICE))) {
      DevicePath path = DEVICE.of(frontend.guest().id());
      assertThrows(ToolException.class, () -> frontend.guest().attach(DEVICE));
      assertTrue(frontend.guest().detach(path, false), "nobody was connected");
      assertFalse(machine.store().client().exists(path.backend()));
      assertFalse(machine.store().client().exists(path.frontend()));
      frontend.guest().attach(DEVICE);
      Connection connection = new Connection(frontend);
      connection.offer();
      frontend.awaitState(DEVICE, XenbusState.CONNECTED);
      Thread answering = new Thread(() -> closeWhenAsked(frontend));
      answering.start();
      assertTrue(frontend.guest().detach(path, false));
      answering.join();
      assertTrue(bus.devices().isEmpty());
    }
  }

  @Test
  void aDeviceThatReplacesAnotherBeforeAnybodyLooksIsServed() throws InterruptedException {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(DEVICE))) {
      frontend.awaitState(DEVICE, XenbusState.INIT_WAIT);
      DevicePath path = DEVICE.of(frontend.guest().id());
      CountDownLatch replaced = new CountDownLatch(1);
      machine.control().events().post(() -> await(replaced));
      StoreClient toolstack = machine.store().client();
      toolstack.transact(transaction -> new DeviceKeys(transaction, path).remove());
      toolstack.transact(transaction -> new DeviceKeys(transaction, path).write(DEVICE));
      replaced.countDown();
      frontend.awaitState(DEVICE, XenbusState.INIT_WAIT);
      Connection connection = new Connection(frontend);
      connection.offer();
      frontend.awaitState(DEVICE, XenbusState.CONNECTED);
      assertEquals(1, bus.devices().size());
    }
  }

  @Test
  void devicesMayReplaceEachOtherAtAnyMoment() throws InterruptedException {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(DEVICE))) {
      DevicePath path = DEVICE.of(frontend.guest().id());
      StoreClient toolstack = machine.store().client();
      for (int i = 0; i < 300; i++) {
        toolstack.transact(transaction -> new DeviceKeys(transaction, path).remove());
        toolstack.transact(transaction -> new DeviceKeys(transaction, path).write(DEVICE));
        if (i % 3 == 0) {
          frontend.awaitState(DEVICE, XenbusState.INIT_WAIT);
        }
      }
      frontend.awaitState(DEVICE, XenbusState.INIT_WAIT);
      assertEquals(1, bus.devices().size());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void closeWhenAsked(FakeFrontend frontend) {
    try {
      while (frontend.back(DEVICE, "online").equals("1")) {
        Thread.sleep(1);
      }
      frontend.state(DEVICE, XenbusState.CLOSING);
      frontend.state(DEVICE, XenbusState.CLOSED);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

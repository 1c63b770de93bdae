package dev.zendo.dom0.block;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.dom0.GuestDoor;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.device.BackendBus;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifRequest;
import dev.zendo.hypercalls.io.BlkifSegment;
import dev.zendo.hypercalls.io.BlkifStatus;
import dev.zendo.hypercalls.io.SharedRing;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frontends that write anything into their rings, while another thread changes what they have
 * written, and that connect again and again. The number of requests is that of the property {@code
 * zendo.fuzz.requests}.
 */
class BlockFuzzTest {
  private static final int REQUESTS = Integer.getInteger("zendo.fuzz.requests", 4000);

  /** Long enough for other threads to join. */
  private static final long SLOW_NANOS = 400_000;

  private static final int CONNECTIONS = 20;
  private static final int MORE = 20;
  private static final int[] OPERATIONS = {0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 255};

  @TempDir private Path folder;
  private final Random random = new Random(Long.getLong("zendo.fuzz.seed", 1));

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whateverFrontendsDoNothingIsLeftOfIt(boolean persistent) throws Exception {
    Path file = Files.write(folder.resolve("disk"), new byte[1 << 20]);
    DeviceSpec device = DiskSpec.parse(file + ",raw,xvda,w" + (persistent ? ",persistent" : ""));
    try (Machine machine = Machine.start(64, 1)) {
      fuzz(machine, device, persistent);
      assertEquals(1 << 20, Files.size(file));
    }
  }

  /** Several threads work on the ring of such a disk. */
  @Test
  void norWhenTheDiskIsSlow() throws Exception {
    try (Machine machine = Machine.start(64, 1)) {
      try (BackendBus bus = slowDisks(machine)) {
        assertEquals(List.of(), bus.devices());
        fuzz(machine, slowDisk(), false);
      }
      assertEquals(List.of(), machine.internalErrors());
    }
  }

  /** Whichever of the looks at the index sees too much, the connection comes to its end. */
  @Test
  void anIndexThatIsWrongEverySecondTimeEndsTheConnection() throws Exception {
    DeviceSpec device = slowDisk();
    try (Machine machine = Machine.start(64, 1);
        BackendBus bus = slowDisks(machine);
        FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, 0);
      for (int i = 0; i < CONNECTIONS; i++) {
        client.connect();
        client.request(BlkifOp.READ, 0, 1);
        client.finish();
        for (int more = 0; more < MORE; more++) {
          client.request(BlkifOp.READ, 0, 1);
        }
        AtomicBoolean running = new AtomicBoolean();
        Thread tearer = new Thread(() -> tear(frontend.memory(), client.ring(), running));
        tearer.start();
        while (!running.get()) {
          Thread.onSpinWait();
        }
        while (frontend.back(device, "state").equals("4")) {
          push(client);
          frontend.settle();
        }
        running.set(false);
        tearer.join();
        frontend.shut(device);
        frontend.state(device, XenbusState.INITIALISING);
      }
      assertEquals(List.of(), machine.internalErrors());
      assertEquals(1, bus.devices().size());
    }
  }

  private static void tear(PhysicalMemory memory, long ring, AtomicBoolean running) {
    long at = ring + SharedRing.REQ_PROD.offset();
    int right = memory.getInt(at) + MORE;
    running.set(true);
    while (running.get()) {
      memory.putIntRelease(at, right + 1000);
      memory.putIntRelease(at, right);
    }
  }

  private static DeviceSpec slowDisk() {
    DeviceSpec disk = DiskSpec.parse("/anything,raw,xvda,w");
    return new DeviceSpec("slow", disk.devid(), disk.front(), disk.back());
  }

  private static BackendBus slowDisks(Machine machine) {
    BlockDriver driver =
        new BlockDriver(
            machine.control(), false, "slow", (params, mode) -> new GatedImage(SLOW_NANOS));
    return new BackendBus(machine.control(), machine.store().store(), List.of(driver));
  }

  private void fuzz(Machine machine, DeviceSpec device, boolean persistent) throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      int ports = GuestDoor.openPorts(machine, 0);
      BlockClient client = new BlockClient(frontend, device, 0);
      if (persistent) {
        client.persist();
      }
      long frames = machine.freeFrames();
      client.connect();
      attack(machine, frontend, device, client);
      frontend.shut(device);
      assertEquals(ports, GuestDoor.openPorts(machine, 0));
      assertEquals(frames, machine.freeFrames());
      for (int i = 0; i < BlockClient.DATA_PAGES; i++) {
        int used = GrantFlags.READING | GrantFlags.WRITING;
        assertEquals(0, frontend.grantFlags(client.reference(i)) & used);
      }
      frontend.state(device, XenbusState.INITIALISING);
      client.connect();
      restore(frontend, client);
      client.request(BlkifOp.READ, 0, 11);
      assertEquals(BlkifStatus.OKAY, client.finish());
    }
    assertEquals(List.of(), machine.internalErrors());
  }

  private static void restore(FakeFrontend frontend, BlockClient client) {
    for (int i = 0; i < BlockClient.DATA_PAGES; i++) {
      frontend.regrant(client.reference(i), client.data(i), true);
    }
  }

  private void attack(Machine machine, FakeFrontend frontend, DeviceSpec device, BlockClient client)
      throws InterruptedException {
    AtomicBoolean running = new AtomicBoolean(true);
    Thread changer = new Thread(() -> change(frontend, client, running));
    changer.start();
    try {
      for (int made = 0; made < REQUESTS; ) {
        int batch = 1 + random.nextInt(31);
        for (int i = 0; i < batch; i++) {
          scribble(frontend, client);
        }
        made += batch;
        if (random.nextInt(200) == 0) {
          int torn = random.nextInt();
          frontend.memory().putInt(client.ring() + SharedRing.REQ_PROD.offset(), torn);
          GuestDoor.send(machine, frontend.guest().id(), client.port());
        } else {
          push(client);
        }
        await(frontend, client);
        if (!frontend.back(device, "state").equals("4") || random.nextInt(100) == 0) {
          again(frontend, device, client);
        }
      }
    } finally {
      running.set(false);
      changer.join();
    }
  }

  /** The connection may have ended already: then there is no port to send through. */
  private static void push(BlockClient client) {
    try {
      client.push();
    } catch (IllegalStateException e) {
      // ended
    }
  }

  /** A while, or until all is answered. */
  private static void await(FakeFrontend frontend, BlockClient client) {
    long ring = client.ring();
    for (int i = 0; i < 20; i++) {
      int produced = frontend.memory().getInt(ring + SharedRing.REQ_PROD.offset());
      if (frontend.memory().getInt(ring + SharedRing.RSP_PROD.offset()) == produced) {
        return;
      }
      frontend.settle();
    }
  }

  private void again(FakeFrontend frontend, DeviceSpec device, BlockClient client)
      throws InterruptedException {
    if (random.nextBoolean()) {
      frontend.shut(device);
    } else {
      frontend.state(device, XenbusState.CLOSED);
      frontend.awaitState(device, XenbusState.CLOSED);
    }
    frontend.state(device, XenbusState.INITIALISING);
    client.connect();
  }

  private void scribble(FakeFrontend frontend, BlockClient client) {
    long at = client.nextSlot();
    for (int i = 0; i < BlkifRequest.LAYOUT.size(); i += Integer.BYTES) {
      frontend.memory().putInt(at + i, random.nextInt());
    }
    BlkifRequest.OPERATION.set(
        frontend.memory(), at, OPERATIONS[random.nextInt(OPERATIONS.length)]);
    if (random.nextInt(4) > 0) {
      plausible(frontend, client, at);
    }
  }

  /** Mostly right, so that it gets far. */
  private void plausible(FakeFrontend frontend, BlockClient client, long at) {
    int count = random.nextInt(12);
    BlkifRequest.NR_SEGMENTS.set(frontend.memory(), at, count);
    BlkifRequest.SECTOR_NUMBER.set(frontend.memory(), at, random.nextInt(2100));
    for (int i = 0; i < count && i < 11; i++) {
      long segment = BlkifRequest.SEG.at(at, i);
      int reference = client.reference(random.nextInt(BlockClient.DATA_PAGES));
      BlkifSegment.GREF.set(
          frontend.memory(), segment, random.nextInt(50) == 0 ? random.nextInt() : reference);
      BlkifSegment.FIRST_SECT.set(frontend.memory(), segment, random.nextInt(3));
      BlkifSegment.LAST_SECT.set(frontend.memory(), segment, random.nextInt(50) == 0 ? 9 : 7);
    }
  }

  /** Changes slots, segments and grants under the back end's eyes. */
  private static void change(FakeFrontend frontend, BlockClient client, AtomicBoolean running) {
    Random own = new Random(99);
    while (running.get()) {
      long at = own.nextBoolean() ? client.ring() : client.segmentPage().address();
      int offset = SharedRing.LAYOUT.size() + 4 * own.nextInt(900);
      frontend.memory().putInt(at + offset, own.nextInt(4) == 0 ? own.nextInt() : own.nextInt(64));
      int page = own.nextInt(BlockClient.DATA_PAGES);
      if (own.nextInt(20) == 0) {
        frontend.regrant(client.reference(page), client.data(page), own.nextBoolean());
      }
    }
  }
}

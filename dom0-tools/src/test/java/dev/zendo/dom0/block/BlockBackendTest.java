package dev.zendo.dom0.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.GuestDoor;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.dom0.block.image.DiskImages;
import dev.zendo.dom0.block.image.ImageAccess;
import dev.zendo.dom0.block.image.ImageFormat;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.BlkifIndirect;
import dev.zendo.hypercalls.io.BlkifInfo;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifRequest;
import dev.zendo.hypercalls.io.BlkifStatus;
import dev.zendo.hypercalls.io.XenbusState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk's back end, from a frontend's point of view. */
class BlockBackendTest {
  private static final int SIZE = 1 << 20;
  private static final long SECTORS = SIZE / 512;

  private final Machine machine = Machine.start(64, 1);
  @TempDir private Path folder;
  private Path file;
  private byte[] contents;
  private DeviceSpec device;

  @BeforeEach
  void create() throws IOException {
    contents = new byte[SIZE];
    new Random(1).nextBytes(contents);
    file = Files.write(folder.resolve("disk.img"), contents);
    device = DiskSpec.parse(file + ",raw,xvda,w");
  }

  @AfterEach
  void stop() {
    machine.close();
    assertTrue(machine.internalErrors().isEmpty());
  }

  private static byte[] page(int seed) {
    byte[] bytes = new byte[4096];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private byte[] onDisk(int sector, int count) throws IOException {
    return Arrays.copyOfRange(Files.readAllBytes(file), sector * 512, (sector + count) * 512);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void readsAndWritesReachTheFile(int order) throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, order);
      client.connect();
      assertEquals(Long.toString(SECTORS), frontend.back(device, "sectors"));
      for (int round = 0; round < 100; round++) {
        client.request(BlkifOp.READ, 8 * round, 11);
        assertEquals(BlkifStatus.OKAY, client.finish());
        assertTrue(client.answered());
        byte[] expected = Arrays.copyOfRange(contents, 4096 * (round + 10), 4096 * (round + 11));
        assertArrayEquals(expected, client.contents(10));
      }
      client.fill(0, page(7));
      client.request(BlkifOp.WRITE, 16, 1);
      assertEquals(BlkifStatus.OKAY, client.finish());
      assertArrayEquals(page(7), onDisk(16, 8));
    }
  }

  @Test
  void segmentsMayBePartsOfPages() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, 0);
      client.connect();
      long at = client.request(BlkifOp.READ, 3, 3);
      client.segment(at, 0, 0, 2, 5);
      client.segment(at, 1, 1, 7, 7);
      client.segment(at, 2, 2, 0, 1);
      client.fill(0, new byte[4096]);
      assertEquals(BlkifStatus.OKAY, client.finish());
      byte[] first = client.contents(0);
      assertArrayEquals(onDisk(3, 4), Arrays.copyOfRange(first, 1024, 3072));
      assertArrayEquals(new byte[1024], Arrays.copyOf(first, 1024));
      assertArrayEquals(onDisk(7, 1), Arrays.copyOfRange(client.contents(1), 3584, 4096));
      assertArrayEquals(onDisk(8, 2), Arrays.copyOf(client.contents(2), 1024));
    }
  }

  @Test
  void indirectRequestsMoveManyPages() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, 0);
      client.connect();
      client.indirect(BlkifOp.READ, 80, BlockClient.DATA_PAGES);
      assertEquals(BlkifStatus.OKAY, client.finish());
      assertEquals(BlkifOp.READ, client.lastOperation());
      assertArrayEquals(onDisk(80 + 63 * 8, 8), client.contents(63));
      client.fill(63, page(3));
      client.indirect(BlkifOp.WRITE, 80, BlockClient.DATA_PAGES);
      assertEquals(BlkifStatus.OKAY, client.finish());
      assertArrayEquals(page(3), onDisk(80 + 63 * 8, 8));
      for (int count : new int[] {0, 257, 4096, 65535}) {
        client.indirect(BlkifOp.READ, 0, count);
        assertEquals(BlkifStatus.ERROR, client.finish());
      }
      long at = client.indirect(BlkifOp.READ, 0, 1);
      BlkifIndirect.INDIRECT_OP.set(frontend.memory(), at, BlkifOp.DISCARD);
      assertEquals(BlkifStatus.ERROR, client.finish());
    }
  }

  @Test
  void flushesBarriersAndDiscards() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, 0);
      client.connect();
      client.request(BlkifOp.FLUSH_DISKCACHE, 0, 0);
      assertEquals(BlkifStatus.OKAY, client.finish());
      for (int i = 0; i < 10; i++) {
        client.fill(0, page(i));
        client.request(BlkifOp.WRITE_BARRIER, 8, 1);
        assertEquals(BlkifStatus.OKAY, client.finish());
        assertArrayEquals(page(i), onDisk(8, 8));
      }
      client.discard(16, 16);
      assertEquals(BlkifStatus.OKAY, client.finish());
      assertArrayEquals(new byte[8192], onDisk(16, 16));
      client.request(77, 0, 0);
      assertEquals(BlkifStatus.EOPNOTSUPP, client.finish());
      Map<String, Object> metrics = machine.devices().devices().get(0).metrics();
      assertEquals(10L, metrics.get("writes"));
      assertEquals(11L, metrics.get("flushes"));
      assertEquals(40960L, metrics.get("written-bytes"));
    }
  }

  @Test
  void whatIsOutOfBoundsIsRefused() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, 0);
      client.connect();
      for (long sector : new long[] {SECTORS, SECTORS - 7, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
        client.request(BlkifOp.READ, sector, 1);
        assertEquals(BlkifStatus.ERROR, client.finish());
        client.request(BlkifOp.WRITE, sector, 1);
        assertEquals(BlkifStatus.ERROR, client.finish());
        client.discard(sector, 8);
        assertEquals(BlkifStatus.ERROR, client.finish());
      }
      client.discard(8, Long.MAX_VALUE);
      assertEquals(BlkifStatus.ERROR, client.finish());
      int[][] ranges = {{3, 2}, {0, 8}, {255, 0}, {0, 255}, {128, 128}};
      for (int[] range : ranges) {
        long at = client.request(BlkifOp.READ, 0, 1);
        client.segment(at, 0, 0, range[0], range[1]);
        assertEquals(BlkifStatus.ERROR, client.finish());
      }
      long at = client.request(BlkifOp.READ, 0, 1);
      BlkifRequest.NR_SEGMENTS.set(frontend.memory(), at, 12);
      assertEquals(BlkifStatus.ERROR, client.finish());
      assertArrayEquals(contents, Files.readAllBytes(file));
    }
  }

  @Test
  void grantsDecideWhatMayBeReached() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, 0);
      client.connect();
      frontend.regrant(client.reference(0), client.data(0), false);
      client.request(BlkifOp.WRITE, 0, 1);
      assertEquals(BlkifStatus.OKAY, client.finish());
      client.request(BlkifOp.READ, 0, 1);
      assertEquals(BlkifStatus.ERROR, client.finish());
      frontend.revoke(client.reference(0));
      client.request(BlkifOp.WRITE, 0, 1);
      assertEquals(BlkifStatus.ERROR, client.finish());
    }
  }

  @Test
  void aReadOnlyDiskIsNotWritten() throws Exception {
    DeviceSpec readOnly = DiskSpec.parse(file + ",raw,xvda,ro");
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(readOnly))) {
      BlockClient client = new BlockClient(frontend, readOnly, 0);
      client.connect();
      assertEquals(Integer.toString(BlkifInfo.READONLY), frontend.back(readOnly, "info"));
      assertEquals("0", frontend.back(readOnly, "feature-discard"));
      client.request(BlkifOp.WRITE, 0, 1);
      assertEquals(BlkifStatus.ERROR, client.finish());
      client.discard(0, 8);
      assertEquals(BlkifStatus.EOPNOTSUPP, client.finish());
      client.request(BlkifOp.READ, 0, 1);
      assertEquals(BlkifStatus.OKAY, client.finish());
      assertArrayEquals(contents, Files.readAllBytes(file));
    }
  }

  /**
   * GRUB reads the size when the state leaves InitWait, goes to Closed at once, and Linux comes.
   */
  @Test
  void frontendsFollowOneAnother() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      int ports = GuestDoor.openPorts(machine, 0);
      BlockClient client = new BlockClient(frontend, device, 0);
      for (int round = 0; round < 5; round++) {
        client.connect();
        client.request(BlkifOp.READ, 0, 1);
        assertEquals(BlkifStatus.OKAY, client.finish());
        frontend.state(device, XenbusState.CLOSED);
        frontend.awaitState(device, XenbusState.CLOSED);
        assertEquals(GrantFlags.PERMIT_ACCESS, frontend.grantFlags(client.ringReference()));
        assertEquals(ports, GuestDoor.openPorts(machine, 0));
        frontend.state(device, XenbusState.INITIALISING);
      }
    }
  }

  @Test
  void aDiskGrowsWhileItIsUsed() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, 0);
      client.connect();
      String path = device.of(frontend.guest().id()).backend() + "/resize";
      machine.store().client().write(path, Long.toString(2 * SIZE));
      while (!frontend.back(device, "sectors").equals(Long.toString(2 * SECTORS))) {
        frontend.settle();
      }
      client.request(BlkifOp.WRITE, 2 * SECTORS - 8, 1);
      assertEquals(BlkifStatus.OKAY, client.finish());
      assertEquals(2 * SIZE, Files.size(file));
    }
  }

  @Test
  void aMediumIsPutInAndTakenOut() throws Exception {
    DeviceSpec drive = DiskSpec.parse(",empty,hdc,cdrom");
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(drive))) {
      BlockClient client = new BlockClient(frontend, drive, 0);
      client.connect();
      assertEquals("0", frontend.back(drive, "sectors"));
      client.request(BlkifOp.READ, 0, 1);
      assertEquals(BlkifStatus.ERROR, client.finish());
      String path = drive.of(frontend.guest().id()).backend() + "/params";
      for (int round = 0; round < 3; round++) {
        machine.store().client().write(path, "aio:" + file);
        awaitSectors(frontend, drive, SECTORS);
        client.request(BlkifOp.READ, 0, 1);
        assertEquals(BlkifStatus.OKAY, client.finish());
        assertArrayEquals(onDisk(0, 8), client.contents(0));
        machine.store().client().write(path, round == 1 ? "aio:/nowhere" : "");
        awaitSectors(frontend, drive, 0);
        awaitAnswer(frontend, drive, round == 1 ? "no such image" : "");
      }
    }
  }

  private static void awaitSectors(FakeFrontend frontend, DeviceSpec drive, long sectors) {
    while (!frontend.back(drive, "sectors").equals(Long.toString(sectors))) {
      frontend.settle();
    }
  }

  /** The answer comes last. */
  private static void awaitAnswer(FakeFrontend frontend, DeviceSpec drive, String part) {
    while (!frontend.back(drive, "medium-error").contains(part)
        || part.isEmpty() && !frontend.back(drive, "medium-error").isEmpty()) {
      frontend.settle();
    }
  }

  @Test
  void theToolstackHearsWhatCannotBe() throws Exception {
    DeviceSpec drive = DiskSpec.parse(",empty,hdc,cdrom");
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device, drive))) {
      DiskControl disks = frontend.guest().disks();
      assertThrows(ToolException.class, () -> disks.resize("xvda", 512));
      assertThrows(ToolException.class, () -> disks.resize("xvdb", 0));
      assertThrows(ToolException.class, () -> disks.insert("xvda", "x", "raw", folder));
      assertThrows(ToolException.class, () -> disks.insert("hdc", "x", "raw", folder));
      assertThrows(ToolException.class, () -> disks.detach("xvdb", true));
      disks.resize("xvda", 2 * SIZE);
      assertEquals(2 * SIZE, Files.size(file));
      assertTrue(disks.detach("xvda", false));
      disks.insert("hdc", "disk.img", "raw", folder);
      assertEquals(Long.toString(2 * SECTORS), frontend.back(drive, "sectors"));
      disks.eject("hdc");
      assertEquals("0", frontend.back(drive, "sectors"));
      disks.attach("disk.img,raw,xvda,w", folder);
      assertEquals(Long.toString(2 * SECTORS), frontend.back(device, "sectors"));
    }
  }

  @Test
  void aReleasedImageIsSomebodyElsesUntilItIsTakenBack() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      BlockClient client = new BlockClient(frontend, device, 0);
      client.connect();
      DiskControl disks = frontend.guest().disks();
      disks.flush("xvda");
      disks.release("xvda");
      disks.release("xvda");
      client.fill(0, page(7));
      client.request(BlkifOp.WRITE, 16, 1);
      client.push();
      try (DiskImage other = DiskImages.open(file, ImageFormat.RAW, ImageAccess.WRITE)) {
        assertEquals(SIZE, other.size());
        ToolException e = assertThrows(ToolException.class, () -> disks.takeBack("xvda"));
        assertTrue(e.getMessage().contains("somebody else uses this image"), e.getMessage());
        assertThrows(ToolException.class, () -> disks.copy("xvda", folder.resolve("copy")));
        assertArrayEquals(contents, Files.readAllBytes(file));
      }
      disks.takeBack("xvda");
      disks.takeBack("xvda");
      assertEquals(BlkifStatus.OKAY, client.finish());
      assertArrayEquals(page(7), onDisk(16, 8));
      disks.release("xvda");
      assertTrue(disks.detach("xvda", true));
    }
  }

  @Test
  void twoWritersOfOneImageAreRefused() {
    DeviceSpec other = DiskSpec.parse(file + ",raw,xvdb,w");
    ToolException e =
        assertThrows(ToolException.class, () -> new FakeFrontend(machine, List.of(device, other)));
    assertTrue(e.getMessage().contains("somebody else uses this image"), e.getMessage());
  }

  @Test
  void anotherAbiIsRefused() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      frontend.awaitState(device, XenbusState.INIT_WAIT);
      frontend.write(device, "protocol", "x86_32-abi");
      frontend.state(device, XenbusState.INITIALISED);
      frontend.awaitState(device, XenbusState.CLOSING);
      String error = device.of(frontend.guest().id()).error();
      assertTrue(machine.store().client().read(error).contains("x86_32-abi"));
    }
  }

  @Test
  void severalQueues() throws Exception {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device))) {
      frontend.awaitState(device, XenbusState.INIT_WAIT);
      assertEquals("4", frontend.back(device, "multi-queue-max-queues"));
      frontend.write(device, "multi-queue-num-queues", 2);
      for (int i = 0; i < 2; i++) {
        FakeFrontend.Page ring = frontend.pages(1).get(0);
        frontend.initRing(ring.address());
        frontend.write(device, "queue-" + i + "/ring-ref", frontend.grant(ring, true));
        frontend.write(device, "queue-" + i + "/event-channel", frontend.port());
      }
      frontend.state(device, XenbusState.INITIALISED);
      frontend.awaitState(device, XenbusState.CONNECTED);
      assertEquals(2, machine.devices().devices().get(0).metrics().get("queues"));
      assertFalse(frontend.back(device, "sectors").isEmpty());
    }
  }
}

package dev.zendo.dom0.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.dom0.device.BackendBus;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image that takes long to open, as on a server that does not answer, holds up its own disk. */
class OpeningDiskTest {
  private final Machine machine = Machine.start(64, 1);
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch answer = new CountDownLatch(1);
  private final GatedImage image = new GatedImage();
  private final BackendBus bus =
      new BackendBus(
          machine.control(),
          machine.store().store(),
          List.of(new BlockDriver(machine.control(), false, "slow", this::open)));
  private final FakeFrontend frontend = new FakeFrontend(machine, List.of());
  @TempDir private Path folder;
  private volatile boolean refuses;
  private DeviceSpec slow;
  private CompletableFuture<Void> attached;

  private DiskImage open(String params, String mode) throws DeviceException {
    asked.countDown();
    try {
      answer.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (refuses) {
      throw new DeviceException("the server does not know it");
    }
    return image;
  }

  @BeforeEach
  void attach() throws Exception {
    DeviceSpec disk = DiskSpec.parse("/anything,raw,xvda,w");
    slow = new DeviceSpec("slow", disk.devid(), disk.front(), new TreeMap<>(disk.back()));
    attached = CompletableFuture.runAsync(() -> frontend.guest().attach(slow));
    assertTrue(asked.await(60, TimeUnit.SECONDS));
  }

  @AfterEach
  void stop() {
    answer.countDown();
    frontend.close();
    bus.close();
    machine.close();
    assertEquals(List.of(), machine.internalErrors());
  }

  private void works(DeviceSpec disk) throws InterruptedException {
    BlockClient client = new BlockClient(frontend, disk, 0);
    client.connect();
    client.request(BlkifOp.READ, 0, 1);
    assertEquals(BlkifStatus.OKAY, client.finish());
  }

  private void othersAreServed() throws Exception {
    DeviceSpec other =
        DiskSpec.parse(Files.write(folder.resolve("d"), new byte[1 << 16]) + ",raw,xvdb");
    frontend.guest().attach(other);
    works(other);
  }

  @Test
  void othersAreServedMeanwhileAndTheDiskAfterwards() throws Exception {
    othersAreServed();
    assertEquals("1", frontend.back(slow, "state"));
    assertFalse(attached.isDone());
    answer.countDown();
    attached.get(60, TimeUnit.SECONDS);
    works(slow);
    assertFalse(image.closed());
  }

  @Test
  void whoAskedForADiskThatCannotBeOpenedIsToldWhy() throws Exception {
    refuses = true;
    answer.countDown();
    ExecutionException e =
        assertThrows(ExecutionException.class, () -> attached.get(60, TimeUnit.SECONDS));
    assertTrue(e.getMessage().contains("the server does not know it"), e.getMessage());
    othersAreServed();
  }

  @Test
  void aDomainThatEndsMeanwhileLeavesNoImageOpen() throws Exception {
    CompletableFuture<Void> end = CompletableFuture.runAsync(frontend.guest()::close);
    try (FakeFrontend second = new FakeFrontend(machine, List.of())) {
      DeviceSpec its =
          DiskSpec.parse(Files.write(folder.resolve("e"), new byte[4096]) + ",raw,xvdb");
      second.guest().attach(its);
      BlockClient client = new BlockClient(second, its, 0);
      client.connect();
      client.request(BlkifOp.READ, 0, 1);
      assertEquals(BlkifStatus.OKAY, client.finish());
    }
    answer.countDown();
    end.get(60, TimeUnit.SECONDS);
    bus.close();
    assertTrue(image.closed());
  }
}

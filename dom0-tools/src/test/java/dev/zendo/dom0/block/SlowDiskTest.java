package dev.zendo.dom0.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.device.BackendBus;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifStatus;
import dev.zendo.hypercalls.io.XenbusState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that hangs holds up its own end only, and whoever waits for that. */
class SlowDiskTest {
  private static final int USED = GrantFlags.READING | GrantFlags.WRITING;

  private final Machine machine = Machine.start(64, 1);
  private final List<GatedImage> images = new ArrayList<>();
  private final BackendBus bus =
      new BackendBus(
          machine.control(),
          machine.store().store(),
          List.of(new BlockDriver(machine.control(), false, "slow", this::image)));
  @TempDir private Path folder;
  private DeviceSpec slow;
  private DeviceSpec other;
  private FakeFrontend frontend;
  private BlockClient client;

  private synchronized GatedImage image(String params, String mode) {
    images.add(new GatedImage());
    return images.get(images.size() - 1);
  }

  private synchronized GatedImage image(int number) {
    return images.get(number);
  }

  @BeforeEach
  void hang() throws Exception {
    other = DiskSpec.parse(Files.write(folder.resolve("d"), new byte[1 << 16]) + ",raw,xvdb");
    DeviceSpec cd = DiskSpec.parse("/anything,raw,xvda,cdrom");
    slow = new DeviceSpec("slow", cd.devid(), cd.front(), new TreeMap<>(cd.back()));
    frontend = new FakeFrontend(machine, List.of(slow, other));
    client = new BlockClient(frontend, slow, 0);
    client.connect();
    image(0).shut();
    for (int i = 0; i < 6; i++) {
      client.request(BlkifOp.READ, 0, 1);
    }
    client.push();
    await(() -> image(0).waiting() > 0);
  }

  @AfterEach
  void stop() {
    image(0).open();
    frontend.close();
    bus.close();
    machine.close();
    assertEquals(List.of(), machine.internalErrors());
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() - deadline < 0, "it does not happen");
      Thread.sleep(1);
    }
  }

  /** Uses another disk of the same machine from its connection to its end. */
  private void othersAreServed() throws InterruptedException {
    BlockClient quick = new BlockClient(frontend, other, 0);
    quick.connect();
    quick.request(BlkifOp.READ, 0, 1);
    assertEquals(BlkifStatus.OKAY, quick.finish());
    frontend.shut(other);
    frontend.state(other, XenbusState.INITIALISING);
    frontend.awaitState(other, XenbusState.INIT_WAIT);
  }

  @Test
  void theStateChangesWhenTheDiskIsQuiet() throws Exception {
    frontend.state(slow, XenbusState.CLOSING);
    othersAreServed();
    assertEquals("4", frontend.back(slow, "state"));
    frontend.state(slow, XenbusState.CLOSED);
    frontend.settle();
    assertEquals("4", frontend.back(slow, "state"));
    assertEquals(USED, frontend.grantFlags(client.ringReference()) & USED);
    image(0).open();
    frontend.awaitState(slow, XenbusState.CLOSED);
    assertEquals(0, frontend.grantFlags(client.ringReference()) & USED);
    assertFalse(image(0).closed());
  }

  @Test
  void aFrontendThatComesBackMeanwhileIsServed() throws Exception {
    frontend.state(slow, XenbusState.CLOSED);
    frontend.settle();
    frontend.state(slow, XenbusState.INITIALISING);
    othersAreServed();
    image(0).open();
    client.connect();
    client.request(BlkifOp.READ, 0, 1);
    assertEquals(BlkifStatus.OKAY, client.finish());
  }

  @Test
  void aDeviceThatIsTakenBackIsClosedBeforeItSaysSo() throws Exception {
    CompletableFuture<Boolean> gone =
        CompletableFuture.supplyAsync(
            () -> frontend.guest().detach(slow.of(frontend.guest().id()), false));
    await(() -> !frontend.back(slow, "online").equals("1"));
    frontend.state(slow, XenbusState.CLOSED);
    othersAreServed();
    assertFalse(gone.isDone());
    assertFalse(image(0).closed());
    image(0).open();
    assertTrue(gone.get(60, TimeUnit.SECONDS));
    assertTrue(image(0).closed());
  }

  @Test
  void whoEndsTheGuestWaitsAlone() throws Exception {
    DeviceSpec its = DiskSpec.parse(Files.write(folder.resolve("e"), new byte[4096]) + ",raw,xvdb");
    try (FakeFrontend second = new FakeFrontend(machine, List.of())) {
      CompletableFuture<Void> end = CompletableFuture.runAsync(frontend.guest()::close);
      second.guest().attach(its);
      BlockClient quick = new BlockClient(second, its, 0);
      quick.connect();
      quick.request(BlkifOp.READ, 0, 1);
      assertEquals(BlkifStatus.OKAY, quick.finish());
      image(0).open();
      end.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void aMediumIsChangedWhenTheDiskIsQuiet() throws Exception {
    String params = slow.of(frontend.guest().id()).backend() + "/params";
    machine.store().client().write(params, "aio:/another");
    othersAreServed();
    assertFalse(image(0).closed());
    image(0).open();
    for (int i = 0; i < 6; i++) {
      assertEquals(BlkifStatus.OKAY, client.finish());
    }
    await(() -> image(0).closed());
    client.request(BlkifOp.READ, 0, 1);
    assertEquals(BlkifStatus.OKAY, client.finish());
    assertEquals(2, images.size());
  }
}

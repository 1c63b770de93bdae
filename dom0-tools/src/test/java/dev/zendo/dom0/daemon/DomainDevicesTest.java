package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.device.DevicePath;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DomainDevicesTest {
  private static final int DOMAIN = 7;
  private static final long FOR_EVER = 1_000_000;

  private final StoreClient store = new Store().client(0);
  private final DomainDevices devices = new DomainDevices(store);

  private void state(String device, int state) {
    store.write("/local/domain/7/device/" + device + "/state", Integer.toString(state));
  }

  @Test
  void nobodyWaitsForDevicesThatConnectToNothing() throws InterruptedException {
    devices.awaitConnecting(DOMAIN, FOR_EVER);
    state("vbd/51712", XenbusState.CONNECTED);
    state("vif/0", XenbusState.INITIALISING);
    store.mkdir("/local/domain/7/device/vif/1");
    devices.awaitConnecting(DOMAIN, FOR_EVER);
    assertEquals(List.of(), devices.of(DOMAIN, "vbd"), "the toolstack knows of none");
  }

  @Test
  void aFrontendThatIsReadyIsWaitedForUntilItIsConnected() throws Exception {
    state("vbd/51712", XenbusState.CONNECTED);
    state("vbd/51728", XenbusState.INITIALISED);
    CompletableFuture<Void> waits =
        CompletableFuture.runAsync(
            () -> {
              try {
                devices.awaitConnecting(DOMAIN, FOR_EVER);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    Thread.sleep(20);
    assertTrue(!waits.isDone());
    state("vbd/51728", XenbusState.CONNECTED);
    waits.get(30, TimeUnit.SECONDS);
  }

  @Test
  void oneThatIsReadyForEverIsNotWaitedForForEver() throws InterruptedException {
    state("vbd/51712", XenbusState.INITIALISED);
    long begin = System.nanoTime();
    devices.awaitConnecting(DOMAIN, 30);
    assertTrue(System.nanoTime() - begin >= 30_000_000L);
  }

  @Test
  void devicesAreThoseWhoseBackEndIsKnownByTheirNumbers() {
    store.write("/libxl/7/device/vbd/51728/backend", "/local/domain/0/backend/vbd/7/51728");
    store.write("/libxl/7/device/vbd/51712/backend", "/local/domain/0/backend/vbd/7/51712");
    // One that goes while somebody looks has no keys any more.
    store.write("/libxl/7/device/vbd/51744", "");
    assertEquals(
        List.of(51712, 51728), devices.of(DOMAIN, "vbd").stream().map(DevicePath::devid).toList());
    assertEquals(List.of(), devices.all(8, List.of("vbd", "vif")), "a domain that is gone");
  }
}

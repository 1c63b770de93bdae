package dev.zendo.dom0;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.xenstore.StoreClient;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuestRequestsTest {
  private final Machine machine = Machine.start(64, 1);
  private final StoreClient store = machine.store().client();

  @AfterEach
  void stop() {
    machine.close();
  }

  private static void askEverything(GuestRequests requests) {
    requests.shutdown(ShutdownRequest.REBOOT);
    requests.sysrq('h');
    requests.onlineVcpus(1);
    requests.generation(1, 2);
  }

  @Test
  void requestsAreKeysThatTheKernelWatches() {
    try (FakeFrontend frontend = new FakeFrontend(machine, List.of())) {
      askEverything(frontend.guest().requests());
      String home = "/local/domain/" + frontend.guest().id();
      assertEquals(Optional.of("reboot"), store.find(home + "/control/shutdown"));
      assertEquals(Optional.of("h"), store.find(home + "/control/sysrq"));
      assertEquals(Optional.of("online"), store.find(home + "/cpu/0/availability"));
      assertEquals(Optional.of("1:2"), store.find(home + "/platform/generation-id"));
    }
  }

  @Test
  void aDomainThatIsGoneGetsNoKeysThatNobodyWouldRemove() {
    FakeFrontend frontend = new FakeFrontend(machine, List.of());
    GuestRequests requests = frontend.guest().requests();
    String home = "/local/domain/" + frontend.guest().id();
    frontend.close();
    askEverything(requests);
    machine.store().rename(frontend.guest().id(), "gone");
    DeviceSpec disk = DiskSpec.parse("/dev/null,raw,xvda,r");
    assertThrows(ToolException.class, () -> frontend.guest().attach(disk));
    assertFalse(store.find(home).isPresent());
    assertFalse(store.find("/libxl/" + frontend.guest().id()).isPresent());
  }
}

package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.net.nat.NetworkSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two guests of the example ping on one network. */
class PingIT {
  private static final int MEMORY_MIB = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Machine machine = Machine.start(3 * MEMORY_MIB, 2);

  @AfterEach
  void stop() {
    machine.close();
    assertEquals(List.of(), machine.internalErrors());
  }

  private Guest start(String commandLine, String bridge) throws IOException {
    Path elf = Path.of("ping/ping.elf");
    KernelImage kernel = KernelImage.of("ping", Files.readAllBytes(elf), MEMORY_MIB << 20);
    UUID uuid = UUID.randomUUID();
    DomainSpec spec = new DomainSpec("ping", uuid, kernel, null, commandLine, MEMORY_MIB, 1);
    VifSpec card = VifSpec.parse("bridge=" + bridge);
    Guest guest = machine.create(spec.with(List.of(card.device(uuid, 0))), ConsoleOutput.NONE);
    guest.start();
    return guest;
  }

  @Test
  void twoGuestsPingEachOther() throws Exception {
    Guest answering = start("address=10.0.0.1/24 count=0 serve=600", "one");
    assertTrue(answering.waitFor("0 of 0 answers", PATIENCE), answering.log()::text);
    Guest asking = start("address=10.0.0.2/24 peer=10.0.0.1 count=5", "one");
    assertEquals(GuestEnd.POWEROFF, asking.await(PATIENCE), asking.log()::text);
    assertTrue(asking.log().text().contains("5 of 5 answers from 10.0.0.1"), asking.log()::text);
  }

  @Test
  void anotherNetworkIsAnotherWorld() throws Exception {
    Guest answering = start("address=10.0.0.1/24 count=0 serve=600", "one");
    assertTrue(answering.waitFor("0 of 0 answers", PATIENCE), answering.log()::text);
    Guest asking = start("address=10.0.0.2/24 peer=10.0.0.1 count=1", "two");
    assertEquals(GuestEnd.CRASH, asking.await(PATIENCE), asking.log()::text);
    assertTrue(asking.log().text().contains("0 of 1 answers"), asking.log()::text);
  }

  @Test
  void theSwitchGivesAddresses() throws Exception {
    machine.networks().configure(NetworkSpec.parse("name=one,nat=no,dhcp=yes", "one"));
    Guest answering = start("peer=10.0.2.15 count=0 serve=600", "one");
    assertTrue(answering.waitFor("0 of 0 answers", PATIENCE), answering.log()::text);
    Guest asking = start("peer=10.0.2.15 count=3", "one");
    assertEquals(GuestEnd.POWEROFF, asking.await(PATIENCE), asking.log()::text);
    assertTrue(asking.log().text().contains("3 of 3 answers from 10.0.2.15"), asking.log()::text);
  }

  @Test
  void theGatewayOfAUserNetworkAnswers() throws Exception {
    machine.networks().configure(NetworkSpec.usual("one"));
    Guest asking = start("count=3", "one");
    assertEquals(GuestEnd.POWEROFF, asking.await(PATIENCE), asking.log()::text);
    assertTrue(asking.log().text().contains("3 of 3 answers from 10.0.2.2"), asking.log()::text);
  }
}

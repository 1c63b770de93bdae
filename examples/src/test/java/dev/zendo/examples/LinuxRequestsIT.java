package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ShutdownRequest;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a toolstack asks Debian's kernel for while it runs: memory, SysRq, to end. */
class LinuxRequestsIT {
  private static final long MEMORY_MIB = 256;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Frames that a kernel may keep beside its target: rounding, pages in flight. */
  private static final long SLACK_FRAMES = 64;

  @Test
  void memorySysrqAndReboot() throws Exception {
    DomainSpec spec = LinuxDomain.of("vmlinuz", "initramfs", "", "", MEMORY_MIB, 1);
    try (Machine machine = Machine.start(MEMORY_MIB, 1);
        Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
      long before = machine.freeFrames();
      guest.start();
      assertTrue(guest.waitFor("INIT-READY", LIMIT), () -> guest.log().text());
      assertThrows(ToolException.class, () -> guest.requests().memoryTarget(300 << 10));
      guest.requests().memoryTarget(160 << 10);
      awaitFree(machine, before + (96 << 8) - SLACK_FRAMES, Long.MAX_VALUE);
      guest.requests().memoryTarget(MEMORY_MIB << 10);
      awaitFree(machine, 0, before + SLACK_FRAMES);
      guest.requests().sysrq('h');
      assertTrue(guest.waitFor("sysrq: HELP", LIMIT), () -> guest.log().text());
      // Its /sbin/reboot does not ask anybody.
      guest.requests().shutdown(ShutdownRequest.REBOOT);
      assertEquals(GuestEnd.REBOOT, guest.await(LIMIT), () -> guest.log().text());
      assertTrue(guest.requests().shutdownTaken());
    }
  }

  private static void awaitFree(Machine machine, long least, long most)
      throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (machine.freeFrames() < least || machine.freeFrames() > most) {
      assertTrue(
          System.nanoTime() - deadline < 0,
          () -> machine.freeFrames() + " free frames, not " + least + " to " + most);
      Thread.sleep(10);
    }
  }
}

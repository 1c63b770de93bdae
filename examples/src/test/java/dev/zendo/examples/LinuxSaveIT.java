package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.migrate.DomainRestorer;
import dev.zendo.dom0.migrate.DomainSaver;
import dev.zendo.dom0.migrate.Progress;
import dev.zendo.dom0.migrate.Suspension;
import dev.zendo.dom0.migrate.stream.StreamWriter;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's kernel is saved and goes on, where it is and as another domain. */
class LinuxSaveIT {
  private static final long MEMORY_MIB = 256;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0} kernel, {1} vcpus, {2}")
  @CsvSource({"cloud,1,INTERPRETER", "cloud,2,DIRECT", "full,2,INTERPRETER", "full,1,DIRECT"})
  void whatTheShellKnewItKnowsAfterwards(String flavour, int vcpus, EngineChoice engine)
      throws Exception {
    DomainSpec spec =
        LinuxDomain.of("vmlinuz-" + flavour, "initramfs", " all", "quiet", MEMORY_MIB, vcpus);
    Path file = folder.resolve("stream");
    try (Machine machine = Machine.start(MEMORY_MIB, 2, engine)) {
      try (Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
        guest.start();
        await(guest, "leaves the console");
        ask(
            guest,
            "mark=kept; date +%s > /t; dd if=/dev/urandom of=/r bs=1M count=32; md5sum /r >"
                + " /sum; echo a$((6*7))",
            "a42");
        Suspension.of(machine.control(), guest, LIMIT).cancel();
        ask(guest, "echo b$((6*7)) $mark", "b42 kept");
        Suspension suspension = Suspension.of(machine.control(), guest, LIMIT);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
          DomainSaver.save(machine.control(), guest.id(), new StreamWriter(out), Progress.NONE);
        }
        // Saving changes nothing.
        suspension.cancel();
        ask(guest, "echo c$((6*7)) $mark", "c42 kept");
      }
      DomainRestorer source =
          new DomainRestorer(() -> Files.newInputStream(file), 0, Progress.NONE);
      try (Guest guest = machine.create(spec, source, ConsoleOutput.NONE)) {
        guest.start();
        ask(guest, "md5sum -c /sum; echo d$((6*7)) $mark", "d42 kept");
        assertTrue(guest.log().text().contains("/r: OK"), () -> guest.log().text());
        ask(guest, "grep -c ^processor /proc/cpuinfo | sed 's/^/cpus=/'", "cpus=" + vcpus);
        // It can be saved again, and its new devices know that it ends.
        Suspension.of(machine.control(), guest, LIMIT).cancel();
        ask(guest, "dmesg | grep -E 'WARNING:|BUG|Oops|Call Trace'; echo e$((6*7))", "e42");
        for (String sign : List.of("] WARNING:", "] BUG:", "] Oops", "] Call Trace")) {
          assertFalse(guest.log().text().contains(sign), () -> guest.log().text());
        }
        guest.type("poweroff -f\n");
        assertEquals("powered off", guest.await(LIMIT).text());
      }
      assertEquals(List.of(), machine.internalErrors());
    }
  }

  private static void await(Guest guest, String text) throws InterruptedException {
    assertTrue(guest.waitFor(text, LIMIT), () -> guest.log().text());
  }

  private static void ask(Guest guest, String command, String answer) throws InterruptedException {
    guest.type(command + "\n");
    await(guest, "\n" + answer);
  }
}

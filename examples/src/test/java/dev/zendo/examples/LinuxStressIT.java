package dev.zendo.examples;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Debian's kernel under load: processors go and come back, by the guest's own wish and by the
 * store's, and nothing stalls. The long form is {@code bench/stress}.
 */
class LinuxStressIT {
  private static final long MEMORY_MIB = 512;
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @ParameterizedTest(name = "{0} vcpus, {1}")
  @CsvSource({"4,DIRECT", "4,INTERPRETER"})
  void processorsGoAndComeUnderLoad(int vcpus, EngineChoice engine) throws Exception {
    Optional<String> obstacle = engine.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "the host cannot run it: " + obstacle.orElse(""));
    DomainSpec spec =
        LinuxDomain.of(
            "vmlinuz-full",
            "initramfs-stress",
            " full stress",
            "zendo.store zendo.stress=3",
            MEMORY_MIB,
            vcpus);
    int processors = Math.min(vcpus, Runtime.getRuntime().availableProcessors());
    try (Machine machine = Machine.start(MEMORY_MIB, processors, engine);
        Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
      String key = "/local/domain/" + guest.id() + "/cpu/1/availability";
      guest.start();
      if (guest.waitFor("STORE-OFFLINE 1", LIMIT)) {
        machine.store().client().write(key, "offline");
      }
      if (guest.waitFor("STORE-ONLINE 1", LIMIT)) {
        machine.store().client().write(key, "online");
      }
      GuestEnd end = guest.await(LIMIT);
      String output = guest.log().text();
      assertEquals(GuestEnd.POWEROFF, end, () -> verdictFirst(output));
      assertTrue(output.contains("STRESS-END passed cpus=" + vcpus), () -> verdictFirst(output));
      assertTrue(output.contains("complaints=0"), () -> verdictFirst(output));
    }
  }

  /** What the guest said of itself, then everything: long messages are shown in part. */
  private static String verdictFirst(String output) {
    return output.lines().filter(line -> line.startsWith("STRESS-")).collect(joining("\n"))
        + "\n"
        + output;
  }
}

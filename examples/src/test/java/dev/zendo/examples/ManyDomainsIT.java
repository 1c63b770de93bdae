package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A domain that has ended leaves nothing behind. */
class ManyDomainsIT {
  private static final int DOMAINS = Integer.getInteger("zendo.domains", 1000);
  private static final int WARM_UP = 50;
  private static final long MEMORY_MIB = 16;

  /** Heap that may differ between two looks at it: code and profiles of the JVM settle slowly. */
  private static final long HEAP_SLACK = 4 << 20;

  /** What a domain could leave behind, and threads, of which the JVM's own may end meanwhile. */
  private record Holdings(long freeFrames, int threads, int nextPort) {
    boolean noneOf(Holdings before) {
      return freeFrames == before.freeFrames
          && nextPort == before.nextPort
          && threads <= before.threads;
    }

    static Holdings of(Machine machine) {
      int port = machine.control().events().allocUnbound(0);
      machine.control().events().close(port);
      int threads = ManagementFactory.getThreadMXBean().getThreadCount();
      return new Holdings(machine.freeFrames(), threads, port);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DIRECT", "INTERPRETER"})
  void aThousandDomainsLeaveNothingBehind(EngineChoice engine) throws Exception {
    Optional<String> obstacle = engine.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "the host cannot run it: " + obstacle.orElse(""));
    KernelImage kernel =
        KernelImage.of("hello", Files.readAllBytes(Path.of("hello/hello.elf")), MEMORY_MIB << 20);
    try (Machine machine = Machine.start(2 * MEMORY_MIB, 1, engine)) {
      run(machine, kernel, WARM_UP);
      Holdings before = Holdings.of(machine);
      long heapBefore = usedHeap();
      run(machine, kernel, DOMAINS - WARM_UP);
      assertEquals(List.of(), machine.internalErrors());
      Holdings after = Holdings.of(machine);
      assertTrue(after.noneOf(before), () -> before + " became " + after);
      long heapAfter = usedHeap();
      System.out.printf(
          "%d domains: heap %d KiB before, %d KiB after; %s%n",
          DOMAINS, heapBefore >> 10, heapAfter >> 10, before);
      assertTrue(
          heapAfter < heapBefore + HEAP_SLACK,
          "heap grew from " + heapBefore + " to " + heapAfter + " bytes");
    }
  }

  private static void run(Machine machine, KernelImage kernel, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      DomainSpec spec = new DomainSpec("hello", UUID.randomUUID(), kernel, null, "", MEMORY_MIB, 1);
      try (Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
        guest.start();
        assertEquals(GuestEnd.POWEROFF, guest.await(Duration.ofSeconds(60)));
        assertTrue(guest.waitFor("Hello", Duration.ofSeconds(10)), "it printed");
      }
    }
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}

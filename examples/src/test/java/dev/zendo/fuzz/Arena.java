package dev.zendo.fuzz;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.MachineParts;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.hypervisor.Hypervisor;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.InternalFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * A machine on which pairs of domains execute random programs, next to a victim that must not
 * change. A round is one pair; it is determined by its seed, up to what runs at the same time. One
 * thread.
 */
final class Arena implements AutoCloseable {
  private static final long MEMORY_MIB = 8;
  private static final int PROCESSORS = 2;
  private static final int STEPS = 1200;
  private static final int REPETITIONS = 3;

  /** A guest is stopped after so many times {@link #PATIENCE}, or one without progress. */
  private static final int PERIODS = 5;

  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final KernelImage kernel;
  private final Machine machine;
  private final Hypervisor hypervisor;
  private final Victim victim;
  private final Path folder;
  private final Map<GuestEnd, Integer> ends = new EnumMap<>(GuestEnd.class);
  private final List<String> findings = new ArrayList<>();
  private int stopped;
  private long calls;
  private int lastId;

  /**
   * Starts a machine with its victim.
   *
   * @param folder for the programs
   */
  Arena(EngineChoice engine, Path folder) throws IOException, InterruptedException {
    Path elf = Path.of(System.getProperty("zendo.fuzz.kernel", "../pv-guest-kit/fuzz/fuzz.elf"));
    this.folder = folder;
    kernel = KernelImage.of("fuzz", Files.readAllBytes(elf), MEMORY_MIB << 20);
    machine = Machine.start(5 * MEMORY_MIB, PROCESSORS, engine, 16 << 20);
    hypervisor = MachineParts.hypervisor(machine);
    Guest guest = guest("victim", List.of(), 1);
    guest.start();
    if (!guest.waitFor("READY", Duration.ofSeconds(30))) {
      throw new IllegalStateException("the victim does not start: " + guest.log().text());
    }
    machine.control().domains().pause(guest.id());
    victim = new Victim(hypervisor, guest.id());
    lastId = guest.id();
  }

  private Guest guest(String name, List<Program> programs, int vcpus) throws IOException {
    Path ramdisk = folder.resolve(name);
    Files.write(ramdisk, Program.ramdisk(programs, REPETITIONS));
    DomainSpec spec =
        new DomainSpec(name, UUID.randomUUID(), kernel, ramdisk, "", MEMORY_MIB, vcpus);
    return machine.create(spec, ConsoleOutput.NONE);
  }

  /** Executes a round and returns what was found, one sentence each; empty when all is well. */
  List<String> round(long seed) throws IOException, InterruptedException {
    findings.clear();
    long errors = hypervisor.failures().count();
    Random random = new Random(seed);
    Holdings before = Holdings.of(machine);
    int ports = victimPorts();
    int first = lastId + 1;
    victim.grantTo(first, first + 1);
    try (Guest one = guest("one", programs(random, first, first + 1), 2);
        Guest two = guest("two", programs(random, first + 1, first), 2)) {
      lastId = two.id();
      one.start();
      two.start();
      if (random.nextInt(3) == 0) {
        Thread.sleep(random.nextInt(20));
        audit("while running", one, two);
        resume(one, two);
      }
      await(one);
      await(two);
      audit("at the end", one, two);
      calls += calls(one) + calls(two);
    }
    check(before, ports);
    List<InternalFailure> all = hypervisor.failures().first();
    for (int i = (int) errors; i < all.size(); i++) {
      findings.add(all.get(i).text());
    }
    if (hypervisor.failures().count() != errors && findings.isEmpty()) {
      findings.add("internal errors");
    }
    return List.copyOf(findings);
  }

  private List<Program> programs(Random random, int self, int peer) {
    List<Program> programs = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Random own = new Random(random.nextLong());
      Values values = new Values(own, self, peer, victim.id(), victim.frames(own));
      programs.add(Grammar.program(values, STEPS));
    }
    return programs;
  }

  private void await(Guest guest) throws InterruptedException {
    GuestEnd end = null;
    long before = -1;
    for (int i = 0; i < PERIODS && end == null && guest.instructions() != before; i++) {
      before = guest.instructions();
      end = guest.await(PATIENCE);
    }
    if (end == null) {
      stopped++;
    } else {
      ends.merge(end, 1, Integer::sum);
    }
  }

  /** With all vcpus stopped, every reference must be explained. */
  private void audit(String when, Guest... guests) {
    for (Guest guest : guests) {
      machine.control().domains().pause(guest.id());
    }
    for (String violation : hypervisor.memoryCore().audit()) {
      findings.add(when + ": " + violation);
    }
  }

  private void resume(Guest... guests) {
    for (Guest guest : guests) {
      machine.control().domains().unpause(guest.id());
    }
  }

  private long calls(Guest guest) {
    Domain domain = hypervisor.domain(guest.id());
    long sum = 0;
    for (int i = 0; i < domain.vcpuCount(); i++) {
      for (int number = 0; number < 64; number++) {
        sum += domain.vcpu(i).counters().hypercalls(number);
      }
    }
    return sum;
  }

  private int victimPorts() {
    return hypervisor.domain(victim.id()).events().open();
  }

  private void check(Holdings before, int ports) throws InterruptedException {
    before.await(machine).ifPresent(findings::add);
    if (victimPorts() != ports) {
      findings.add("ports of the victim: " + ports + " became " + victimPorts());
    }
    for (String violation : hypervisor.memoryCore().audit()) {
      findings.add("afterwards: " + violation);
    }
    victim.check().ifPresent(findings::add);
    String name = machine.store().client().read("/local/domain/0/name");
    if (!name.equals("Domain-0")) {
      findings.add("the store lost the name of domain 0");
    }
  }

  /** Hypercalls of all domains of the rounds so far. */
  long calls() {
    return calls;
  }

  /** How domains ended, and how many did not. */
  String ends() {
    return ends + ", " + stopped + " stopped";
  }

  /** For traces. */
  Machine machine() {
    return machine;
  }

  @Override
  public void close() {
    machine.close();
  }
}

package dev.zendo.fuzz;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.MachineParts;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.hypervisor.domain.InternalFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A machine with a guest that is hostile to all its back ends, and, one after the other meanwhile,
 * well-behaved guests that use the same kinds of devices, which must not notice anything. One
 * thread.
 */
final class HostileArena implements AutoCloseable {
  private static final long MEMORY_MIB = 32;
  private static final int PROCESSORS = 2;

  /** For a well-behaved guest beside a hostile one, on a host that does other things as well. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Pattern COUNT = Pattern.compile("HOSTILE-DONE (\\d+) requests");

  private final Machine machine;
  private final KernelImage hostile;
  private final List<Neighbour> neighbours;
  private final Path folder;
  private final List<String> findings = new ArrayList<>();
  private final StringBuilder report = new StringBuilder();
  private long requests;
  private int visits;

  /**
   * A guest that does some work with a device and says that all went well.
   *
   * @param done what it prints then
   */
  private record Neighbour(
      String name, KernelImage kernel, String commandLine, DeviceSpec device, String done) {}

  /** Starts a machine; the folder gets what the devices need. */
  HostileArena(EngineChoice engine, Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    hostile = kernel("../pv-guest-kit/hostile/hostile.elf");
    machine = Machine.start(5 * MEMORY_MIB, PROCESSORS, engine, 16 << 20);
    neighbours = HostileDevices.neighbours(folder).stream().map(this::neighbour).toList();
    Guest responder =
        guest(
            "responder",
            kernel("../examples/ping/ping.elf"),
            "address=10.0.0.1/24 count=0 serve=1000000",
            1,
            List.of(HostileDevices.responder()));
    responder.start();
    if (!responder.waitFor("0 of 0 answers", PATIENCE)) {
      throw new IllegalStateException("nobody answers pings: " + responder.log().text());
    }
  }

  private Neighbour neighbour(HostileDevices.Work work) {
    try {
      KernelImage kernel = kernel("../examples/" + work.example() + "/" + work.example() + ".elf");
      return new Neighbour(work.example(), kernel, work.commandLine(), work.device(), work.done());
    } catch (IOException e) {
      throw new IllegalStateException(work.example() + " is not built", e);
    }
  }

  private static KernelImage kernel(String file) throws IOException {
    return KernelImage.of(file, Files.readAllBytes(Path.of(file)), MEMORY_MIB << 20);
  }

  private Guest guest(
      String name, KernelImage kernel, String commandLine, int vcpus, List<DeviceSpec> devices) {
    DomainSpec spec =
        new DomainSpec(name, UUID.randomUUID(), kernel, null, commandLine, MEMORY_MIB, vcpus);
    return machine.create(spec.with(devices), ConsoleOutput.NONE);
  }

  /**
   * Lets a hostile guest make so many requests, and returns what was found, one sentence each;
   * empty when all is well.
   */
  List<String> round(long seed, long wanted) throws IOException, InterruptedException {
    findings.clear();
    // What is there only from the first use on: threads, files, classes.
    for (Neighbour neighbour : neighbours) {
      visit(neighbour);
    }
    int errors = machine.internalErrors().size();
    Holdings before = Holdings.of(machine);
    String commandLine = "requests=" + wanted + " seed=" + seed;
    List<DeviceSpec> devices = HostileDevices.targets(folder);
    try (Guest guest = guest("hostile", hostile, commandLine, 2, devices)) {
      guest.start();
      watch(guest, wanted);
    }
    before.await(machine).ifPresent(findings::add);
    findings.addAll(MachineParts.hypervisor(machine).memoryCore().audit());
    List<InternalFailure> failures = machine.internalErrors();
    for (int i = errors; i < failures.size(); i++) {
      findings.add(failures.get(i).text());
    }
    return List.copyOf(findings);
  }

  /** Has well-behaved guests come and go until the hostile one has ended. */
  private void watch(Guest guest, long wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60 + wanted / 500);
    GuestEnd end = null;
    for (int i = 0; end == null && System.nanoTime() < deadline; i++) {
      visit(neighbours.get(i % neighbours.size()));
      end = guest.await(Duration.ofMillis(1));
    }
    String output = guest.log().text();
    output.lines().filter(line -> line.startsWith("HOSTILE")).forEach(this::line);
    if (end != GuestEnd.POWEROFF) {
      findings.add("the hostile guest: " + end + " " + guest.crashReason() + "\n" + output);
    }
  }

  private void line(String text) {
    String line = text.strip();
    report.append(line).append('\n');
    Matcher done = COUNT.matcher(line);
    if (done.find()) {
      requests += Long.parseLong(done.group(1));
    } else if (line.startsWith("HOSTILE-")) {
      findings.add(line);
    }
  }

  private void visit(Neighbour neighbour) throws InterruptedException {
    try (Guest guest =
        guest(
            neighbour.name,
            neighbour.kernel,
            neighbour.commandLine,
            1,
            List.of(neighbour.device))) {
      guest.start();
      GuestEnd end = guest.await(PATIENCE);
      String output = guest.log().text();
      if (end != GuestEnd.POWEROFF || !output.contains(neighbour.done)) {
        findings.add("the well-behaved " + neighbour.name + ": " + end + "\n" + output);
      }
      visits++;
    }
  }

  /** Requests of all hostile guests so far. */
  long requests() {
    return requests;
  }

  /** Well-behaved guests so far. */
  int visits() {
    return visits;
  }

  /** What the hostile guests counted. */
  String report() {
    return report.toString();
  }

  @Override
  public void close() {
    machine.close();
  }
}

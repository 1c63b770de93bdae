package dev.zendo.dom0;

import dev.zendo.dom0.block.DiskControl;
import dev.zendo.dom0.builder.BuiltDomain;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleBackend;
import dev.zendo.dom0.console.ConsoleHub;
import dev.zendo.dom0.console.ConsoleLog;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.device.DevicePath;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.image.Symbols;
import dev.zendo.dom0.report.Statistics;
import dev.zendo.hypervisor.trace.Sample;
import dev.zendo.hypervisor.trace.SamplingPlan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A guest of a {@link Machine}: a domain with its console and its place in the store. Thread-safe.
 */
public final class Guest implements AutoCloseable {
  private static final int LOG_BYTES = 1 << 20;

  private final Machine machine;
  private final DomainSpec spec;
  private final BuiltDomain domain;
  private final List<DeviceSpec> late;
  private final ConsoleLog log = new ConsoleLog(LOG_BYTES);
  private final ConsoleBackend console;
  private final CompletableFuture<GuestEnd> end = new CompletableFuture<>();
  private volatile String crashReason = "";
  private volatile CompletableFuture<Void> suspension;
  private boolean closed;

  Guest(Machine machine, DomainSpec spec, DomainSource source, ConsoleOutput output) {
    this.machine = machine;
    this.spec = spec;
    ControlDomain control = machine.control();
    domain = source.build(control, spec);
    ConsoleBackend backend = null;
    try {
      machine.store().introduce(spec, domain);
      spec.devices().stream().filter(device -> !source.isLate(device)).forEach(this::attach);
      late = spec.devices().stream().filter(source::isLate).toList();
      backend = new ConsoleBackend(control, domain.id(), domain.consolePort(), both(log, output));
    } catch (RuntimeException | Error e) {
      machine.store().release(domain.id());
      machine.devices().release(domain.id());
      control.domains().destroy(domain.id());
      throw e;
    }
    console = backend;
    if (spec.kernel() != null) {
      spec.kernel().letGo();
    }
  }

  private static ConsoleOutput both(ConsoleLog log, ConsoleOutput output) {
    if (output == ConsoleOutput.NONE) {
      return log;
    }
    ConsoleHub hub = new ConsoleHub();
    hub.add(log);
    hub.add(output);
    return hub;
  }

  /** Domain number. */
  public int id() {
    return domain.id();
  }

  /** What it was built from. */
  public DomainSpec spec() {
    return spec;
  }

  /** Names of its kernel's functions; none when its kernel came with its memory. */
  public Symbols symbols() {
    return spec.kernel() == null ? Symbols.NONE : spec.kernel().symbols();
  }

  /** Its console. */
  public ConsoleBackend console() {
    return console;
  }

  /** What it printed. */
  public ConsoleLog log() {
    return log;
  }

  /** Lets it run. */
  public void start() {
    machine.control().domains().unpause(domain.id());
  }

  /**
   * Gives it a device, and waits until its back end is ready for the guest.
   *
   * @throws ToolException when the back end cannot give it
   */
  public void attach(DeviceSpec device) {
    machine.deviceControl().attach(domain.id(), device);
  }

  /**
   * Gives it the devices that it could not have when it was built, once, before it runs.
   *
   * @throws ToolException when a back end cannot give one
   */
  public void attachLate() {
    late.forEach(this::attach);
  }

  /**
   * Asks it to give a device back.
   *
   * @param force whether the device goes even if the guest does not answer in time
   * @return whether it is gone
   */
  public boolean detach(DevicePath device, boolean force) {
    return machine.deviceControl().detach(device, force);
  }

  /** What can be done to its disks while it runs. */
  public DiskControl disks() {
    return new DiskControl(machine.deviceControl(), domain.id());
  }

  /** What its kernel can be asked for. */
  public GuestRequests requests() {
    return new GuestRequests(machine.control(), machine.store().client(), spec, domain.id());
  }

  /** Types text at its console. */
  public void type(String text) throws InterruptedException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    console.type(bytes, 0, bytes.length);
  }

  /**
   * Waits until it has printed a text, from the beginning on.
   *
   * @return whether it did in time
   */
  public boolean waitFor(String text, Duration timeout) throws InterruptedException {
    return log.waitFor(text, 0, timeout.toMillis()) >= 0;
  }

  /** How it ended; null when it still runs after the timeout. */
  public GuestEnd await(Duration timeout) throws InterruptedException {
    try {
      return end.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Completes when it ends. */
  public CompletableFuture<GuestEnd> end() {
    return end;
  }

  /**
   * Expects it to suspend, so that this is no end: until {@link #resumed}, or its destruction.
   *
   * @return completes when it has
   */
  public CompletableFuture<Void> expectSuspend() {
    CompletableFuture<Void> expected = new CompletableFuture<>();
    suspension = expected;
    return expected;
  }

  /** A suspend is an end again. */
  public void resumed() {
    suspension = null;
  }

  /** Guest instructions that its vcpus have executed. */
  public long instructions() {
    return machine.instructions(this);
  }

  /** What its vcpus did, in numbers; empty when the guest is gone. */
  public List<Statistics> statistics() {
    return machine.statistics(this);
  }

  /** Lets its vcpus be sampled from now on; before {@link #start}. */
  public void sample(SamplingPlan plan) {
    machine.sample(this, plan);
  }

  /** Where its vcpus were seen, and how often; empty when the guest is gone. */
  public Map<Sample, Long> samples() {
    return machine.samples(this);
  }

  /** Why the hypervisor ended it; empty when it ended itself. */
  public String crashReason() {
    return crashReason;
  }

  void crashReason(String why) {
    crashReason = why;
  }

  void ended(GuestEnd how) {
    // It may have printed without sending an event before it stopped.
    console.resume();
    CompletableFuture<Void> expected = suspension;
    if (how == GuestEnd.SUSPEND && expected != null) {
      expected.complete(null);
      return;
    }
    if (end.complete(how)) {
      machine.store().stopped(domain.id());
    }
  }

  /** Destroys it; what it printed stays readable. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    machine.forget(this);
    console.close();
    log.end();
    machine.store().release(domain.id());
    // Removing the keys has begun that; their frames and ports must be free before the domain goes.
    machine.devices().release(domain.id());
    machine.control().domains().destroy(domain.id());
    end.complete(GuestEnd.DESTROYED);
  }
}

package dev.zendo.dom0;

import dev.zendo.dom0.block.BlockDriver;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ChannelDriver;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.DomainControl;
import dev.zendo.dom0.device.BackendBus;
import dev.zendo.dom0.device.BackendDriver;
import dev.zendo.dom0.device.DeviceControl;
import dev.zendo.dom0.display.Displays;
import dev.zendo.dom0.dump.GuestPages;
import dev.zendo.dom0.messages.MachineMessages;
import dev.zendo.dom0.net.HostTime;
import dev.zendo.dom0.net.NetworkTime;
import dev.zendo.dom0.net.Networks;
import dev.zendo.dom0.net.vif.VifDriver;
import dev.zendo.dom0.ninep.NinePDriver;
import dev.zendo.dom0.report.Statistics;
import dev.zendo.dom0.xenstore.StoreService;
import dev.zendo.hypercalls.event.Virq;
import dev.zendo.hypervisor.Hypervisor;
import dev.zendo.hypervisor.HypervisorConfig;
import dev.zendo.hypervisor.HypervisorConfig.EngineFactory;
import dev.zendo.hypervisor.domain.CodeSweep;
import dev.zendo.hypervisor.domain.CrashReport;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.InternalFailure;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.Rehearsal;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.memory.CopyOnWrite;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.time.InstructionClock;
import dev.zendo.hypervisor.trace.Sample;
import dev.zendo.hypervisor.trace.Sampler;
import dev.zendo.hypervisor.trace.SamplingPlan;
import dev.zendo.hypervisor.trace.Tracer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A machine in this process: hypervisor, control domain, store. Guests are made with {@link
 * #create}:
 *
 * <pre>{@code
 * try (Machine machine = Machine.start(256, 1);
 *     Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
 *   guest.start();
 *   guest.waitFor("login:", Duration.ofSeconds(30));
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class Machine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

  /** Memory for domain 0 and for what the hypervisor keeps in frames, beside the guests'. */
  private static final long OWN_MIB = 32;

  private static final long MIN_MIB = 96;

  /** Whether this run shall load what others may need: the JVM makes an archive of its classes. */
  private static final boolean ARCHIVING = Boolean.getBoolean("zendo.archiving");

  private final Hypervisor hypervisor;
  private final int processors;
  private final ControlDomain control;
  private final StoreService store;
  private final Displays displays = new Displays();
  private final Networks networks;
  private final BackendBus devices;
  private final DeviceControl deviceControl;
  private final Map<Integer, Guest> guests = new ConcurrentHashMap<>();
  private final MachineMessages messages = new MachineMessages();
  private boolean closed;

  private Machine(HypervisorConfig config) {
    this.hypervisor = new Hypervisor(config);
    this.processors = config.processors();
    this.control = new ControlDomain(hypervisor.controlDomain(), "dom0", config.driven());
    this.store = new StoreService(control);
    NetworkTime time = config.driven() ? new DrivenTime(hypervisor) : new HostTime();
    this.networks = new Networks(control.events()::post, time);
    this.devices = new BackendBus(control, store.store(), drivers(config.driven()));
    this.deviceControl = new DeviceControl(store.client(), control.events());
    hypervisor.onCrash(this::crashed);
    hypervisor.onConsole(this::console);
    hypervisor
        .failures()
        .listener(failure -> messages.add(failure.where().domain(), failure.text()));
    control.events().onFailure((cause, domain) -> hypervisor.fail(domain, cause));
    control.events().bindVirq(Virq.DOM_EXC, this::checkGuests);
  }

  private List<BackendDriver> drivers(boolean driven) {
    List<BackendDriver> drivers = new ArrayList<>(displays.drivers());
    drivers.add(new BlockDriver(control, driven));
    drivers.add(new NinePDriver(driven));
    drivers.add(new ChannelDriver());
    drivers.add(new VifDriver(networks));
    return drivers;
  }

  /** Loads what an engine needs, on a thread of its own, so that {@link #start} is quicker. */
  public static void prepare(EngineChoice engine) {
    if (ARCHIVING) {
      InterpreterEngine.prepareAll();
    }
    DaemonThreads.start("prepare", engine::prepare);
  }

  /** Starts a machine with the engine that suits the host best. */
  public static Machine start(long guestMiB, int processors) {
    return start(guestMiB, processors, EngineChoice.AUTO);
  }

  /** Starts a machine with the usual room for emitted code. */
  public static Machine start(long guestMiB, int processors, EngineChoice engine) {
    return start(guestMiB, processors, engine, DirectEngine.DEFAULT_AREA);
  }

  /**
   * Starts a machine.
   *
   * @param guestMiB memory for guests; the host backs it when it is first used
   * @param processors threads that run vcpus
   * @param engine what executes guest code
   * @param codeBytes for the emitted code of each vcpu, where the engine emits any
   * @throws ToolException when the host has not enough address space, or cannot run the engine
   */
  public static Machine start(long guestMiB, int processors, EngineChoice engine, long codeBytes) {
    engine
        .obstacle()
        .ifPresent(
            reason -> {
              throw new ToolException(
                  "the engine "
                      + engine.label()
                      + " does not run here: "
                      + reason
                      + "; use --engine interpreter");
            });
    return start(HypervisorConfig.of(frames(guestMiB), processors, engine.factory(codeBytes)));
  }

  /** Starts a machine without threads of its own. */
  static Machine driven(long guestMiB, EngineFactory engine, InstructionClock clock) {
    return start(HypervisorConfig.driven(frames(guestMiB), engine, clock));
  }

  private static long frames(long guestMiB) {
    return Math.max(MIN_MIB, guestMiB + OWN_MIB + guestMiB / 256) << 8;
  }

  private static Machine start(HypervisorConfig config) {
    try {
      return new Machine(config);
    } catch (OutOfMemoryError e) {
      throw new ToolException(
          "the host gives no "
              + (config.frames() >> 8)
              + " MiB for the machine; use less with --memory",
          e);
    }
  }

  Hypervisor hypervisor() {
    return hypervisor;
  }

  /** Domain 0. */
  public ControlDomain control() {
    return control;
  }

  /** The store. */
  public StoreService store() {
    return store;
  }

  /** What the control domain serves to guests. */
  public BackendBus devices() {
    return devices;
  }

  /** What the hypervisor and the control domain had to say. */
  public MachineMessages messages() {
    return messages;
  }

  /** The pictures of guests that have one. */
  public Displays displays() {
    return displays;
  }

  /** The switches to which guests' network interfaces are connected. */
  public Networks networks() {
    return networks;
  }

  /** What went through the networks so far: see {@link Networks#metrics}. */
  public Map<String, Map<String, Object>> networkMetrics() {
    Map<String, Map<String, Object>> all = new TreeMap<>();
    control.events().await(() -> all.putAll(networks.metrics()));
    return all;
  }

  /** Gives guests devices and takes them back. */
  DeviceControl deviceControl() {
    return deviceControl;
  }

  /** Traces what guests do. */
  public Tracer tracer() {
    return hypervisor.tracer();
  }

  /**
   * Builds a guest and leaves it paused.
   *
   * @param output gets what the guest prints, in addition to the guest's own log
   * @throws ToolException when it cannot be built
   */
  public Guest create(DomainSpec spec, ConsoleOutput output) {
    return create(spec, DomainSource.KERNEL, output);
  }

  /**
   * Builds a guest from somewhere else, and leaves it paused.
   *
   * @param output gets what the guest prints, in addition to the guest's own log
   * @throws ToolException when it cannot be built
   */
  public Guest create(DomainSpec spec, DomainSource source, ConsoleOutput output) {
    Guest guest = new Guest(this, spec, source, output);
    guests.put(guest.id(), guest);
    return guest;
  }

  /** How many processors guests run on. */
  public int processors() {
    return processors;
  }

  /** Machine frames that nobody owns; a statistic for tests and benchmarks. */
  public long freeFrames() {
    return hypervisor.memoryCore().freeFrames();
  }

  /** Machine frames that there are. */
  public long totalFrames() {
    return hypervisor.memory().frames();
  }

  /** Memory that guests have in common until they write it. No hypercall offers that. */
  public CopyOnWrite copyOnWrite() {
    return hypervisor.memoryCore().copyOnWrite();
  }

  /** The pages of a guest; none when it is gone. No hypercall tells the frames of a domain. */
  public GuestPages pages(Guest guest) {
    Domain domain = hypervisor.domain(guest.id());
    Paging paging = hypervisor.memoryCore().paging();
    long[] frames = domain == null ? new long[0] : paging.frames().pages(domain);
    return GuestPages.of(frames, paging.machToPhys()::get);
  }

  /** Frames of a guest from which code was executed lately; none when it is gone. */
  public long[] codeFrames(Guest guest) {
    Domain domain = hypervisor.domain(guest.id());
    Paging paging = hypervisor.memoryCore().paging();
    long[] frames = domain == null ? new long[0] : paging.frames().pages(domain);
    return LongStream.of(frames).filter(hypervisor.codeMap()::hasCode).toArray();
  }

  /**
   * Has the engine that translates run pieces of code where they harm nobody, so that it is quick
   * when a guest with such code comes; the interpreter needs that less.
   *
   * @param code any bytes
   * @param nanos how long it may take
   */
  public void rehearse(byte[] code, long nanos) {
    if (hypervisor.engine() instanceof DirectEngine) {
      try (Rehearsal rehearsal = new Rehearsal(code, DirectEngine::new)) {
        int pieces = rehearsal.run(nanos);
        LOG.debug("{} pieces of code were rehearsed", pieces);
      }
    }
  }

  /**
   * Has vcpus that hardly ran since the last call let go of their translated code. Only machines
   * with threads of their own: runs of others would depend on when it is called.
   */
  public CodeSweep.Result sweepCode() {
    return hypervisor.codeSweep().sweep(CodeSweep.QUIET, CodeSweep.LEAST_BYTES);
  }

  /**
   * Errors of our own so far, in the hypervisor or in the control domain. Each ended the guest for
   * which something was being done; none must ever happen, whatever guests do.
   */
  public List<InternalFailure> internalErrors() {
    return hypervisor.failures().first();
  }

  /** A statistic that no hypercall offers; 0 when the guest is gone. */
  long instructions(Guest guest) {
    Domain domain = hypervisor.domain(guest.id());
    long sum = 0;
    for (int i = 0; domain != null && i < domain.vcpuCount(); i++) {
      sum += domain.vcpu(i).cpu().instructions();
    }
    return sum;
  }

  List<Statistics> statistics(Guest guest) {
    List<Statistics> all = new ArrayList<>();
    Domain domain = hypervisor.domain(guest.id());
    long[] runstate = new long[6];
    for (int i = 0; domain != null && i < domain.vcpuCount(); i++) {
      hypervisor.scheduler().runstate(domain.vcpu(i), runstate);
      all.add(Statistics.of(domain.vcpu(i), runstate));
    }
    return all;
  }

  /** A tool for watching that no hypercall offers. */
  void sample(Guest guest, SamplingPlan plan) {
    Domain domain = hypervisor.domain(guest.id());
    for (int i = 0; i < domain.vcpuCount(); i++) {
      Vcpu vcpu = domain.vcpu(i);
      vcpu.sampler(new Sampler(vcpu, plan, hypervisor.clock()));
    }
  }

  Map<Sample, Long> samples(Guest guest) {
    Map<Sample, Long> sum = new HashMap<>();
    Domain domain = hypervisor.domain(guest.id());
    for (int i = 0; domain != null && i < domain.vcpuCount(); i++) {
      Sampler sampler = domain.vcpu(i).sampler();
      if (sampler != null) {
        sampler.samples().forEach((sample, count) -> sum.merge(sample, count, Long::sum));
      }
    }
    return sum;
  }

  void forget(Guest guest) {
    guests.remove(guest.id(), guest);
  }

  /** On the guilty vcpu's thread, before the control domain hears of it. */
  private void crashed(CrashReport report) {
    Guest guest = guests.get(report.domain());
    if (guest != null) {
      guest.crashReason(report.why());
    }
    messages.add(report.domain(), report.place() + ": " + report.why());
    report.registerLines().forEach(line -> messages.add(report.domain(), line));
  }

  /** What the control domain prints on the hypervisor's console; no other domain may. */
  private void console(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8).stripTrailing();
    LOG.info("{}", text);
    messages.add(0, text);
  }

  /** Looks which guests have ended; runs on the event thread. */
  private void checkGuests() {
    for (Guest guest : guests.values()) {
      DomainControl.Info info = control.domains().info(guest.id());
      if (info == null || info.dying()) {
        guest.ended(GuestEnd.DESTROYED);
      } else if (info.shutdown()) {
        guest.ended(GuestEnd.of(info.shutdownReason()));
      }
    }
  }

  /** Destroys all guests and gives all memory back. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    for (Guest guest : guests.values()) {
      guest.close();
    }
    devices.close();
    control.events().await(networks::close);
    store.close();
    control.close();
    hypervisor.close();
  }
}

package dev.zendo.hypervisor;

import dev.zendo.hypervisor.control.ControlDomainPort;
import dev.zendo.hypervisor.domain.CodeSweep;
import dev.zendo.hypervisor.domain.CrashReport;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainManager;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.InternalFailures;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.hypercall.ConsoleCall;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.hypercall.DomctlCall;
import dev.zendo.hypervisor.hypercall.EventCalls;
import dev.zendo.hypervisor.hypercall.GdtCall;
import dev.zendo.hypervisor.hypercall.HypercallPage;
import dev.zendo.hypervisor.hypercall.HypercallTable;
import dev.zendo.hypervisor.hypercall.IretCall;
import dev.zendo.hypervisor.hypercall.PhysdevCalls;
import dev.zendo.hypervisor.hypercall.PlatformCall;
import dev.zendo.hypervisor.hypercall.RefusedCalls;
import dev.zendo.hypervisor.hypercall.RegisterCalls;
import dev.zendo.hypervisor.hypercall.SchedCalls;
import dev.zendo.hypervisor.hypercall.SysctlCall;
import dev.zendo.hypervisor.hypercall.TrapCalls;
import dev.zendo.hypervisor.hypercall.VcpuCalls;
import dev.zendo.hypervisor.hypercall.VcpuContexts;
import dev.zendo.hypervisor.hypercall.VersionCalls;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.memory.MemoryCore;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.time.Clock;
import dev.zendo.hypervisor.time.SystemTime;
import dev.zendo.hypervisor.time.Timers;
import dev.zendo.hypervisor.trace.Tracer;
import dev.zendo.hypervisor.trap.DrivenProcessor;
import dev.zendo.hypervisor.trap.GuestLoop;
import dev.zendo.hypervisor.trap.MsrPolicy;
import dev.zendo.hypervisor.trap.TrapDelivery;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One machine: memory, processors, and the control domain, which makes all other domains. Several
 * machines may live in one process.
 *
 * <p>Thread-safe after construction.
 */
public final class Hypervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Hypervisor.class);
  private static final int HANDLE_SIZE = 16;

  private final Clock clock;
  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final Domains domains = new Domains();
  private final HypercallTable table = new HypercallTable();
  private final MemoryCore memoryCore;
  private final Engine engine;
  private final Timers timers;
  private final Scheduler scheduler;
  private final Tracer tracer;
  private final DomainManager manager;
  private final CodeSweep codeSweep;
  private final ControlDomainPort control;
  private final DrivenProcessor processor;
  private volatile Consumer<byte[]> console = Hypervisor::log;

  /** Builds a machine and starts it: processors wait for vcpus, domain 0 is there. */
  public Hypervisor(HypervisorConfig config) {
    clock = config.clock();
    memory = new MachineMemory(config.frames());
    codeMap = new CodeMap(config.frames());
    memoryCore = new MemoryCore(memory, codeMap, domains);
    engine = config.engine().create(memory, codeMap);
    timers = new Timers(clock);
    scheduler = new Scheduler(config.processors(), clock, timers);
    tracer = new Tracer(clock);
    SystemTime time = new SystemTime(clock);
    manager =
        new DomainManager(memory, memoryCore, engine, domains, scheduler, timers, clock, time);
    scheduler.onFailure(manager::fail);
    codeSweep = new CodeSweep(manager, domains, scheduler);
    TrapDelivery delivery = new TrapDelivery(manager, tracer);
    Dispatcher dispatcher = new Dispatcher(table, tracer);
    HypercallPage hypercallPage = new HypercallPage(memory, memoryCore, codeMap);
    registerCalls(delivery, time, hypercallPage);
    MsrPolicy msrs = new MsrPolicy(time, hypercallPage);
    GuestLoop loop = new GuestLoop(scheduler, dispatcher, delivery, time, tracer, msrs, memoryCore);
    processor = config.driven() ? new DrivenProcessor(scheduler, loop, delivery) : null;
    if (!config.driven()) {
      scheduler.startWithTimers(loop, engine::exactWakeUps);
    }
    control = createControlDomain(config.controlPages(), dispatcher);
  }

  private void registerCalls(TrapDelivery delivery, SystemTime time, HypercallPage hypercallPage) {
    VcpuContexts contexts = new VcpuContexts(manager, memoryCore);
    memoryCore.register(table);
    VersionCalls.register(table);
    TrapCalls.register(table);
    RegisterCalls.register(table);
    IretCall.register(table, delivery);
    SchedCalls.register(table, scheduler, domains, timers, clock);
    VcpuCalls.register(table, scheduler, contexts, memoryCore, memory, time);
    EventCalls.register(table, domains, memoryCore, memory);
    PhysdevCalls.register(table, domains, memoryCore);
    GdtCall.register(table, memoryCore);
    ConsoleCall.register(table, bytes -> console.accept(bytes));
    RefusedCalls.register(table, domains);
    new DomctlCall(domains, manager, scheduler, contexts, hypercallPage, memoryCore)
        .register(table);
    PlatformCall.register(table, manager, scheduler);
    SysctlCall.register(table, domains, memoryCore, memory, scheduler);
  }

  private ControlDomainPort createControlDomain(int pages, Dispatcher dispatcher) {
    Domain domain = new Domain(0, new byte[HANDLE_SIZE], true, true);
    domain.maxPages(pages);
    domain.maxVcpus(1);
    if (manager.create(domain) != 0) {
      throw new IllegalStateException("the machine has too little memory for its control domain");
    }
    // As on Xen unless its command line says otherwise: what the machine has left.
    domain.maxPages(memory.frames());
    manager.unpause(domain);
    ControlDomainPort port = new ControlDomainPort(domain, dispatcher, memoryCore);
    port.attach(manager.addControlVcpu(domain, port));
    return port;
  }

  /** Machine memory. */
  public MachineMemory memory() {
    return memory;
  }

  /** Which frames hold decoded code. */
  public CodeMap codeMap() {
    return codeMap;
  }

  /** The engine that executes guest code. */
  public Engine engine() {
    return engine;
  }

  /** The source of time. */
  public Clock clock() {
    return clock;
  }

  /** A domain by number (any value), or null. */
  public Domain domain(int id) {
    return domains.get(id);
  }

  /** The memory half of the core. */
  public MemoryCore memoryCore() {
    return memoryCore;
  }

  /** Timers of the machine. */
  public Timers timers() {
    return timers;
  }

  /** The scheduler. */
  public Scheduler scheduler() {
    return scheduler;
  }

  /** Has vcpus that hardly run let go of their translated code. */
  public CodeSweep codeSweep() {
    return codeSweep;
  }

  /** The processor of a machine that its owner drives, null in others. */
  public DrivenProcessor processor() {
    return processor;
  }

  /** Domain 0: the way to act on this machine. */
  public ControlDomainPort controlDomain() {
    return control;
  }

  /** Traces of what guests do. */
  public Tracer tracer() {
    return tracer;
  }

  /** Sets who is told when the hypervisor ends a domain, on the guilty vcpu's thread. */
  public void onCrash(Consumer<CrashReport> listener) {
    manager.onCrash(listener);
  }

  /** Errors of the hypervisor's own so far, each of which ended at most one domain. */
  public InternalFailures failures() {
    return manager.failures();
  }

  /**
   * Ends a domain for which the control domain worked when it failed: an error of ours, not of the
   * guest's.
   *
   * @param id number of the domain, any value; it may be gone
   */
  public void fail(int id, Throwable cause) {
    Domain domain = domains.get(id);
    if (domain == null || domain.privileged()) {
      manager.fail(cause);
    } else {
      manager.fail(domain, null, cause);
    }
  }

  /** Sets who takes what domain 0 writes to the hypervisor's console; the log by default. */
  public void onConsole(Consumer<byte[]> sink) {
    console = sink;
  }

  /** Destroys all domains, stops all processors and gives all memory back. */
  @Override
  public void close() {
    List<Domain> all = new ArrayList<>();
    domains.forEach(all::add);
    for (int i = all.size() - 1; i >= 0; i--) {
      manager.destroy(all.get(i));
    }
    timers.close();
    scheduler.close();
    memoryCore.close();
    codeMap.close();
    memory.close();
  }

  private static void log(byte[] text) {
    LOG.info("{}", new String(text, StandardCharsets.UTF_8).stripTrailing());
  }
}

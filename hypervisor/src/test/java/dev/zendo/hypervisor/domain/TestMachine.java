package dev.zendo.hypervisor.domain;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.engine.CodeMap;
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
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.time.FakeClock;
import dev.zendo.hypervisor.time.SystemTime;
import dev.zendo.hypervisor.time.Timers;
import dev.zendo.hypervisor.trace.Tracer;
import dev.zendo.hypervisor.trap.MsrPolicy;
import dev.zendo.hypervisor.trap.TrapDelivery;

/**
 * The core over a {@link FakeMemory}, a fake clock and an engine that executes nothing: domains
 * whose vcpus make hypercalls when a test says so. Processor threads do not run.
 */
public final class TestMachine implements AutoCloseable {
  public final FakeClock clock = new FakeClock();
  public final MachineMemory machine = new MachineMemory(1024);
  public final FakeMemory memory = new FakeMemory();
  public final Domains domains = new Domains();
  public final Timers timers = new Timers(clock);
  public final Scheduler scheduler;
  public final Tracer tracer = new Tracer(clock);
  public final SystemTime time = new SystemTime(clock);
  public final CodeMap codeMap = new CodeMap(1024);
  public final HypercallTable table = new HypercallTable();
  public final DomainManager manager;
  public final TrapDelivery delivery;
  public final Dispatcher dispatcher;
  public final MsrPolicy msrs;
  public final FakeEngine engine = new FakeEngine();
  public CrashReport crash;

  /** A machine with one processor, without domains. */
  public TestMachine() {
    this(1);
  }

  /** A machine without domains. */
  public TestMachine(int processors) {
    scheduler = new Scheduler(processors, clock, timers);
    manager = new DomainManager(machine, memory, engine, domains, scheduler, timers, clock, time);
    manager.onCrash(report -> crash = report);
    delivery = new TrapDelivery(manager, tracer);
    dispatcher = new Dispatcher(table, tracer);
    HypercallPage hypercallPage = new HypercallPage(machine, memory, codeMap);
    msrs = new MsrPolicy(time, hypercallPage);
    VcpuContexts contexts = new VcpuContexts(manager, memory);
    VersionCalls.register(table);
    TrapCalls.register(table);
    RegisterCalls.register(table);
    IretCall.register(table, delivery);
    SchedCalls.register(table, scheduler, domains, timers, clock);
    VcpuCalls.register(table, scheduler, contexts, memory, machine, time);
    EventCalls.register(table, domains, memory, machine);
    PhysdevCalls.register(table, domains, memory);
    GdtCall.register(table, memory);
    ConsoleCall.register(table, bytes -> {});
    RefusedCalls.register(table, domains);
    new DomctlCall(domains, manager, scheduler, contexts, hypercallPage, memory).register(table);
    PlatformCall.register(table, manager, scheduler);
    SysctlCall.register(table, domains, memory, machine, scheduler);
  }

  /** A domain with vcpus that are initialised and up. Domain 0 is privileged. */
  public Domain domain(int id, int vcpus) {
    Domain domain = new Domain(id, new byte[16], id == 0, false);
    domain.maxVcpus(vcpus);
    check(manager.create(domain));
    check(manager.addVcpus(domain, vcpus));
    for (int i = 0; i < vcpus; i++) {
      domain.vcpu(i).initialised(true);
      scheduler.up(domain.vcpu(i));
    }
    check(manager.unpause(domain));
    return domain;
  }

  /** Issues a hypercall. */
  public long call(Vcpu vcpu, int number, long... args) {
    long[] all = new long[5];
    System.arraycopy(args, 0, all, 0, args.length);
    return dispatcher.call(vcpu, number, all[0], all[1], all[2], all[3], all[4]);
  }

  /** Issues an event channel operation on a structure at {@link FakeMemory#BASE}. */
  public long event(Vcpu vcpu, int command) {
    return call(vcpu, Hypercalls.EVENT_CHANNEL_OP, command, FakeMemory.BASE);
  }

  private static void check(long result) {
    if (result != 0) {
      throw new IllegalStateException("error " + result);
    }
  }

  @Override
  public void close() {
    timers.close();
    memory.close();
    machine.close();
  }
}

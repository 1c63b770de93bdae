package dev.zendo.hypervisor.domain;

import static dev.zendo.hypercalls.Errno.EBUSY;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOMEM;
import static dev.zendo.hypercalls.Errno.EOVERFLOW;

import dev.zendo.hypercalls.start.Limits;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.event.EventChannels;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.time.Clock;
import dev.zendo.hypervisor.time.SystemTime;
import dev.zendo.hypervisor.time.Timers;
import dev.zendo.hypervisor.time.VcpuTime;
import dev.zendo.hypervisor.trap.DebugRegisters;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Makes, pauses, stops and destroys domains. Thread-safe: changes of one domain's standing are
 * serialised by a lock of the machine.
 */
public final class DomainManager implements Lifecycle {
  /** CR0 as a guest sees it, without TS. */
  public static final long CR0 = 0x80050033L;

  /** Bits of CR4 that every guest sees set: PAE, MCE, OSFXSR, OSXMMEXCPT. */
  public static final long CR4 = 0x660;

  private static final long FIRST_PERIOD = 10_000_000;
  private static final int MAX_PAUSES = 255;
  private static final int VCPU_INFO_SIZE = 64;

  private final MachineMemory machine;
  private final DomainMemory memory;
  private final Engine engine;
  private final Domains domains;
  private final Scheduler scheduler;
  private final Timers timers;
  private final Clock clock;
  private final SystemTime time;
  private final ReentrantLock lock = new ReentrantLock();
  private final InternalFailures failures = new InternalFailures();
  private volatile Consumer<CrashReport> crashListener = report -> {};
  private int lastId;

  /** A manager over the parts of a machine. */
  public DomainManager(
      MachineMemory machine,
      DomainMemory memory,
      Engine engine,
      Domains domains,
      Scheduler scheduler,
      Timers timers,
      Clock clock,
      SystemTime time) {
    this.machine = machine;
    this.memory = memory;
    this.engine = engine;
    this.domains = domains;
    this.scheduler = scheduler;
    this.timers = timers;
    this.clock = clock;
    this.time = time;
  }

  /** Sets who is told when the hypervisor ends a domain; called on the guilty vcpu's thread. */
  public void onCrash(Consumer<CrashReport> listener) {
    crashListener = listener;
  }

  /** A free domain number, or -1. */
  public int freeId() {
    lock.lock();
    try {
      for (int tried = 0; tried < Domains.FIRST_RESERVED; tried++) {
        lastId = lastId + 1 >= Domains.FIRST_RESERVED ? 1 : lastId + 1;
        if (domains.get(lastId) == null) {
          return lastId;
        }
      }
      return -1;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a new domain, paused once, with its shared page but without vcpus.
   *
   * @return 0, or a negative errno when the number is taken or memory is short
   */
  public long create(Domain domain) {
    domain.lifecycle(this);
    domain.pauses(1);
    memory.attach(domain);
    long mfn = memory.allocateSharedFrame(domain);
    if (mfn < 0) {
      memory.release(domain);
      return -ENOMEM;
    }
    domain.sharedInfo(mfn, machine.address(mfn));
    for (int i = 0; i < Limits.LEGACY_MAX_VCPUS; i++) {
      HostMemory.putByte(infoSlot(domain, i) + VcpuInfo.EVTCHN_UPCALL_MASK.offset(), (byte) 1);
    }
    time.updateWallClock(domain);
    if (!domains.add(domain)) {
      memory.release(domain);
      return -EBUSY;
    }
    return 0;
  }

  /** Adds vcpus that are down, so that the domain has a number of them; returns 0 or an errno. */
  public long addVcpus(Domain domain, int count) {
    if (count < 1 || count > domain.maxVcpus()) {
      return -EINVAL;
    }
    lock.lock();
    try {
      while (domain.vcpuCount() < count) {
        Vcpu vcpu = new Vcpu(domain, domain.vcpuCount());
        wire(vcpu, scheduler::kick);
        GuestMmu mmu = memory.mmu(vcpu);
        VcpuExecutor executor = engine.attach(vcpu.cpu(), mmu, time);
        vcpu.wire(mmu, memory.guestAccess(vcpu), executor, scheduler::kick);
        reset(vcpu);
        vcpu.time().setPeriod(FIRST_PERIOD);
        vcpu.time().scheduledOut();
        if (domain.pauses() > 0) {
          scheduler.pause(vcpu);
        }
        if (domain.shutdownReason() >= 0) {
          scheduler.pause(vcpu);
        }
        domain.add(vcpu);
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /** Adds the vcpu of a Java domain, which executes no guest code. */
  public Vcpu addControlVcpu(Domain domain, Kicker kicker) {
    Vcpu vcpu = new Vcpu(domain, domain.vcpuCount());
    wire(vcpu, kicker);
    GuestMmu mmu = memory.mmu(vcpu);
    vcpu.wire(mmu, memory.guestAccess(vcpu), null, kicker);
    reset(vcpu);
    vcpu.initialised(true);
    domain.add(vcpu);
    return vcpu;
  }

  /** Registers as a processor has them after creation; the vcpu does not run. */
  public void reset(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    cpu.reset();
    cpu.field(CpuState.CR0, CR0);
    cpu.field(CpuState.CR4, CR4);
    cpu.kernelMode(true);
    vcpu.traps().reset();
    DebugRegisters.reset(vcpu);
  }

  /** Pauses a domain once more and waits until none of its vcpus runs (unless the caller's). */
  public long pause(Domain domain, Vcpu caller) {
    lock.lock();
    try {
      if (domain.pauses() >= MAX_PAUSES) {
        return -EOVERFLOW;
      }
      domain.pauses(domain.pauses() + 1);
      if (domain.pauses() == 1) {
        pauseVcpus(domain);
      }
    } finally {
      lock.unlock();
    }
    awaitStopped(domain, caller);
    return 0;
  }

  /** Takes one {@link #pause} back. */
  public long unpause(Domain domain) {
    lock.lock();
    try {
      if (domain.pauses() == 0) {
        return -EINVAL;
      }
      domain.pauses(domain.pauses() - 1);
      if (domain.pauses() == 0) {
        unpauseVcpus(domain);
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does something for a domain, whose vcpus stay until that is done; nothing when it is about to
   * go. The work must not wait for a vcpu.
   */
  void whileAlive(Domain domain, Runnable work) {
    lock.lock();
    try {
      if (domain.dying() == Domain.ALIVE) {
        work.run();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void shutdown(Domain domain, int reason) {
    lock.lock();
    try {
      if (domain.shutdownReason() >= 0 || domain.dying() != Domain.ALIVE) {
        return;
      }
      int code = domain.shutdownCode();
      domain.shutdownReason(code >= 0 ? code : reason & 0xff);
      pauseVcpus(domain);
    } finally {
      lock.unlock();
    }
    notifyControlDomain();
  }

  @Override
  public void crash(Domain domain, Vcpu vcpu, String why) {
    if (domain.shutdownReason() < 0 && domain.dying() == Domain.ALIVE) {
      crashListener.accept(CrashReport.of(domain, vcpu, why));
    }
    domain.shutdownCode(-1);
    shutdown(domain, CRASH);
  }

  @Override
  public void fail(Domain domain, Vcpu vcpu, Throwable cause) {
    String note = "";
    while (domain.pagingLock().isHeldByCurrentThread()) {
      note = "; the paging lock was held";
      domain.pagingLock().unlock();
    }
    InternalFailure failure = failures.add(domain, vcpu, note, cause);
    if (domain.privileged()) {
      // Whoever asked on its behalf is told by an exception.
      return;
    }
    try {
      crash(domain, vcpu, failure == null ? InternalFailure.TITLE : failure.where().why());
    } catch (RuntimeException | Error e) {
      // Its report failed, too: it ends without.
      shutdown(domain, CRASH);
    }
  }

  /** An error of the hypervisor's own that has to do with no domain. */
  public void fail(Throwable cause) {
    failures.add(null, null, "", cause);
  }

  /** Errors of the hypervisor's own so far. */
  public InternalFailures failures() {
    return failures;
  }

  /** Lets the wall clock of a domain differ from the machine's by a number of seconds. */
  public void setTimeOffset(Domain domain, long seconds) {
    lock.lock();
    try {
      domain.timeOffset(seconds);
      updateWallClock(domain);
    } finally {
      lock.unlock();
    }
  }

  /** Sets the machine's wall clock; see {@link SystemTime#wallClock}. */
  public void setWallClock(long seconds, long nanos, long systemTime) {
    lock.lock();
    try {
      time.wallClock(seconds, nanos, systemTime);
      domains.forEach(this::updateWallClock);
    } finally {
      lock.unlock();
    }
  }

  /** Nanoseconds since the machine started, as guests compute them. */
  public long nanos() {
    return time.nanos();
  }

  /** A domain that lives keeps its shared page while the lock is held. */
  private void updateWallClock(Domain domain) {
    if (domain.dying() == Domain.ALIVE) {
      time.updateWallClock(domain);
    }
  }

  /** Lets a domain that was shut down run on, as if the shutdown had returned. */
  public void resume(Domain domain) {
    lock.lock();
    try {
      if (domain.shutdownReason() < 0) {
        return;
      }
      domain.shutdownReason(-1);
      domain.shutdownCode(-1);
      unpauseVcpus(domain);
    } finally {
      lock.unlock();
    }
  }

  /** Ends a domain and gives back everything it had; not from one of its own vcpus. */
  public void destroy(Domain domain) {
    lock.lock();
    try {
      if (domain.dying() != Domain.ALIVE) {
        return;
      }
      domain.dying(Domain.DYING);
      pauseVcpus(domain);
    } finally {
      lock.unlock();
    }
    awaitStopped(domain, null);
    forEachVcpu(domain, vcpu -> vcpu.time().close());
    step(domain, () -> domain.watchdogs().close(timers));
    step(domain, () -> domain.events().destroy());
    forEachVcpu(domain, this::forgetVcpuInfo);
    forEachVcpu(domain, memory::detach);
    step(domain, () -> memory.release(domain));
    domain.dying(Domain.DEAD);
    domains.remove(domain);
    forEachVcpu(domain, Vcpu::close);
    notifyControlDomain();
  }

  private void forEachVcpu(Domain domain, Consumer<Vcpu> work) {
    for (int i = 0; i < domain.vcpuCount(); i++) {
      Vcpu vcpu = domain.vcpu(i);
      step(domain, () -> work.accept(vcpu));
    }
  }

  /** A step of a domain's end: after one that fails the others still give back what they can. */
  private void step(Domain domain, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      fail(domain, null, e);
    }
  }

  /** Moves a vcpu_info back to its first place and gives up the frame it was in. */
  public void forgetVcpuInfo(Vcpu vcpu) {
    long mfn = vcpu.vcpuInfoMfn();
    if (mfn >= 0) {
      vcpu.vcpuInfo(firstInfo(vcpu));
      vcpu.vcpuInfoMfn(-1);
      memory.releaseWritable(vcpu.domain(), mfn);
    }
  }

  /** Where the vcpu_info of a vcpu is before it is registered; its own memory from 32 on. */
  public static long firstInfo(Vcpu vcpu) {
    return vcpu.id() < Limits.LEGACY_MAX_VCPUS
        ? infoSlot(vcpu.domain(), vcpu.id())
        : vcpu.privateVcpuInfo();
  }

  private void wire(Vcpu vcpu, Kicker kicker) {
    vcpu.wire(null, null, null, kicker);
    vcpu.time(new VcpuTime(vcpu, timers, clock));
    vcpu.vcpuInfo(firstInfo(vcpu));
    HostMemory.putByte(vcpu.vcpuInfo() + VcpuInfo.EVTCHN_UPCALL_MASK.offset(), (byte) 1);
  }

  private void pauseVcpus(Domain domain) {
    for (int i = 0; i < domain.vcpuCount(); i++) {
      if (domain.vcpu(i).executor() != null) {
        scheduler.pause(domain.vcpu(i));
      }
    }
  }

  private void unpauseVcpus(Domain domain) {
    for (int i = 0; i < domain.vcpuCount(); i++) {
      if (domain.vcpu(i).executor() != null) {
        scheduler.unpause(domain.vcpu(i));
      }
    }
  }

  private void awaitStopped(Domain domain, Vcpu except) {
    for (int i = 0; i < domain.vcpuCount(); i++) {
      if (domain.vcpu(i) != except && domain.vcpu(i).executor() != null) {
        scheduler.awaitStopped(domain.vcpu(i));
      }
    }
  }

  private void notifyControlDomain() {
    Domain control = domains.get(0);
    if (control != null) {
      control.events().raiseGlobalVirq(EventChannels.VIRQ_DOM_EXC);
    }
  }

  private static long infoSlot(Domain domain, int vcpu) {
    return domain.sharedInfo() + (long) vcpu * VCPU_INFO_SIZE;
  }
}

package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.AffinityFlags;
import dev.zendo.hypercalls.domctl.Bitmap;
import dev.zendo.hypercalls.domctl.CreateDomain;
import dev.zendo.hypercalls.domctl.DomainFlags;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.DomctlVersion;
import dev.zendo.hypercalls.domctl.GetDomainInfo;
import dev.zendo.hypercalls.domctl.HypercallInit;
import dev.zendo.hypercalls.domctl.MaxMem;
import dev.zendo.hypercalls.domctl.MaxVcpus;
import dev.zendo.hypercalls.domctl.SchedCredit;
import dev.zendo.hypercalls.domctl.SchedulerCommand;
import dev.zendo.hypercalls.domctl.SchedulerId;
import dev.zendo.hypercalls.domctl.SchedulerOp;
import dev.zendo.hypercalls.domctl.VcpuAffinity;
import dev.zendo.hypercalls.domctl.VcpuContext;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.UUID;
import java.util.function.LongConsumer;

/** Domains as the control domain manages them: the domctl hypercalls. Thread-safe. */
public final class DomainControl {
  /** Highest event channel port that xl allows a guest by default. */
  private static final int MAX_EVENT_PORT = 1023;

  /** Behind the domctl structure in the argument area. */
  private static final int CONTEXT = 0x1000;

  private final CallGate gate;

  /**
   * State of a domain.
   *
   * @param flags bits of {@link DomainFlags}
   * @param pages frames it owns
   * @param sharedInfoFrame machine frame of its shared info page
   * @param cpuNanos processor time it used
   */
  public record Info(int flags, long pages, long sharedInfoFrame, long cpuNanos) {
    /** Whether it asked to be shut down, or crashed. */
    public boolean shutdown() {
      return (flags & DomainFlags.SHUTDOWN) != 0;
    }

    /** Why, a SHUTDOWN_ constant of the sched_op hypercall. */
    public int shutdownReason() {
      return flags >>> DomainFlags.SHUTDOWNSHIFT & DomainFlags.SHUTDOWNMASK;
    }

    /** Whether it is being destroyed. */
    public boolean dying() {
      return (flags & DomainFlags.DYING) != 0;
    }
  }

  DomainControl(CallGate gate) {
    this.gate = gate;
  }

  private long begin(int command, int domain) {
    long at = gate.clear(0, Domctl.LAYOUT.size());
    PhysicalMemory memory = gate.memory();
    Domctl.CMD.set(memory, at, command);
    Domctl.INTERFACE_VERSION.set(memory, at, DomctlVersion.INTERFACE_VERSION);
    Domctl.DOMAIN.set(memory, at, domain);
    return at;
  }

  private void run(String what, int command, int domain, LongConsumer fill) {
    gate.lock().lock();
    try {
      long at = begin(command, domain);
      fill.accept(at);
      gate.check(what + " domain " + domain, Hypercalls.DOMCTL, at, 0, 0, 0);
    } finally {
      gate.lock().unlock();
    }
  }

  private void run(String what, int command, int domain) {
    run(what, command, domain, at -> {});
  }

  /**
   * Creates a paused domain without memory.
   *
   * @param vcpus most vcpus it may have
   * @return its number
   */
  public int create(UUID uuid, int vcpus) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = begin(DomctlOp.CREATEDOMAIN, 0);
      long create = Domctl.CREATEDOMAIN.at(at);
      CreateDomain.HANDLE.set(memory, create, bytes(uuid));
      CreateDomain.MAX_VCPUS.set(memory, create, vcpus);
      CreateDomain.MAX_EVTCHN_PORT.set(memory, create, MAX_EVENT_PORT);
      CreateDomain.MAX_GRANT_FRAMES.set(memory, create, -1);
      CreateDomain.MAX_MAPTRACK_FRAMES.set(memory, create, -1);
      CreateDomain.GRANT_OPTS.set(memory, create, 2);
      gate.check("creating a domain", Hypercalls.DOMCTL, at, 0, 0, 0);
      return Domctl.DOMAIN.get(memory, at);
    } finally {
      gate.lock().unlock();
    }
  }

  private static byte[] bytes(UUID uuid) {
    return java.nio.ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  /** Gives it its vcpus. */
  public void maxVcpus(int domain, int vcpus) {
    run(
        "creating vcpus of",
        DomctlOp.MAX_VCPUS,
        domain,
        at -> MaxVcpus.MAX.set(gate.memory(), Domctl.MAX_VCPUS.at(at), vcpus));
  }

  /**
   * Sets what it may have of the processors.
   *
   * @param weight of each of its vcpus, 1 to 65535
   * @param cap of all its vcpus, in percent of one processor, 0 for none
   */
  public void share(int domain, int weight, int cap) {
    run(
        "setting the share of",
        DomctlOp.SCHEDULER_OP,
        domain,
        at -> {
          PhysicalMemory memory = gate.memory();
          long op = Domctl.SCHEDULER_OP.at(at);
          SchedulerOp.SCHED_ID.set(memory, op, SchedulerId.CREDIT);
          SchedulerOp.CMD.set(memory, op, SchedulerCommand.PUTINFO);
          SchedCredit.WEIGHT.set(memory, SchedulerOp.CREDIT.at(op), (short) weight);
          SchedCredit.CAP.set(memory, SchedulerOp.CREDIT.at(op), (short) cap);
        });
  }

  /**
   * Sets where a vcpu may run.
   *
   * @param processors a bit for each processor
   */
  public void affinity(int domain, int vcpu, long processors) {
    run(
        "pinning vcpu " + vcpu + " of",
        DomctlOp.SETVCPUAFFINITY,
        domain,
        at -> {
          PhysicalMemory memory = gate.memory();
          long bits = gate.clear(CONTEXT, Long.BYTES);
          memory.putLong(bits, processors);
          long op = Domctl.VCPUAFFINITY.at(at);
          VcpuAffinity.VCPU.set(memory, op, vcpu);
          VcpuAffinity.FLAGS.set(memory, op, AffinityFlags.HARD);
          Bitmap.BITMAP.set(memory, VcpuAffinity.CPUMAP_HARD.at(op), bits);
          Bitmap.NR_BITS.set(memory, VcpuAffinity.CPUMAP_HARD.at(op), Long.SIZE);
        });
  }

  /** Sets how much memory it may own. */
  public void maxMemory(int domain, long kib) {
    run(
        "limiting the memory of",
        DomctlOp.MAX_MEM,
        domain,
        at -> MaxMem.MAX_MEMKB.set(gate.memory(), Domctl.MAX_MEM.at(at), kib));
  }

  /** Fills a frame of it with hypercall entries. */
  public void initHypercallPage(int domain, long mfn) {
    run(
        "filling the hypercall page of",
        DomctlOp.HYPERCALL_INIT,
        domain,
        at -> HypercallInit.GMFN.set(gate.memory(), Domctl.HYPERCALL_INIT.at(at), mfn));
  }

  /**
   * Sets the state of a vcpu.
   *
   * @param fill writes a vcpu_guest_context at the address it is given, which holds zeros
   */
  public void setContext(int domain, int vcpu, LongConsumer fill) {
    run(
        "setting up vcpu " + vcpu + " of",
        DomctlOp.SETVCPUCONTEXT,
        domain,
        at -> {
          long context = gate.clear(CONTEXT, VcpuGuestContext.LAYOUT.size());
          fill.accept(context);
          long u = Domctl.VCPUCONTEXT.at(at);
          VcpuContext.VCPU.set(gate.memory(), u, vcpu);
          VcpuContext.CTXT.set(gate.memory(), u, context);
        });
  }

  /**
   * Reads the state of a vcpu, which should not run.
   *
   * @param read is given the address of the vcpu_guest_context
   */
  public void getContext(int domain, int vcpu, LongConsumer read) {
    gate.lock().lock();
    try {
      long context = gate.clear(CONTEXT, VcpuGuestContext.LAYOUT.size());
      run(
          "reading vcpu " + vcpu + " of",
          DomctlOp.GETVCPUCONTEXT,
          domain,
          at -> {
            long u = Domctl.VCPUCONTEXT.at(at);
            VcpuContext.VCPU.set(gate.memory(), u, vcpu);
            VcpuContext.CTXT.set(gate.memory(), u, context);
          });
      read.accept(context);
    } finally {
      gate.lock().unlock();
    }
  }

  /** The control domain's memory, for the callbacks of the context methods. */
  public PhysicalMemory memory() {
    return gate.memory();
  }

  /** Stops its vcpus. */
  public void pause(int domain) {
    run("pausing", DomctlOp.PAUSEDOMAIN, domain);
  }

  /** Lets its vcpus run. */
  public void unpause(int domain) {
    run("starting", DomctlOp.UNPAUSEDOMAIN, domain);
  }

  /** State of a domain, null when there is none of that number. */
  public Info info(int domain) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = begin(DomctlOp.GETDOMAININFO, domain);
      long result = gate.call(Hypercalls.DOMCTL, at, 0, 0, 0);
      long info = Domctl.GETDOMAININFO.at(at);
      if (result == -Errno.ESRCH
          || (result == 0 && GetDomainInfo.DOMAIN.get(memory, info) != domain)) {
        return null;
      }
      if (result < 0) {
        throw new HypercallFailure("asking about domain " + domain, (int) -result);
      }
      return new Info(
          GetDomainInfo.FLAGS.get(memory, info),
          GetDomainInfo.TOT_PAGES.get(memory, info),
          GetDomainInfo.SHARED_INFO_FRAME.get(memory, info),
          GetDomainInfo.CPU_TIME.get(memory, info));
    } finally {
      gate.lock().unlock();
    }
  }

  /** Destroys a domain and waits until its memory is free. */
  public void destroy(int domain) {
    while (true) {
      try {
        run("destroying", DomctlOp.DESTROYDOMAIN, domain);
        return;
      } catch (HypercallFailure e) {
        if (e.errno() != Errno.ERESTART && e.errno() != Errno.EAGAIN) {
          throw e;
        }
        Thread.yield();
      }
    }
  }
}

package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.CreateDomain;
import dev.zendo.hypercalls.domctl.DomainFlags;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.GetDomainInfo;
import dev.zendo.hypercalls.domctl.HypercallInit;
import dev.zendo.hypercalls.domctl.MaxMem;
import dev.zendo.hypercalls.domctl.MaxVcpus;
import dev.zendo.hypercalls.domctl.TscInfo;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.UUID;

/** Domains as the control domain manages them: the domctl hypercalls. Thread-safe. */
public final class DomainControl {
  /** Highest event channel port that xl allows a guest by default. */
  private static final int MAX_EVENT_PORT = 1023;

  private final Domctls calls;

  /**
   * State of a domain.
   *
   * @param flags bits of {@link DomainFlags}
   * @param pages frames it owns
   * @param maxPages frames it may own
   * @param sharedInfoFrame machine frame of its shared info page
   * @param cpuNanos processor time it used
   * @param onlineVcpus its vcpus that are up
   * @param vcpus all its vcpus
   */
  public record Info(
      int flags,
      long pages,
      long maxPages,
      long sharedInfoFrame,
      long cpuNanos,
      int onlineVcpus,
      int vcpus) {
    /** Whether it asked to be shut down, or crashed. */
    public boolean shutdown() {
      return (flags & DomainFlags.SHUTDOWN) != 0;
    }

    /** Why, a SHUTDOWN_ constant of the sched_op hypercall. */
    public int shutdownReason() {
      return flags >>> DomainFlags.SHUTDOWNSHIFT & DomainFlags.SHUTDOWNMASK;
    }

    /** Whether the toolstack holds it. */
    public boolean paused() {
      return (flags & DomainFlags.PAUSED) != 0;
    }

    /** Whether all its vcpus wait for something. */
    public boolean blocked() {
      return (flags & DomainFlags.BLOCKED) != 0;
    }

    /** Whether one of its vcpus runs. */
    public boolean running() {
      return (flags & DomainFlags.RUNNING) != 0;
    }

    /** Whether it is being destroyed. */
    public boolean dying() {
      return (flags & DomainFlags.DYING) != 0;
    }
  }

  DomainControl(Domctls calls) {
    this.calls = calls;
  }

  /**
   * Creates a paused domain without memory.
   *
   * @param vcpus most vcpus it may have
   * @return its number
   */
  public int create(UUID uuid, int vcpus) {
    CallGate gate = calls.gate();
    gate.lock().lock();
    try {
      PhysicalMemory memory = calls.memory();
      long at = calls.begin(DomctlOp.CREATEDOMAIN, 0);
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
    calls.run(
        "creating vcpus of",
        DomctlOp.MAX_VCPUS,
        domain,
        at -> MaxVcpus.MAX.set(calls.memory(), Domctl.MAX_VCPUS.at(at), vcpus));
  }

  /** Sets how much memory it may own. */
  public void maxMemory(int domain, long kib) {
    calls.run(
        "limiting the memory of",
        DomctlOp.MAX_MEM,
        domain,
        at -> MaxMem.MAX_MEMKB.set(calls.memory(), Domctl.MAX_MEM.at(at), kib));
  }

  /** Fills a frame of it with hypercall entries. */
  public void initHypercallPage(int domain, long mfn) {
    calls.run(
        "filling the hypercall page of",
        DomctlOp.HYPERCALL_INIT,
        domain,
        at -> HypercallInit.GMFN.set(calls.memory(), Domctl.HYPERCALL_INIT.at(at), mfn));
  }

  /** Stops its vcpus. */
  public void pause(int domain) {
    calls.run("pausing", DomctlOp.PAUSEDOMAIN, domain);
  }

  /** Lets its vcpus run. */
  public void unpause(int domain) {
    calls.run("starting", DomctlOp.UNPAUSEDOMAIN, domain);
  }

  /** Lets a domain that was shut down run on, as if the shutdown had returned. */
  public void resume(int domain) {
    calls.run("resuming", DomctlOp.RESUMEDOMAIN, domain);
  }

  /**
   * How the time stamp counter of a domain counts.
   *
   * @param mode a TSC_MODE_ constant
   * @param khz its frequency
   * @param incarnation how often the domain was restored
   * @param nanos its time
   */
  public record Counter(int mode, int khz, int incarnation, long nanos) {}

  /** How the time stamp counter of a domain counts. */
  public Counter counter(int domain) {
    Counter[] counter = new Counter[1];
    calls.run(
        "asking for the time of",
        DomctlOp.GETTSCINFO,
        domain,
        at -> {},
        at -> {
          long info = Domctl.TSC_INFO.at(at);
          PhysicalMemory memory = calls.memory();
          counter[0] =
              new Counter(
                  TscInfo.TSC_MODE.get(memory, info),
                  TscInfo.GTSC_KHZ.get(memory, info),
                  TscInfo.INCARNATION.get(memory, info),
                  TscInfo.ELAPSED_NSEC.get(memory, info));
        });
    return counter[0];
  }

  /** State of a domain, null when there is none of that number. */
  public Info info(int domain) {
    CallGate gate = calls.gate();
    gate.lock().lock();
    try {
      PhysicalMemory memory = calls.memory();
      long at = calls.begin(DomctlOp.GETDOMAININFO, domain);
      long result = calls.call(at);
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
          GetDomainInfo.MAX_PAGES.get(memory, info),
          GetDomainInfo.SHARED_INFO_FRAME.get(memory, info),
          GetDomainInfo.CPU_TIME.get(memory, info),
          GetDomainInfo.NR_ONLINE_VCPUS.get(memory, info),
          GetDomainInfo.MAX_VCPU_ID.get(memory, info) + 1);
    } finally {
      gate.lock().unlock();
    }
  }

  /** Destroys a domain and waits until its memory is free. */
  public void destroy(int domain) {
    while (true) {
      try {
        calls.run("destroying", DomctlOp.DESTROYDOMAIN, domain);
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

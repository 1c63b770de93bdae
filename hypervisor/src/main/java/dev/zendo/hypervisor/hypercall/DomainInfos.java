package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.domctl.DomainFlags;
import dev.zendo.hypercalls.domctl.GetDomainInfo;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.sched.VcpuSchedule;

/** Describes domains to the toolstack as xen_domctl_getdomaininfo. */
final class DomainInfos {
  private static final HostView HOST = HostView.HOST;

  private final Scheduler scheduler;

  DomainInfos(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Writes the structure at a host address. */
  void fill(Domain domain, long at) {
    HostMemory.fill(at, GetDomainInfo.LAYOUT.size(), (byte) 0);
    GetDomainInfo.DOMAIN.set(HOST, at, domain.id());
    GetDomainInfo.FLAGS.set(HOST, at, flags(domain));
    GetDomainInfo.TOT_PAGES.set(HOST, at, domain.totalPages());
    GetDomainInfo.OUTSTANDING_PAGES.set(HOST, at, domain.claim().outstanding());
    GetDomainInfo.MAX_PAGES.set(HOST, at, domain.maxPages());
    GetDomainInfo.SHARED_INFO_FRAME.set(HOST, at, domain.sharedInfoMfn());
    GetDomainInfo.HANDLE.set(HOST, at, domain.handle());
    long[] state = new long[6];
    long nanos = 0;
    int online = 0;
    for (int i = 0; i < domain.vcpuCount(); i++) {
      Vcpu vcpu = domain.vcpu(i);
      scheduler.runstate(vcpu, state);
      nanos += state[2 + VcpuSchedule.RUNNING];
      online += vcpu.schedule().up() ? 1 : 0;
    }
    GetDomainInfo.CPU_TIME.set(HOST, at, nanos);
    GetDomainInfo.NR_ONLINE_VCPUS.set(HOST, at, online);
    GetDomainInfo.MAX_VCPU_ID.set(HOST, at, domain.vcpuCount() - 1);
    GetDomainInfo.GPADDR_BITS.set(HOST, at, 41);
  }

  private int flags(Domain domain) {
    int flags = 0;
    if (domain.dying() != Domain.ALIVE) {
      flags |= DomainFlags.DYING;
    }
    int reason = domain.shutdownReason();
    if (reason >= 0) {
      flags |= DomainFlags.SHUTDOWN | reason << DomainFlags.SHUTDOWNSHIFT;
    }
    if (domain.debugged()) {
      flags |= DomainFlags.DEBUGGED;
    }
    if (domain.pauses() > 0) {
      flags |= DomainFlags.PAUSED;
    }
    boolean blocked = true;
    for (int i = 0; i < domain.vcpuCount(); i++) {
      VcpuSchedule schedule = domain.vcpu(i).schedule();
      blocked &= !schedule.up() || schedule.blocked();
    }
    if (scheduler.running(domain)) {
      flags |= DomainFlags.RUNNING;
    }
    return blocked ? flags | DomainFlags.BLOCKED : flags;
  }
}

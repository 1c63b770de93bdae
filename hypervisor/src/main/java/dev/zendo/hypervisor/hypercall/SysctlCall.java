package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EACCES;
import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.GetDomainInfo;
import dev.zendo.hypercalls.domctl.SchedulerId;
import dev.zendo.hypercalls.sysctl.AvailHeap;
import dev.zendo.hypercalls.sysctl.CpuTopo;
import dev.zendo.hypercalls.sysctl.CpuTopoInfo;
import dev.zendo.hypercalls.sysctl.GetDomainInfoList;
import dev.zendo.hypercalls.sysctl.MemInfo;
import dev.zendo.hypercalls.sysctl.NumaInfo;
import dev.zendo.hypercalls.sysctl.PhysInfo;
import dev.zendo.hypercalls.sysctl.SchedId;
import dev.zendo.hypercalls.sysctl.Sysctl;
import dev.zendo.hypercalls.sysctl.SysctlOp;
import dev.zendo.hypercalls.sysctl.SysctlVersion;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.time.SystemTime;

/** sysctl: what the control domain may ask about the machine. */
public final class SysctlCall implements HypercallHandler {
  private static final HostView HOST = HostView.HOST;

  /** XEN_SYSCTL_PHYSCAP_pv. */
  private static final int CAPABILITY_PV = 1 << 1;

  /** Distance of a node to itself, as firmware tells it. */
  private static final int NEAR = 10;

  private final Domains domains;
  private final DomainMemory memory;
  private final MachineMemory machine;
  private final Scheduler scheduler;
  private final DomainInfos infos;
  private final SchedulerControl schedulerControl;

  private SysctlCall(
      Domains domains, DomainMemory memory, MachineMemory machine, Scheduler scheduler) {
    this.domains = domains;
    this.memory = memory;
    this.machine = machine;
    this.scheduler = scheduler;
    this.infos = new DomainInfos(scheduler);
    this.schedulerControl = new SchedulerControl(scheduler);
  }

  /** Installs the handler. */
  public static void register(
      HypercallTable table,
      Domains domains,
      DomainMemory memory,
      MachineMemory machine,
      Scheduler scheduler) {
    table.register(Hypercalls.SYSCTL, new SysctlCall(domains, memory, machine, scheduler));
  }

  @Override
  public long handle(Vcpu v, long pointer, long a2, long a3, long a4, long a5) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, Sysctl.LAYOUT)) {
      return -EFAULT;
    }
    if (Sysctl.INTERFACE_VERSION.get(HOST, at) != SysctlVersion.INTERFACE_VERSION) {
      return -EACCES;
    }
    if (!v.domain().privileged()) {
      return -EPERM;
    }
    long result =
        switch (Sysctl.CMD.get(HOST, at)) {
          case SysctlOp.PHYSINFO -> physInfo(Sysctl.PHYSINFO.at(at));
          case SysctlOp.SCHED_ID -> {
            SchedId.SCHED_ID.set(HOST, Sysctl.SCHED_ID.at(at), SchedulerId.CREDIT);
            yield 0;
          }
          case SysctlOp.SCHEDULER_OP -> schedulerControl.parameters(Sysctl.SCHEDULER_OP.at(at));
          case SysctlOp.AVAILHEAP -> {
            long free = memory.freeFrames() << MachineMemory.FRAME_SHIFT;
            AvailHeap.AVAIL_BYTES.set(HOST, Sysctl.AVAILHEAP.at(at), free);
            yield 0;
          }
          case SysctlOp.CPUTOPOINFO -> topology(v, Sysctl.CPUTOPOINFO.at(at));
          case SysctlOp.NUMAINFO -> nodes(v, Sysctl.NUMAINFO.at(at));
          case SysctlOp.GETDOMAININFOLIST -> infoList(v, Sysctl.GETDOMAININFOLIST.at(at));
          default -> -ENOSYS;
        };
    if (result < 0) {
      return result;
    }
    return Arguments.write(v, pointer, Sysctl.LAYOUT) ? result : -EFAULT;
  }

  private long physInfo(long info) {
    HostMemory.fill(info, PhysInfo.LAYOUT.size(), (byte) 0);
    int processors = scheduler.processors();
    PhysInfo.THREADS_PER_CORE.set(HOST, info, 1);
    PhysInfo.CORES_PER_SOCKET.set(HOST, info, processors);
    PhysInfo.NR_CPUS.set(HOST, info, processors);
    PhysInfo.MAX_CPU_ID.set(HOST, info, processors - 1);
    PhysInfo.NR_NODES.set(HOST, info, 1);
    PhysInfo.CPU_KHZ.set(HOST, info, SystemTime.TSC_KHZ);
    PhysInfo.CAPABILITIES.set(HOST, info, CAPABILITY_PV);
    PhysInfo.TOTAL_PAGES.set(HOST, info, machine.frames());
    PhysInfo.FREE_PAGES.set(HOST, info, memory.freeFrames());
    PhysInfo.OUTSTANDING_PAGES.set(HOST, info, memory.claimedFrames());
    PhysInfo.MAX_MFN.set(HOST, info, machine.frames() - 1);
    return 0;
  }

  /** Each processor is a core of the one socket, near the one node. */
  private long topology(Vcpu v, long spec) {
    long count = scheduler.processors();
    long list = CpuTopoInfo.CPUTOPO.get(HOST, spec);
    if (list != 0) {
      count = Math.min(count, CpuTopoInfo.NUM_CPUS.getUnsigned(HOST, spec));
      long entry = v.scratch() + Sysctl.LAYOUT.size();
      int size = CpuTopo.LAYOUT.size();
      HostMemory.fill(entry, size, (byte) 0);
      for (int i = 0; i < count; i++) {
        CpuTopo.CORE.set(HOST, entry, i);
        if (!v.guest().write(list + (long) i * size, entry, size)) {
          return -EFAULT;
        }
      }
    }
    CpuTopoInfo.NUM_CPUS.set(HOST, spec, (int) count);
    return 0;
  }

  private long nodes(Vcpu v, long spec) {
    long memories = NumaInfo.MEMINFO.get(HOST, spec);
    long distances = NumaInfo.DISTANCE.get(HOST, spec);
    boolean asksHowMany = memories == 0 && distances == 0;
    if (asksHowMany || NumaInfo.NUM_NODES.get(HOST, spec) != 0) {
      long entry = v.scratch() + Sysctl.LAYOUT.size();
      MemInfo.MEMSIZE.set(HOST, entry, machine.frames() << MachineMemory.FRAME_SHIFT);
      MemInfo.MEMFREE.set(HOST, entry, memory.freeFrames() << MachineMemory.FRAME_SHIFT);
      int size = MemInfo.LAYOUT.size();
      HostMemory.putInt(entry + size, NEAR);
      if (memories != 0 && !v.guest().write(memories, entry, size)
          || distances != 0 && !v.guest().write(distances, entry + size, Integer.BYTES)) {
        return -EFAULT;
      }
      NumaInfo.NUM_NODES.set(HOST, spec, 1);
    }
    return 0;
  }

  private long infoList(Vcpu v, long list) {
    long buffer = GetDomainInfoList.BUFFER.get(HOST, list);
    long most = GetDomainInfoList.MAX_DOMAINS.getUnsigned(HOST, list);
    long entry = v.scratch() + Sysctl.LAYOUT.size();
    int size = GetDomainInfo.LAYOUT.size();
    int found = 0;
    int first = GetDomainInfoList.FIRST_DOMAIN.get(HOST, list);
    for (int id = first; id < Domains.FIRST_RESERVED && found < most; id++) {
      Domain domain = domains.get(id);
      if (domain != null) {
        infos.fill(domain, entry);
        if (!v.guest().write(buffer + (long) found * size, entry, size)) {
          return -EFAULT;
        }
        found++;
      }
    }
    GetDomainInfoList.NUM_DOMAINS.set(HOST, list, found);
    return 0;
  }
}

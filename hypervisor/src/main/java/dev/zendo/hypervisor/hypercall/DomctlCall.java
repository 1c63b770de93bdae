package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.E2BIG;
import static dev.zendo.hypercalls.Errno.EACCES;
import static dev.zendo.hypercalls.Errno.EBUSY;
import static dev.zendo.hypercalls.Errno.EEXIST;
import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENODATA;
import static dev.zendo.hypercalls.Errno.ENOMEM;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;
import static dev.zendo.hypercalls.Errno.ESRCH;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.AddressSize;
import dev.zendo.hypercalls.domctl.CreateDomain;
import dev.zendo.hypercalls.domctl.CreateFlags;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.DomctlVersion;
import dev.zendo.hypercalls.domctl.GetPageFrameInfo3;
import dev.zendo.hypercalls.domctl.GetVcpuInfo;
import dev.zendo.hypercalls.domctl.HypercallInit;
import dev.zendo.hypercalls.domctl.MaxMem;
import dev.zendo.hypercalls.domctl.MaxVcpus;
import dev.zendo.hypercalls.domctl.SetDebugging;
import dev.zendo.hypercalls.domctl.SetDomainHandle;
import dev.zendo.hypercalls.domctl.SetTimeOffset;
import dev.zendo.hypercalls.domctl.TscInfo;
import dev.zendo.hypercalls.domctl.VcpuContext;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainManager;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.grant.GrantTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.sched.VcpuSchedule;
import dev.zendo.hypervisor.time.SystemTime;

/** domctl: how the control domain makes and manages domains. */
public final class DomctlCall implements HypercallHandler {
  private static final HostView HOST = HostView.HOST;
  private static final int HANDLE_SIZE = 16;
  private static final int BITS = 64;
  private static final int KIB_TO_PAGES = 2;

  /** Where in the scratch memory a vcpu context is put, behind the domctl. */
  private static final int CONTEXT = 1024;

  /** Elements of a list of pages that are looked at behind the domctl. */
  private static final int PAGES_AT_A_TIME = 512;

  /** Most frames of one getpageframeinfo3. */
  private static final long MOST_PAGES = 1024;

  /** XEN_DOMCTL_PFINFO_XTAB. */
  private static final long NO_PAGE = 0xfL << 28;

  private final Domains domains;
  private final DomainManager manager;
  private final Scheduler scheduler;
  private final VcpuContexts contexts;
  private final HypercallPage hypercallPage;
  private final DomainInfos infos;
  private final SchedulerControl schedulerControl;

  private final DomainMemory memory;
  private final VcpuStates states;
  private final ProcessorStates processorStates;
  private final WriteLogControl writeLog;

  /** A handler over the parts of a machine. */
  public DomctlCall(
      Domains domains,
      DomainManager manager,
      Scheduler scheduler,
      VcpuContexts contexts,
      HypercallPage hypercallPage,
      DomainMemory memory) {
    this.domains = domains;
    this.manager = manager;
    this.scheduler = scheduler;
    this.contexts = contexts;
    this.hypercallPage = hypercallPage;
    this.infos = new DomainInfos(scheduler);
    this.schedulerControl = new SchedulerControl(scheduler);
    this.memory = memory;
    this.states = new VcpuStates(manager);
    this.writeLog = new WriteLogControl(manager, memory);
    this.processorStates = new ProcessorStates(manager);
  }

  /** Installs the handler. */
  public void register(HypercallTable table) {
    table.register(Hypercalls.DOMCTL, this);
  }

  @Override
  public long handle(Vcpu v, long pointer, long a2, long a3, long a4, long a5) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, Domctl.LAYOUT)) {
      return -EFAULT;
    }
    if (Domctl.INTERFACE_VERSION.get(HOST, at) != DomctlVersion.INTERFACE_VERSION) {
      return -EACCES;
    }
    int command = Domctl.CMD.get(HOST, at);
    if (command == DomctlOp.CREATEDOMAIN) {
      return v.domain().privileged() ? answer(v, pointer, create(at)) : -EPERM;
    }
    int id = Domctl.DOMAIN.get(HOST, at);
    Domain domain = find(v, command, id);
    if (domain == null) {
      return command == DomctlOp.GETDOMAININFO && id >= Domains.FIRST_RESERVED ? -EINVAL : -ESRCH;
    }
    if (!v.domain().privileged()) {
      return DomctlRefusals.answer(domain, command, at);
    }
    long result = control(v, domain, command, at);
    return answers(command) ? answer(v, pointer, result) : result;
  }

  private static long answer(Vcpu v, long pointer, long result) {
    if (result < 0) {
      return result;
    }
    return Arguments.write(v, pointer, Domctl.LAYOUT) ? result : -EFAULT;
  }

  private static boolean answers(int command) {
    return switch (command) {
      case DomctlOp.GETDOMAININFO,
          DomctlOp.GETVCPUINFO,
          DomctlOp.GET_ADDRESS_SIZE,
          DomctlOp.SCHEDULER_OP,
          DomctlOp.GETVCPUCONTEXT,
          DomctlOp.GET_EXT_VCPUCONTEXT,
          DomctlOp.GET_VCPU_MSRS,
          DomctlOp.GETVCPUEXTSTATE,
          DomctlOp.GETTSCINFO,
          DomctlOp.SHADOW_OP ->
          true;
      default -> false;
    };
  }

  /** A domain may name itself by DOMID_SELF only if it controls others. */
  private Domain find(Vcpu v, int command, int id) {
    if (command == DomctlOp.GETDOMAININFO) {
      return next(id);
    }
    return id == Domid.SELF && v.domain().privileged() ? v.domain() : domains.get(id);
  }

  /** The domain with a number or the first one after it. */
  private Domain next(int from) {
    for (int id = from; id < Domains.FIRST_RESERVED; id++) {
      Domain domain = domains.get(id);
      if (domain != null) {
        return domain;
      }
    }
    return null;
  }

  private long control(Vcpu v, Domain domain, int command, long at) {
    boolean own = domain == v.domain();
    switch (command) {
      case DomctlOp.DESTROYDOMAIN:
        if (own) {
          return -EINVAL;
        }
        manager.destroy(domain);
        return 0;
      case DomctlOp.PAUSEDOMAIN:
        return own ? -EINVAL : manager.pause(domain, v);
      case DomctlOp.UNPAUSEDOMAIN:
        return own ? -EINVAL : manager.unpause(domain);
      case DomctlOp.RESUMEDOMAIN:
        if (own) {
          return -EINVAL;
        }
        manager.resume(domain);
        return 0;
      case DomctlOp.GETDOMAININFO:
        infos.fill(domain, Domctl.GETDOMAININFO.at(at));
        Domctl.DOMAIN.set(HOST, at, domain.id());
        return 0;
      case DomctlOp.MAX_MEM:
        domain.maxPages(MaxMem.MAX_MEMKB.get(HOST, Domctl.MAX_MEM.at(at)) >>> KIB_TO_PAGES);
        return 0;
      case DomctlOp.MAX_VCPUS:
        return maxVcpus(domain, MaxVcpus.MAX.get(HOST, Domctl.MAX_VCPUS.at(at)));
      case DomctlOp.SETVCPUCONTEXT:
        return setContext(v, domain, Domctl.VCPUCONTEXT.at(at));
      case DomctlOp.GETVCPUCONTEXT:
        return getContext(v, domain, Domctl.VCPUCONTEXT.at(at));
      case DomctlOp.GETVCPUINFO:
        return vcpuInfo(domain, Domctl.GETVCPUINFO.at(at));
      case DomctlOp.SETDOMAINHANDLE:
        byte[] handle = new byte[HANDLE_SIZE];
        SetDomainHandle.HANDLE.get(HOST, Domctl.SETDOMAINHANDLE.at(at), handle);
        domain.handle(handle);
        return 0;
      case DomctlOp.HYPERCALL_INIT:
        long frame = HypercallInit.GMFN.get(HOST, Domctl.HYPERCALL_INIT.at(at));
        return hypercallPage.install(domain, frame) ? 0 : -EACCES;
      case DomctlOp.SET_ADDRESS_SIZE:
        return AddressSize.SIZE.get(HOST, Domctl.ADDRESS_SIZE.at(at)) == BITS ? 0 : -EINVAL;
      case DomctlOp.GET_ADDRESS_SIZE:
        AddressSize.SIZE.set(HOST, Domctl.ADDRESS_SIZE.at(at), BITS);
        return 0;
      case DomctlOp.SCHEDULER_OP:
        return schedulerControl.share(domain, Domctl.SCHEDULER_OP.at(at));
      case DomctlOp.SETVCPUAFFINITY:
      case DomctlOp.GETVCPUAFFINITY:
        boolean set = command == DomctlOp.SETVCPUAFFINITY;
        return schedulerControl.affinity(v, domain, Domctl.VCPUAFFINITY.at(at), set);
      case DomctlOp.GETPAGEFRAMEINFO3:
        return pageInfo(v, domain, Domctl.GETPAGEFRAMEINFO3.at(at));
      case DomctlOp.SHADOW_OP:
        return own ? -EINVAL : writeLog.control(v, domain, Domctl.SHADOW_OP.at(at));
      case DomctlOp.GET_EXT_VCPUCONTEXT:
        return states.getExtended(v, domain, Domctl.EXT_VCPUCONTEXT.at(at));
      case DomctlOp.SET_EXT_VCPUCONTEXT:
        return states.setExtended(v, domain, Domctl.EXT_VCPUCONTEXT.at(at));
      case DomctlOp.GETVCPUEXTSTATE:
        return processorStates.get(v, domain, Domctl.VCPUEXTSTATE.at(at));
      case DomctlOp.SETVCPUEXTSTATE:
        return processorStates.set(v, domain, Domctl.VCPUEXTSTATE.at(at));
      case DomctlOp.GET_VCPU_MSRS:
        return states.getMsrs(v, domain, Domctl.VCPU_MSRS.at(at));
      case DomctlOp.SET_VCPU_MSRS:
        return states.setMsrs(v, domain, Domctl.VCPU_MSRS.at(at));
      case DomctlOp.SENDTRIGGER:
        return VcpuStates.trigger(domain, Domctl.SENDTRIGGER.at(at));
      case DomctlOp.GETTSCINFO:
        return own ? -EINVAL : counterInfo(Domctl.TSC_INFO.at(at));
      case DomctlOp.SETTIMEOFFSET:
        long offset = SetTimeOffset.TIME_OFFSET_SECONDS.get(HOST, Domctl.SETTIMEOFFSET.at(at));
        manager.setTimeOffset(domain, offset);
        return 0;
      case DomctlOp.SETDEBUGGING:
        if (own) {
          return -EINVAL;
        }
        domain.debugged(SetDebugging.ENABLE.get(HOST, Domctl.SETDEBUGGING.at(at)) != 0);
        return 0;
      case DomctlOp.IOPORT_PERMISSION:
        return DevicePermissions.ports(Domctl.IOPORT_PERMISSION.at(at));
      case DomctlOp.IOMEM_PERMISSION:
        return DevicePermissions.memory(Domctl.IOMEM_PERMISSION.at(at));
      case DomctlOp.IRQ_PERMISSION:
        return DevicePermissions.interrupt(Domctl.IRQ_PERMISSION.at(at));
      case DomctlOp.SETTSCINFO:
        return 0;
      default:
        return -ENOSYS;
    }
  }

  /** The kind of each frame of a list, in place. */
  private long pageInfo(Vcpu v, Domain domain, long spec) {
    long count = GetPageFrameInfo3.NUM.get(HOST, spec);
    if (Long.compareUnsigned(count, MOST_PAGES) > 0) {
      return -E2BIG;
    }
    long list = GetPageFrameInfo3.ARRAY.get(HOST, spec);
    long elements = v.scratch() + CONTEXT;
    for (int done = 0; done < count; done += PAGES_AT_A_TIME) {
      long pointer = list + 8L * done;
      int some = (int) Math.min(PAGES_AT_A_TIME, count - done);
      if (!v.guest().read(pointer, elements, some * Long.BYTES)) {
        return -EFAULT;
      }
      for (long element = elements; element < elements + 8L * some; element += Long.BYTES) {
        int kind = memory.frameKind(domain, HostMemory.getLong(element));
        HostMemory.putLong(element, kind == DomainMemory.NOT_OWNED ? NO_PAGE : (long) kind << 28);
      }
      if (!v.guest().write(pointer, elements, some * Long.BYTES)) {
        return -EFAULT;
      }
    }
    return 0;
  }

  /** The time stamp counter counts nanoseconds since the machine started, for everybody. */
  private long counterInfo(long spec) {
    HostMemory.fill(spec, TscInfo.LAYOUT.size(), (byte) 0);
    TscInfo.GTSC_KHZ.set(HOST, spec, SystemTime.TSC_KHZ);
    TscInfo.ELAPSED_NSEC.set(HOST, spec, manager.nanos());
    return 0;
  }

  private long create(long at) {
    long spec = Domctl.CREATEDOMAIN.at(at);
    int vcpus = CreateDomain.MAX_VCPUS.get(HOST, spec);
    int flags = CreateDomain.FLAGS.get(HOST, spec);
    int grantFrames = CreateDomain.MAX_GRANT_FRAMES.get(HOST, spec);
    if (vcpus < 1 || vcpus > Domain.MAX_VCPUS || (flags & CreateFlags.HVM) != 0) {
      return -EINVAL;
    }
    if (grantFrames == 0 || grantFrames > GrantTable.MAX_FRAMES) {
      return -EINVAL;
    }
    int id = Domctl.DOMAIN.get(HOST, at);
    if (id == 0 || id >= Domid.FIRST_RESERVED) {
      id = manager.freeId();
    } else if (domains.get(id) != null) {
      return -EEXIST;
    }
    if (id < 0) {
      return -ENOMEM;
    }
    byte[] handle = new byte[HANDLE_SIZE];
    CreateDomain.HANDLE.get(HOST, spec, handle);
    Domain domain = new Domain(id, handle, false, false);
    domain.maxVcpus(vcpus);
    domain.events().maxPort(CreateDomain.MAX_EVTCHN_PORT.get(HOST, spec));
    domain.maxGrantFrames(grantFrames);
    long result = manager.create(domain);
    Domctl.DOMAIN.set(HOST, at, id);
    return result == -EBUSY ? -EEXIST : result;
  }

  private long maxVcpus(Domain domain, int count) {
    return count == domain.maxVcpus() ? manager.addVcpus(domain, count) : -EINVAL;
  }

  private long setContext(Vcpu v, Domain domain, long spec) {
    Vcpu target = domain.vcpu(VcpuContext.VCPU.getUnsigned(HOST, spec));
    if (domain == v.domain() || target == null) {
      return -EINVAL;
    }
    long context = v.scratch() + CONTEXT;
    int size = VcpuGuestContext.LAYOUT.size();
    if (VcpuContext.CTXT.get(HOST, spec) == 0) {
      return resetVcpu(domain, target, v);
    }
    if (!v.guest().read(VcpuContext.CTXT.get(HOST, spec), context, size)) {
      return -EFAULT;
    }
    long result = manager.pause(domain, v);
    if (result != 0) {
      return result;
    }
    result = contexts.load(target, context);
    if (result == 0) {
      if (VcpuContexts.online(context)) {
        scheduler.up(target);
      } else {
        scheduler.down(target);
      }
    }
    manager.unpause(domain);
    return result;
  }

  private long resetVcpu(Domain domain, Vcpu target, Vcpu caller) {
    long result = manager.pause(domain, caller);
    if (result == 0) {
      scheduler.down(target);
      contexts.clear(target);
      manager.unpause(domain);
    }
    return result;
  }

  private long getContext(Vcpu v, Domain domain, long spec) {
    Vcpu target = domain.vcpu(VcpuContext.VCPU.getUnsigned(HOST, spec));
    if (domain == v.domain()) {
      return -EINVAL;
    }
    if (target == null) {
      return -ESRCH;
    }
    if (!target.initialised()) {
      return -ENODATA;
    }
    long pointer = VcpuContext.CTXT.get(HOST, spec);
    long result = manager.pause(domain, v);
    if (result != 0) {
      return result;
    }
    long context = v.scratch() + CONTEXT;
    contexts.store(target, context);
    manager.unpause(domain);
    return v.guest().write(pointer, context, VcpuGuestContext.LAYOUT.size()) ? 0 : -EFAULT;
  }

  private long vcpuInfo(Domain domain, long spec) {
    Vcpu target = domain.vcpu(GetVcpuInfo.VCPU.getUnsigned(HOST, spec));
    if (target == null) {
      return -ESRCH;
    }
    long[] state = new long[6];
    scheduler.runstate(target, state);
    GetVcpuInfo.ONLINE.set(HOST, spec, target.schedule().up() ? 1 : 0);
    GetVcpuInfo.BLOCKED.set(HOST, spec, target.schedule().blocked() ? 1 : 0);
    GetVcpuInfo.RUNNING.set(HOST, spec, scheduler.running(target) ? 1 : 0);
    GetVcpuInfo.CPU_TIME.set(HOST, spec, state[2 + VcpuSchedule.RUNNING]);
    GetVcpuInfo.CPU.set(HOST, spec, target.schedule().lastProcessor());
    return 0;
  }
}

package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EEXIST;
import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOENT;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.ENXIO;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypercalls.vcpu.RegisterRunstateArea;
import dev.zendo.hypercalls.vcpu.RegisterTimeArea;
import dev.zendo.hypercalls.vcpu.RegisterVcpuInfo;
import dev.zendo.hypercalls.vcpu.RunstateInfo;
import dev.zendo.hypercalls.vcpu.SetPeriodicTimer;
import dev.zendo.hypercalls.vcpu.SetSingleshotTimer;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypercalls.vcpu.VcpuOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Lifecycle;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.time.SystemTime;

/** vcpu_op: vcpus of the caller's own domain. */
public final class VcpuCalls {
  private static final HostView HOST = HostView.HOST;
  private static final long SHORTEST_PERIOD = 1_000_000;
  private static final long LONGEST_PERIOD = (1L << 56) - 1;
  private static final int INFO_SIZE = 64;

  private final Scheduler scheduler;
  private final VcpuContexts contexts;
  private final DomainMemory memory;
  private final MachineMemory machine;
  private final SystemTime time;

  private VcpuCalls(
      Scheduler scheduler,
      VcpuContexts contexts,
      DomainMemory memory,
      MachineMemory machine,
      SystemTime time) {
    this.scheduler = scheduler;
    this.contexts = contexts;
    this.memory = memory;
    this.machine = machine;
    this.time = time;
  }

  /** Installs the handler. */
  public static void register(
      HypercallTable table,
      Scheduler scheduler,
      VcpuContexts contexts,
      DomainMemory memory,
      MachineMemory machine,
      SystemTime time) {
    VcpuCalls calls = new VcpuCalls(scheduler, contexts, memory, machine, time);
    table.register(
        Hypercalls.VCPU_OP, (v, a1, a2, a3, a4, a5) -> calls.op(v, (int) a1, (int) a2, a3));
  }

  private long op(Vcpu v, int command, int id, long pointer) {
    Vcpu target = v.domain().vcpu(Integer.toUnsignedLong(id));
    if (target == null) {
      return -ENOENT;
    }
    return switch (command) {
      case VcpuOp.INITIALISE -> initialise(v, target, pointer);
      case VcpuOp.UP -> up(target);
      case VcpuOp.DOWN -> down(target);
      case VcpuOp.IS_UP -> target.schedule().up() ? 1 : 0;
      case VcpuOp.GET_RUNSTATE_INFO -> getRunstate(v, target, pointer);
      case VcpuOp.REGISTER_RUNSTATE_MEMORY_AREA -> registerRunstate(v, target, pointer);
      case VcpuOp.SET_PERIODIC_TIMER -> setPeriodic(v, target, pointer);
      case VcpuOp.STOP_PERIODIC_TIMER -> {
        target.time().setPeriod(0);
        yield 0;
      }
      case VcpuOp.SET_SINGLESHOT_TIMER -> setSingleshot(v, target, pointer);
      case VcpuOp.STOP_SINGLESHOT_TIMER -> stopSingleshot(v, target);
      case VcpuOp.REGISTER_VCPU_INFO -> registerInfo(v, target, pointer);
      case VcpuOp.SEND_NMI -> sendNmi(target, pointer);
      case VcpuOp.GET_PHYSID -> -EINVAL;
      case VcpuOp.REGISTER_VCPU_TIME_MEMORY_AREA -> registerTime(v, target, pointer);
      default -> -ENOSYS;
    };
  }

  private long initialise(Vcpu v, Vcpu target, long pointer) {
    if (target.vcpuInfo() == target.privateVcpuInfo()) {
      return -EINVAL;
    }
    if (!Arguments.read(v, pointer, VcpuGuestContext.LAYOUT)) {
      return -EFAULT;
    }
    synchronized (target) {
      if (target.initialised()) {
        return -EEXIST;
      }
      long result = contexts.load(target, v.scratch());
      if (result == 0 && VcpuContexts.online(v.scratch())) {
        scheduler.up(target);
      }
      return result;
    }
  }

  private long up(Vcpu target) {
    if (!target.initialised()) {
      return -EINVAL;
    }
    scheduler.up(target);
    return 0;
  }

  private long down(Vcpu target) {
    Domain domain = target.domain();
    boolean last = true;
    for (int i = 0; i < domain.vcpuCount(); i++) {
      last &= domain.vcpu(i) == target || !domain.vcpu(i).schedule().up();
    }
    if (last) {
      domain.lifecycle().shutdown(domain, Lifecycle.POWEROFF);
    } else {
      scheduler.down(target);
    }
    return 0;
  }

  private long getRunstate(Vcpu v, Vcpu target, long pointer) {
    runstate(target, v.scratch());
    return Arguments.write(v, pointer, RunstateInfo.LAYOUT) ? 0 : -EFAULT;
  }

  private void runstate(Vcpu target, long at) {
    long[] state = new long[6];
    scheduler.runstate(target, state);
    SystemTime.fillRunstate(at, state);
  }

  private long registerRunstate(Vcpu v, Vcpu target, long pointer) {
    if (!Arguments.read(v, pointer, RegisterRunstateArea.LAYOUT)) {
      return -EFAULT;
    }
    long area = RegisterRunstateArea.ADDR.get(HOST, v.scratch());
    if (!reachable(area, RunstateInfo.LAYOUT.size())) {
      return -EFAULT;
    }
    target.time().runstateArea(area);
    runstate(target, v.scratch());
    v.guest().write(area, v.scratch(), RunstateInfo.LAYOUT.size());
    return 0;
  }

  private static long setPeriodic(Vcpu v, Vcpu target, long pointer) {
    if (!Arguments.read(v, pointer, SetPeriodicTimer.LAYOUT)) {
      return -EFAULT;
    }
    long period = SetPeriodicTimer.PERIOD_NS.get(HOST, v.scratch());
    if (period < SHORTEST_PERIOD || period > LONGEST_PERIOD) {
      return -EINVAL;
    }
    target.time().setPeriod(period);
    return 0;
  }

  private static long setSingleshot(Vcpu v, Vcpu target, long pointer) {
    if (target != v) {
      return -EINVAL;
    }
    if (!Arguments.read(v, pointer, SetSingleshotTimer.LAYOUT)) {
      return -EFAULT;
    }
    v.time().setSingleshot(SetSingleshotTimer.TIMEOUT_ABS_NS.get(HOST, v.scratch()));
    return 0;
  }

  private static long stopSingleshot(Vcpu v, Vcpu target) {
    if (target != v) {
      return -EINVAL;
    }
    v.time().stopSingleshot();
    return 0;
  }

  /** Moves a vcpu_info; whatever might get lost on the way is raised once more. */
  private long registerInfo(Vcpu v, Vcpu target, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, RegisterVcpuInfo.LAYOUT)) {
      return -EFAULT;
    }
    long mfn = RegisterVcpuInfo.MFN.get(HOST, at);
    long offset = RegisterVcpuInfo.OFFSET.getUnsigned(HOST, at);
    if (offset > MachineMemory.FRAME_SIZE - INFO_SIZE || (offset & 7) != 0) {
      return -ENXIO;
    }
    synchronized (target) {
      boolean mayMove = target == v || !target.schedule().up();
      if (target.vcpuInfoMfn() >= 0 || !mayMove || v.domain().translated()) {
        return -EINVAL;
      }
      if (memory.acquireWritable(v.domain(), mfn) != 0) {
        return -EINVAL;
      }
      long info = machine.address(mfn) + offset;
      HostMemory.copy(target.vcpuInfo(), info, INFO_SIZE);
      target.vcpuInfo(info);
      target.vcpuInfoMfn(mfn);
    }
    HostMemory.fullFence();
    HostMemory.putLong(target.vcpuInfo() + VcpuInfo.EVTCHN_PENDING_SEL.offset(), -1);
    target.markEventPending();
    time.update(target);
    return 0;
  }

  private static long sendNmi(Vcpu target, long pointer) {
    if (pointer != 0) {
      return -EINVAL;
    }
    if (!target.traps().nmiPending()) {
      target.traps().nmiPending(true);
      target.kick();
    }
    return 0;
  }

  private long registerTime(Vcpu v, Vcpu target, long pointer) {
    if (!Arguments.read(v, pointer, RegisterTimeArea.LAYOUT)) {
      return -EFAULT;
    }
    long area = RegisterTimeArea.ADDR.get(HOST, v.scratch());
    if (!reachable(area, INFO_SIZE / 2)) {
      return -EFAULT;
    }
    target.time().timeArea(area);
    time.update(target);
    if (target == v) {
      time.updateSecondary(v);
    }
    return 0;
  }

  private static boolean reachable(long area, int size) {
    return Arguments.addressable(area) && Arguments.addressable(area + size - 1);
  }
}

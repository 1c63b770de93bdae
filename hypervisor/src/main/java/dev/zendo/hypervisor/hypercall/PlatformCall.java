package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EACCES;
import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.platform.PcpuInfo;
import dev.zendo.hypercalls.platform.PcpuVersion;
import dev.zendo.hypercalls.platform.PlatformCommand;
import dev.zendo.hypercalls.platform.PlatformOp;
import dev.zendo.hypercalls.platform.PlatformVersion;
import dev.zendo.hypercalls.platform.SetTime64;
import dev.zendo.hypervisor.domain.DomainManager;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.trap.CpuidPolicy;
import java.nio.charset.StandardCharsets;

/** platform_op: what a control domain may ask of, and tell, the machine. */
public final class PlatformCall implements HypercallHandler {
  private static final HostView HOST = HostView.HOST;
  private static final int ONLINE = 1;
  private static final int INVALID = 2;
  private static final byte[] VENDOR = "GenuineIntel".getBytes(StandardCharsets.US_ASCII);

  private final DomainManager manager;
  private final Scheduler scheduler;

  private PlatformCall(DomainManager manager, Scheduler scheduler) {
    this.manager = manager;
    this.scheduler = scheduler;
  }

  /** Installs the handler. */
  public static void register(HypercallTable table, DomainManager manager, Scheduler scheduler) {
    table.register(Hypercalls.PLATFORM_OP, new PlatformCall(manager, scheduler));
  }

  @Override
  public long handle(Vcpu v, long pointer, long a2, long a3, long a4, long a5) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, PlatformOp.LAYOUT)) {
      return -EFAULT;
    }
    if (PlatformOp.INTERFACE_VERSION.get(HOST, at) != PlatformVersion.INTERFACE_VERSION) {
      return -EACCES;
    }
    if (!v.domain().privileged()) {
      return -EPERM;
    }
    long result =
        switch (PlatformOp.CMD.get(HOST, at)) {
          case PlatformCommand.SETTIME64 -> setTime(PlatformOp.SETTIME64.at(at));
          case PlatformCommand.GET_CPUINFO -> cpuInfo(PlatformOp.PCPU_INFO.at(at));
          case PlatformCommand.GET_CPU_VERSION -> cpuVersion(PlatformOp.PCPU_VERSION.at(at));
          default -> -ENOSYS;
        };
    if (result < 0) {
      return result;
    }
    return Arguments.write(v, pointer, PlatformOp.LAYOUT) ? result : -EFAULT;
  }

  private long setTime(long at) {
    if (SetTime64.MBZ.get(HOST, at) != 0) {
      return -EINVAL;
    }
    long seconds = SetTime64.SECS.get(HOST, at);
    long nanos = SetTime64.NSECS.getUnsigned(HOST, at);
    manager.setWallClock(seconds, nanos, SetTime64.SYSTEM_TIME.get(HOST, at));
    return 0;
  }

  private boolean exists(long processor) {
    return processor < scheduler.processors();
  }

  private long cpuInfo(long at) {
    long processor = PcpuInfo.XEN_CPUID.getUnsigned(HOST, at);
    PcpuInfo.FLAGS.set(HOST, at, exists(processor) ? ONLINE : INVALID);
    if (exists(processor)) {
      PcpuInfo.APIC_ID.set(HOST, at, (int) processor);
      PcpuInfo.ACPI_ID.set(HOST, at, (int) processor);
    }
    PcpuInfo.MAX_PRESENT.set(HOST, at, scheduler.processors() - 1);
    return 0;
  }

  private long cpuVersion(long at) {
    long processor = PcpuVersion.XEN_CPUID.getUnsigned(HOST, at);
    HostMemory.fill(at + PcpuVersion.VENDOR_ID.offset(), VENDOR.length, (byte) 0);
    boolean exists = exists(processor);
    if (exists) {
      PcpuVersion.VENDOR_ID.set(HOST, at, VENDOR);
    }
    int signature = exists ? CpuidPolicy.SIGNATURE : 0;
    PcpuVersion.FAMILY.set(HOST, at, signature >>> 8 & 0xf);
    PcpuVersion.MODEL.set(HOST, at, signature >>> 4 & 0xf | signature >>> 12 & 0xf0);
    PcpuVersion.STEPPING.set(HOST, at, signature & 0xf);
    PcpuVersion.MAX_PRESENT.set(HOST, at, scheduler.processors() - 1);
    return 0;
  }
}

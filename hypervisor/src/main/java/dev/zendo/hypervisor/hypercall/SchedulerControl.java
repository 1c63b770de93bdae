package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ESRCH;

import dev.zendo.hypercalls.domctl.AffinityFlags;
import dev.zendo.hypercalls.domctl.Bitmap;
import dev.zendo.hypercalls.domctl.SchedCredit;
import dev.zendo.hypercalls.domctl.SchedulerCommand;
import dev.zendo.hypercalls.domctl.SchedulerId;
import dev.zendo.hypercalls.domctl.SchedulerOp;
import dev.zendo.hypercalls.domctl.VcpuAffinity;
import dev.zendo.hypercalls.sysctl.CreditLimits;
import dev.zendo.hypercalls.sysctl.CreditSchedule;
import dev.zendo.hypercalls.sysctl.SystemSchedulerCommand;
import dev.zendo.hypercalls.sysctl.SystemSchedulerOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.sched.Scheduler;

/**
 * What a toolstack sets in the scheduler: shares of domains, affinities of vcpus, the scheduler's
 * own parameters. The arguments are at host addresses; the answers go there.
 */
final class SchedulerControl {
  private static final HostView HOST = HostView.HOST;
  private static final int UNCHANGED_CAP = 0xffff;
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;

  private final Scheduler scheduler;

  SchedulerControl(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** XEN_DOMCTL_scheduler_op; as Xen's credit scheduler, without parameters of single vcpus. */
  long share(Domain domain, long op) {
    if (SchedulerOp.SCHED_ID.get(HOST, op) != SchedulerId.CREDIT) {
      return -EINVAL;
    }
    long credit = SchedulerOp.CREDIT.at(op);
    switch (SchedulerOp.CMD.get(HOST, op)) {
      case SchedulerCommand.PUTINFO:
        int weight = SchedCredit.WEIGHT.get(HOST, credit) & 0xffff;
        int cap = SchedCredit.CAP.get(HOST, credit) & 0xffff;
        scheduler.share(
            domain,
            weight == 0 ? domain.share().weight() : weight,
            cap == UNCHANGED_CAP ? domain.share().cap() : cap);
        return 0;
      case SchedulerCommand.GETINFO:
        SchedCredit.WEIGHT.set(HOST, credit, (short) domain.share().weight());
        SchedCredit.CAP.set(HOST, credit, (short) domain.share().cap());
        return 0;
      default:
        return -EINVAL;
    }
  }

  /**
   * XEN_DOMCTL_setvcpuaffinity and getvcpuaffinity.
   *
   * @param v the caller, in whose memory the bitmaps are
   */
  long affinity(Vcpu v, Domain domain, long op, boolean set) {
    long number = VcpuAffinity.VCPU.getUnsigned(HOST, op);
    if (number >= domain.maxVcpus()) {
      return -EINVAL;
    }
    Vcpu target = domain.vcpu(number);
    if (target == null) {
      return -ESRCH;
    }
    int flags = VcpuAffinity.FLAGS.get(HOST, op);
    boolean hard = (flags & AffinityFlags.HARD) != 0;
    boolean soft = (flags & AffinityFlags.SOFT) != 0;
    long hardMap = VcpuAffinity.CPUMAP_HARD.at(op);
    long softMap = VcpuAffinity.CPUMAP_SOFT.at(op);
    if (flags == 0 || hard && missing(hardMap) || soft && missing(softMap)) {
      return -EINVAL;
    }
    if (set) {
      long result = setAffinity(v, target, hard ? hardMap : 0, soft ? softMap : 0);
      if (result != 0) {
        return result;
      }
    }
    long hardBits = target.schedule().hardAffinity();
    long softBits = target.schedule().softAffinity();
    return (!hard || write(v, hardMap, hardBits))
            && (!soft || write(v, softMap, set ? softBits & hardBits : softBits))
        ? 0
        : -EFAULT;
  }

  private long setAffinity(Vcpu v, Vcpu target, long hardMap, long softMap) {
    long room = v.scratch() + Vcpu.SCRATCH_SIZE - 2 * Long.BYTES;
    HostMemory.putLong(room, target.schedule().hardAffinity());
    HostMemory.putLong(room + Long.BYTES, target.schedule().softAffinity());
    if (hardMap != 0 && !read(v, hardMap, room)
        || softMap != 0 && !read(v, softMap, room + Long.BYTES)) {
      return -EFAULT;
    }
    long hard = HostMemory.getLong(room);
    long soft = HostMemory.getLong(room + Long.BYTES);
    if ((hard & scheduler.processorMask()) == 0 || softMap != 0 && soft == 0) {
      return -EINVAL;
    }
    scheduler.affinity(target, hard, soft);
    return 0;
  }

  private static boolean missing(long map) {
    return Bitmap.BITMAP.get(HOST, map) == 0;
  }

  private static long bytes(long map) {
    return (Bitmap.NR_BITS.getUnsigned(HOST, map) + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** Reads the bits that stand for processors; those that the caller does not name are clear. */
  private boolean read(Vcpu v, long map, long to) {
    HostMemory.putLong(to, 0);
    int size = (int) Math.min(bytes(map), Long.BYTES);
    if (size != 0 && !v.guest().read(Bitmap.BITMAP.get(HOST, map), to, size)) {
      return false;
    }
    long bits = Bitmap.NR_BITS.getUnsigned(HOST, map);
    long named = bits >= Long.SIZE ? -1 : (1L << bits) - 1;
    HostMemory.putLong(to, HostMemory.getLong(to) & named & scheduler.processorMask());
    return true;
  }

  /** Writes as much as the caller has room for; as Xen does, the last byte of more room is 0. */
  private boolean write(Vcpu v, long map, long bits) {
    long room = v.scratch() + Vcpu.SCRATCH_SIZE - Long.BYTES;
    long pointer = Bitmap.BITMAP.get(HOST, map);
    long size = bytes(map);
    int used = (scheduler.processors() + Byte.SIZE - 1) / Byte.SIZE;
    if (size > used) {
      HostMemory.putLong(room, 0);
      if (!v.guest().write(pointer + size - 1, room, 1)) {
        return false;
      }
    }
    int copied = (int) Math.min(size, used);
    HostMemory.putLong(room, bits & scheduler.processorMask());
    return copied == 0 || v.guest().write(pointer, room, copied);
  }

  /** XEN_SYSCTL_scheduler_op. There is one pool of processors, number 0. */
  long parameters(long op) {
    int command = SystemSchedulerOp.CMD.get(HOST, op);
    if (command != SystemSchedulerCommand.PUTINFO && command != SystemSchedulerCommand.GETINFO) {
      return -EINVAL;
    }
    if (SystemSchedulerOp.CPUPOOL_ID.get(HOST, op) != 0) {
      return -ESRCH;
    }
    if (SystemSchedulerOp.SCHED_ID.get(HOST, op) != SchedulerId.CREDIT) {
      return -EINVAL;
    }
    long credit = SystemSchedulerOp.SCHED_CREDIT.at(op);
    if (command == SystemSchedulerCommand.PUTINFO) {
      long slice = CreditSchedule.TSLICE_MS.getUnsigned(HOST, credit);
      long rateLimit = CreditSchedule.RATELIMIT_US.getUnsigned(HOST, credit);
      long delay = CreditSchedule.VCPU_MIGR_DELAY_US.getUnsigned(HOST, credit);
      if (!valid(slice, rateLimit) || delay > CreditLimits.CSCHED_MGR_DLY_MAX_US) {
        return -EINVAL;
      }
      scheduler.timing(slice * MILLI, rateLimit * MICRO);
    }
    CreditSchedule.TSLICE_MS.set(HOST, credit, (int) (scheduler.slice() / MILLI));
    CreditSchedule.RATELIMIT_US.set(HOST, credit, (int) (scheduler.rateLimit() / MICRO));
    CreditSchedule.VCPU_MIGR_DELAY_US.set(HOST, credit, 0);
    return 0;
  }

  private static boolean valid(long sliceMillis, long rateLimitMicros) {
    return sliceMillis >= CreditLimits.CSCHED_TSLICE_MIN
        && sliceMillis <= CreditLimits.CSCHED_TSLICE_MAX
        && (rateLimitMicros == 0
            || rateLimitMicros >= CreditLimits.SCHED_RATELIMIT_MIN
                && rateLimitMicros <= CreditLimits.SCHED_RATELIMIT_MAX)
        && rateLimitMicros * MICRO <= sliceMillis * MILLI;
  }
}

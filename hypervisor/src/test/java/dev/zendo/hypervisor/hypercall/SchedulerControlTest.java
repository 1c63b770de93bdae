package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.EPERM;
import static dev.zendo.hypercalls.Errno.ESRCH;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.AffinityFlags;
import dev.zendo.hypercalls.domctl.Bitmap;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.DomctlVersion;
import dev.zendo.hypercalls.domctl.SchedCredit;
import dev.zendo.hypercalls.domctl.SchedulerCommand;
import dev.zendo.hypercalls.domctl.SchedulerId;
import dev.zendo.hypercalls.domctl.SchedulerOp;
import dev.zendo.hypercalls.domctl.VcpuAffinity;
import dev.zendo.hypercalls.sysctl.CreditSchedule;
import dev.zendo.hypercalls.sysctl.SchedId;
import dev.zendo.hypercalls.sysctl.Sysctl;
import dev.zendo.hypercalls.sysctl.SysctlOp;
import dev.zendo.hypercalls.sysctl.SysctlVersion;
import dev.zendo.hypercalls.sysctl.SystemSchedulerCommand;
import dev.zendo.hypercalls.sysctl.SystemSchedulerOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a toolstack may set in the scheduler, with Xen's errors. */
class SchedulerControlTest {
  private static final HostView HOST = HostView.HOST;
  private static final long MAP = FakeMemory.BASE + 1024;

  private final TestMachine machine = new TestMachine(3);
  private final Vcpu control = machine.domain(0, 1).vcpu(0);
  private final Domain domain = machine.domain(1, 2);
  private final long at = machine.memory.host(FakeMemory.BASE);

  @AfterEach
  void close() {
    machine.close();
  }

  private long domctl(Vcpu caller, int command) {
    Domctl.CMD.set(HOST, at, command);
    Domctl.INTERFACE_VERSION.set(HOST, at, DomctlVersion.INTERFACE_VERSION);
    Domctl.DOMAIN.set(HOST, at, (short) 1);
    return machine.call(caller, Hypercalls.DOMCTL, FakeMemory.BASE);
  }

  private long share(int command, int weight, int cap) {
    long op = Domctl.SCHEDULER_OP.at(at);
    SchedulerOp.SCHED_ID.set(HOST, op, SchedulerId.CREDIT);
    SchedulerOp.CMD.set(HOST, op, command);
    SchedCredit.WEIGHT.set(HOST, SchedulerOp.CREDIT.at(op), (short) weight);
    SchedCredit.CAP.set(HOST, SchedulerOp.CREDIT.at(op), (short) cap);
    return domctl(control, DomctlOp.SCHEDULER_OP);
  }

  private void assertShare(int weight, int cap) {
    long credit = SchedulerOp.CREDIT.at(Domctl.SCHEDULER_OP.at(at));
    assertEquals(0, share(SchedulerCommand.GETINFO, 1, 1));
    assertEquals(weight, SchedCredit.WEIGHT.get(HOST, credit) & 0xffff);
    assertEquals(cap, SchedCredit.CAP.get(HOST, credit) & 0xffff);
  }

  @Test
  void weightAndCapAreKeptAndMayBeLeftAsTheyAre() {
    assertShare(256, 0);
    assertEquals(0, share(SchedulerCommand.PUTINFO, 512, 25));
    assertShare(512, 25);
    assertEquals(0, share(SchedulerCommand.PUTINFO, 0, 0xffff));
    assertShare(512, 25);
    assertEquals(0, share(SchedulerCommand.PUTINFO, 0xffff, 0));
    assertShare(0xffff, 0);
  }

  @Test
  void otherSchedulersAndSingleVcpusAreRefused() {
    assertEquals(-EINVAL, share(SchedulerCommand.PUTVCPUINFO, 1, 1));
    assertEquals(-EINVAL, share(SchedulerCommand.GETVCPUINFO, 1, 1));
    assertEquals(-EINVAL, share(99, 1, 1));
    share(SchedulerCommand.GETINFO, 1, 1);
    SchedulerOp.SCHED_ID.set(HOST, Domctl.SCHEDULER_OP.at(at), SchedulerId.CREDIT2);
    assertEquals(-EINVAL, domctl(control, DomctlOp.SCHEDULER_OP));
    assertEquals(-EPERM, domctl(domain.vcpu(0), DomctlOp.SCHEDULER_OP));
  }

  private long affinity(int command, int vcpu, int flags, int bits, long map) {
    long op = Domctl.VCPUAFFINITY.at(at);
    VcpuAffinity.VCPU.set(HOST, op, vcpu);
    VcpuAffinity.FLAGS.set(HOST, op, flags);
    for (int i = 0; i < 2; i++) {
      long bitmap = (i == 0 ? VcpuAffinity.CPUMAP_HARD : VcpuAffinity.CPUMAP_SOFT).at(op);
      Bitmap.BITMAP.set(HOST, bitmap, map == 0 ? 0 : map + i * 64L);
      Bitmap.NR_BITS.set(HOST, bitmap, bits);
    }
    return domctl(control, command);
  }

  private long map(int index) {
    return machine.memory.host(MAP + index * 64L);
  }

  @Test
  void affinityIsSetForProcessorsThatExist() {
    HostMemory.putLong(map(0), -1);
    assertEquals(0, affinity(DomctlOp.GETVCPUAFFINITY, 1, AffinityFlags.HARD, 64, MAP));
    assertEquals(7, HostMemory.getByte(map(0)));
    assertEquals(0, HostMemory.getByte(map(0) + 7), "the last byte of more room is 0");
    HostMemory.putLong(map(0), 0xfa);
    HostMemory.putLong(map(1), 0x6);
    int both = AffinityFlags.HARD | AffinityFlags.SOFT;
    assertEquals(0, affinity(DomctlOp.SETVCPUAFFINITY, 1, both, 8, MAP));
    assertEquals(2, HostMemory.getByte(map(0)));
    assertEquals(2, HostMemory.getByte(map(1)), "what both allow");
    assertEquals(0, affinity(DomctlOp.GETVCPUAFFINITY, 1, AffinityFlags.SOFT, 8, MAP));
    assertEquals(6, HostMemory.getByte(map(1)));
    assertEquals(2, domain.vcpu(1).schedule().hardAffinity());
    assertEquals(-1, domain.vcpu(0).schedule().hardAffinity());
  }

  @Test
  void impossibleAffinitiesAreRefused() {
    int set = DomctlOp.SETVCPUAFFINITY;
    HostMemory.putLong(map(0), 8);
    assertEquals(-EINVAL, affinity(set, 0, AffinityFlags.HARD, 8, MAP), "no such processor");
    HostMemory.putLong(map(0), 1);
    assertEquals(-EINVAL, affinity(set, 0, AffinityFlags.HARD, 0, MAP), "no bits");
    assertEquals(-EINVAL, affinity(set, 0, AffinityFlags.HARD, 8, 0), "no bitmap");
    assertEquals(-EINVAL, affinity(set, 0, 0, 8, MAP), "neither hard nor soft");
    assertEquals(-EINVAL, affinity(set, 2, AffinityFlags.HARD, 8, MAP), "no such vcpu");
    assertEquals(-EINVAL, affinity(set, -1, AffinityFlags.HARD, 8, MAP), "no such vcpu");
    assertEquals(-EFAULT, affinity(set, 0, AffinityFlags.HARD, 8, 8), "not in memory");
    assertEquals(-1, domain.vcpu(0).schedule().hardAffinity());
  }

  private long sysctl(int command) {
    Sysctl.CMD.set(HOST, at, command);
    Sysctl.INTERFACE_VERSION.set(HOST, at, SysctlVersion.INTERFACE_VERSION);
    return machine.call(control, Hypercalls.SYSCTL, FakeMemory.BASE);
  }

  private long parameters(int command, int slice, int rateLimit) {
    long op = Sysctl.SCHEDULER_OP.at(at);
    SystemSchedulerOp.CPUPOOL_ID.set(HOST, op, 0);
    SystemSchedulerOp.SCHED_ID.set(HOST, op, SchedulerId.CREDIT);
    SystemSchedulerOp.CMD.set(HOST, op, command);
    long credit = SystemSchedulerOp.SCHED_CREDIT.at(op);
    CreditSchedule.TSLICE_MS.set(HOST, credit, slice);
    CreditSchedule.RATELIMIT_US.set(HOST, credit, rateLimit);
    CreditSchedule.VCPU_MIGR_DELAY_US.set(HOST, credit, 0);
    return sysctl(SysctlOp.SCHEDULER_OP);
  }

  @Test
  void theSchedulerIsTheCreditSchedulerAndHasItsParameters() {
    assertEquals(0, sysctl(SysctlOp.SCHED_ID));
    assertEquals(SchedulerId.CREDIT, SchedId.SCHED_ID.get(HOST, Sysctl.SCHED_ID.at(at)));
    long credit = SystemSchedulerOp.SCHED_CREDIT.at(Sysctl.SCHEDULER_OP.at(at));
    assertEquals(0, parameters(SystemSchedulerCommand.PUTINFO, 30, 1000));
    assertEquals(0, parameters(SystemSchedulerCommand.GETINFO, 0, 0));
    assertEquals(30, CreditSchedule.TSLICE_MS.get(HOST, credit));
    assertEquals(1000, CreditSchedule.RATELIMIT_US.get(HOST, credit));
    assertEquals(0, parameters(SystemSchedulerCommand.PUTINFO, 1, 0));
    for (int[] bad :
        new int[][] {{0, 0}, {1001, 0}, {-1, 0}, {5, 99}, {5, 5001}, {1000, 500_001}}) {
      assertEquals(-EINVAL, parameters(SystemSchedulerCommand.PUTINFO, bad[0], bad[1]));
    }
    assertEquals(-EINVAL, parameters(2, 5, 0));
    parameters(SystemSchedulerCommand.GETINFO, 5, 0);
    SystemSchedulerOp.CPUPOOL_ID.set(HOST, Sysctl.SCHEDULER_OP.at(at), 1);
    assertEquals(-ESRCH, sysctl(SysctlOp.SCHEDULER_OP));
    assertEquals(1_000_000, machine.scheduler.slice());
  }
}

package dev.zendo.dom0.control;

import dev.zendo.hypercalls.domctl.AffinityFlags;
import dev.zendo.hypercalls.domctl.Bitmap;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.GetVcpuInfo;
import dev.zendo.hypercalls.domctl.SchedCredit;
import dev.zendo.hypercalls.domctl.SchedulerCommand;
import dev.zendo.hypercalls.domctl.SchedulerId;
import dev.zendo.hypercalls.domctl.SchedulerOp;
import dev.zendo.hypercalls.domctl.SendTrigger;
import dev.zendo.hypercalls.domctl.Trigger;
import dev.zendo.hypercalls.domctl.VcpuAffinity;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * Vcpus as the control domain manages them, and what they may have of the processors. Thread-safe.
 */
public final class VcpuControl {
  /** Where a bitmap of processors is, behind the domctl structure in the argument area. */
  private static final int BITMAP = 0x1000;

  private final Domctls calls;

  /**
   * State of a vcpu.
   *
   * @param online whether it is up
   * @param blocked whether it waits for something
   * @param running whether it runs at this moment
   * @param cpuNanos processor time it used
   * @param processor where it runs, or ran last
   */
  public record Info(
      boolean online, boolean blocked, boolean running, long cpuNanos, int processor) {}

  /**
   * What a domain may have of the processors.
   *
   * @param weight of each of its vcpus
   * @param cap of all of them, in percent of one processor, 0 for none
   */
  public record Share(int weight, int cap) {}

  VcpuControl(Domctls calls) {
    this.calls = calls;
  }

  /** State of a vcpu. */
  public Info info(int domain, int vcpu) {
    Info[] info = new Info[1];
    calls.run(
        "asking about vcpu " + vcpu + " of",
        DomctlOp.GETVCPUINFO,
        domain,
        at -> GetVcpuInfo.VCPU.set(calls.memory(), Domctl.GETVCPUINFO.at(at), vcpu),
        at -> info[0] = read(Domctl.GETVCPUINFO.at(at)));
    return info[0];
  }

  private Info read(long at) {
    PhysicalMemory memory = calls.memory();
    return new Info(
        GetVcpuInfo.ONLINE.get(memory, at) != 0,
        GetVcpuInfo.BLOCKED.get(memory, at) != 0,
        GetVcpuInfo.RUNNING.get(memory, at) != 0,
        GetVcpuInfo.CPU_TIME.get(memory, at),
        GetVcpuInfo.CPU.get(memory, at));
  }

  /** What a domain may have of the processors. */
  public Share share(int domain) {
    Share[] share = new Share[1];
    calls.run(
        "asking for the share of",
        DomctlOp.SCHEDULER_OP,
        domain,
        at -> beginShare(at, SchedulerCommand.GETINFO),
        at -> {
          PhysicalMemory memory = calls.memory();
          long credit = SchedulerOp.CREDIT.at(Domctl.SCHEDULER_OP.at(at));
          share[0] =
              new Share(
                  SchedCredit.WEIGHT.get(memory, credit) & 0xffff,
                  SchedCredit.CAP.get(memory, credit) & 0xffff);
        });
    return share[0];
  }

  private void beginShare(long at, int command) {
    long op = Domctl.SCHEDULER_OP.at(at);
    SchedulerOp.SCHED_ID.set(calls.memory(), op, SchedulerId.CREDIT);
    SchedulerOp.CMD.set(calls.memory(), op, command);
  }

  /**
   * Sets what it may have of the processors.
   *
   * @param weight of each of its vcpus, 1 to 65535
   * @param cap of all its vcpus, in percent of one processor, 0 for none
   */
  public void share(int domain, int weight, int cap) {
    calls.run(
        "setting the share of",
        DomctlOp.SCHEDULER_OP,
        domain,
        at -> {
          beginShare(at, SchedulerCommand.PUTINFO);
          long credit = SchedulerOp.CREDIT.at(Domctl.SCHEDULER_OP.at(at));
          SchedCredit.WEIGHT.set(calls.memory(), credit, (short) weight);
          SchedCredit.CAP.set(calls.memory(), credit, (short) cap);
        });
  }

  /**
   * Where a vcpu may run.
   *
   * @param hard whether where it must run, rather than where it should
   * @return a bit for each processor
   */
  public long affinity(int domain, int vcpu, boolean hard) {
    long[] bits = new long[1];
    calls.run(
        "asking for the processors of vcpu " + vcpu + " of",
        DomctlOp.GETVCPUAFFINITY,
        domain,
        at -> beginAffinity(at, vcpu, hard, 0),
        at -> bits[0] = calls.memory().getLong(CallGate.ARGUMENTS + BITMAP));
    return bits[0];
  }

  /**
   * Sets where a vcpu may run.
   *
   * @param hard whether where it must run, rather than where it should
   * @param processors a bit for each processor
   */
  public void affinity(int domain, int vcpu, boolean hard, long processors) {
    calls.run(
        "pinning vcpu " + vcpu + " of",
        DomctlOp.SETVCPUAFFINITY,
        domain,
        at -> beginAffinity(at, vcpu, hard, processors));
  }

  private void beginAffinity(long at, int vcpu, boolean hard, long processors) {
    PhysicalMemory memory = calls.memory();
    long bits = calls.gate().clear(BITMAP, Long.BYTES);
    memory.putLong(bits, processors);
    long op = Domctl.VCPUAFFINITY.at(at);
    long map = hard ? VcpuAffinity.CPUMAP_HARD.at(op) : VcpuAffinity.CPUMAP_SOFT.at(op);
    VcpuAffinity.VCPU.set(memory, op, vcpu);
    VcpuAffinity.FLAGS.set(memory, op, hard ? AffinityFlags.HARD : AffinityFlags.SOFT);
    Bitmap.BITMAP.set(memory, map, bits);
    Bitmap.NR_BITS.set(memory, map, Long.SIZE);
  }

  /**
   * Presses a button.
   *
   * @param trigger a constant of {@link Trigger}; a PV domain has NMI alone
   */
  public void trigger(int domain, int vcpu, int trigger) {
    calls.run(
        "sending a trigger to vcpu " + vcpu + " of",
        DomctlOp.SENDTRIGGER,
        domain,
        at -> {
          long op = Domctl.SENDTRIGGER.at(at);
          SendTrigger.TRIGGER.set(calls.memory(), op, trigger);
          SendTrigger.VCPU.set(calls.memory(), op, vcpu);
        });
  }
}

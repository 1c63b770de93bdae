package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOBUFS;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.ESRCH;

import dev.zendo.hypercalls.domctl.ExtVcpuContext;
import dev.zendo.hypercalls.domctl.SendTrigger;
import dev.zendo.hypercalls.domctl.Trigger;
import dev.zendo.hypercalls.domctl.VcpuMsr;
import dev.zendo.hypercalls.domctl.VcpuMsrs;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainManager;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.trap.GuestEntry;

/** Commands of domctl that read or change what a vcpu's context leaves out. */
final class VcpuStates {
  private static final HostView HOST = HostView.HOST;

  /** MCG_CAP of a PV vcpu on the processor that guests see. */
  private static final long MCG_CAP = 1L << 24 | 2;

  /** IA32_TSC_AUX, the only register that Xen would send for this processor. */
  private static final int TSC_AUX = 0xc0000103;

  private static final int MSR_COUNT = 1;

  private final DomainManager manager;

  VcpuStates(DomainManager manager) {
    this.manager = manager;
  }

  long getExtended(Vcpu caller, Domain domain, long at) {
    Vcpu vcpu = domain.vcpu(ExtVcpuContext.VCPU.getUnsigned(HOST, at));
    if (vcpu == null || vcpu == caller) {
      return -ESRCH;
    }
    long result = manager.pause(domain, caller);
    if (result != 0) {
      return result;
    }
    TrapState traps = vcpu.traps();
    ExtVcpuContext.SIZE.set(HOST, at, ExtVcpuContext.LAYOUT.size());
    ExtVcpuContext.SYSENTER_CALLBACK_CS.set(HOST, at, GuestEntry.CODE64);
    ExtVcpuContext.SYSENTER_CALLBACK_EIP.set(HOST, at, traps.callback(TrapState.SYSENTER));
    ExtVcpuContext.SYSENTER_DISABLES_EVENTS.set(
        HOST, at, traps.callbackMasks(TrapState.SYSENTER) ? 1 : 0);
    ExtVcpuContext.SYSCALL32_CALLBACK_CS.set(HOST, at, GuestEntry.CODE64);
    ExtVcpuContext.SYSCALL32_CALLBACK_EIP.set(HOST, at, traps.callback(TrapState.SYSCALL32));
    ExtVcpuContext.SYSCALL32_DISABLES_EVENTS.set(
        HOST, at, traps.callbackMasks(TrapState.SYSCALL32) ? 1 : 0);
    long checks = ExtVcpuContext.VMCE.at(at);
    ExtVcpuContext.VMCE_CAPS.set(HOST, checks, MCG_CAP);
    ExtVcpuContext.VMCE_MCI_CTL2_BANK0.set(HOST, checks, 0);
    ExtVcpuContext.VMCE_MCI_CTL2_BANK1.set(HOST, checks, 0);
    ExtVcpuContext.VMCE_MCG_EXT_CTL.set(HOST, checks, 0);
    return manager.unpause(domain);
  }

  long setExtended(Vcpu caller, Domain domain, long at) {
    Vcpu vcpu = domain.vcpu(ExtVcpuContext.VCPU.getUnsigned(HOST, at));
    if (vcpu == null || domain == caller.domain()) {
      return -ESRCH;
    }
    long sysenter = ExtVcpuContext.SYSENTER_CALLBACK_EIP.get(HOST, at);
    long syscall32 = ExtVcpuContext.SYSCALL32_CALLBACK_EIP.get(HOST, at);
    long size = ExtVcpuContext.SIZE.getUnsigned(HOST, at);
    if (size < ExtVcpuContext.VMCE.offset()
        || !Arguments.canonical(sysenter)
        || !Arguments.canonical(syscall32)) {
      return -EINVAL;
    }
    long result = manager.pause(domain, caller);
    if (result != 0) {
      return result;
    }
    boolean masks = ExtVcpuContext.SYSENTER_DISABLES_EVENTS.get(HOST, at) != 0;
    vcpu.traps().callback(TrapState.SYSENTER, sysenter, masks);
    masks = ExtVcpuContext.SYSCALL32_DISABLES_EVENTS.get(HOST, at) != 0;
    vcpu.traps().callback(TrapState.SYSCALL32, syscall32, masks);
    return manager.unpause(domain);
  }

  long getMsrs(Vcpu caller, Domain domain, long at) {
    Vcpu vcpu = domain.vcpu(VcpuMsrs.VCPU.getUnsigned(HOST, at));
    if (vcpu == null || vcpu == caller) {
      return -EINVAL;
    }
    long list = VcpuMsrs.MSRS.get(HOST, at);
    long room = VcpuMsrs.MSR_COUNT.getUnsigned(HOST, at);
    if (list == 0) {
      VcpuMsrs.MSR_COUNT.set(HOST, at, MSR_COUNT);
      return 0;
    }
    long value = vcpu.cpu().field(CpuState.TSC_AUX) & 0xffffffffL;
    int count = value == 0 ? 0 : 1;
    VcpuMsrs.MSR_COUNT.set(HOST, at, count);
    if (count == 0) {
      return 0;
    }
    if (room < count) {
      return -ENOBUFS;
    }
    long entry = at + VcpuMsrs.LAYOUT.size();
    VcpuMsr.INDEX.set(HOST, entry, TSC_AUX);
    VcpuMsr.RESERVED.set(HOST, entry, 0);
    VcpuMsr.VALUE.set(HOST, entry, value);
    return caller.guest().write(list, entry, VcpuMsr.LAYOUT.size()) ? 0 : -EFAULT;
  }

  long setMsrs(Vcpu caller, Domain domain, long at) {
    Vcpu vcpu = domain.vcpu(VcpuMsrs.VCPU.getUnsigned(HOST, at));
    long count = VcpuMsrs.MSR_COUNT.getUnsigned(HOST, at);
    if (vcpu == null || vcpu == caller || count > MSR_COUNT) {
      return -EINVAL;
    }
    long result = manager.pause(domain, caller);
    for (int i = 0; result == 0 && i < count; i++) {
      result = setMsr(caller, vcpu, VcpuMsrs.MSRS.get(HOST, at), at + VcpuMsrs.LAYOUT.size());
    }
    manager.unpause(domain);
    return result;
  }

  private static long setMsr(Vcpu caller, Vcpu vcpu, long pointer, long entry) {
    if (!caller.guest().read(pointer, entry, VcpuMsr.LAYOUT.size())) {
      return -EFAULT;
    }
    long value = VcpuMsr.VALUE.get(HOST, entry);
    if (VcpuMsr.RESERVED.get(HOST, entry) != 0
        || VcpuMsr.INDEX.get(HOST, entry) != TSC_AUX
        || value >>> 32 != 0) {
      return -EINVAL;
    }
    CpuState cpu = vcpu.cpu();
    cpu.field(CpuState.TSC_AUX, cpu.field(CpuState.TSC_AUX) & ~0xffffffffL | value);
    return 0;
  }

  /** NMIs only: there is no button that a PV guest could see pressed. */
  static long trigger(Domain domain, long at) {
    Vcpu vcpu = domain.vcpu(SendTrigger.VCPU.getUnsigned(HOST, at));
    if (vcpu == null) {
      return -ESRCH;
    }
    switch (SendTrigger.TRIGGER.get(HOST, at)) {
      case Trigger.NMI:
        if (!vcpu.traps().nmiPending()) {
          vcpu.traps().nmiPending(true);
          vcpu.kick();
        }
        return 0;
      case Trigger.POWER, Trigger.SLEEP:
        return -EINVAL;
      default:
        return -ENOSYS;
    }
  }
}

package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.VmAssist;
import dev.zendo.hypercalls.trap.IretContext;
import dev.zendo.hypercalls.trap.IretFlags;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.trap.GuestEntry;
import dev.zendo.hypervisor.trap.GuestReturn;
import dev.zendo.hypervisor.trap.TrapDelivery;

/** The iret hypercall: continues at the context on the guest kernel's stack. */
public final class IretCall implements HypercallHandler {
  private static final int IOPL_SHIFT = 12;
  private static final long IF = 0x200;
  private static final int R11 = 11;

  private final TrapDelivery delivery;

  private IretCall(TrapDelivery delivery) {
    this.delivery = delivery;
  }

  /** Installs the handler. */
  public static void register(HypercallTable table, TrapDelivery delivery) {
    table.register(Hypercalls.IRET, new IretCall(delivery));
  }

  @Override
  public long handle(Vcpu v, long a1, long a2, long a3, long a4, long a5) {
    CpuState cpu = v.cpu();
    if (!Arguments.read(v, cpu.gpr(CpuState.RSP), IretContext.LAYOUT)) {
      delivery.crash(v, "iret: cannot read the frame on the kernel stack");
      return 0;
    }
    long at = v.scratch();
    long cs = IretContext.CS.get(HostView.HOST, at);
    if ((cs & 3) == 3) {
      if (v.userRoot() == 0) {
        delivery.crash(v, "iret to user mode without user page tables");
        return 0;
      }
      GuestEntry.toggleMode(v);
    }
    long rflags = IretContext.RFLAGS.get(HostView.HOST, at);
    if (v.domain().assists(VmAssist.ARCHITECTURAL_IOPL)) {
      v.traps().iopl((int) (rflags >>> IOPL_SHIFT) & 3);
    }
    GuestEntry.maskEvents(v, (rflags & IF) == 0);
    v.traps().nmiBlocked(false);
    long rax = IretContext.RAX.get(HostView.HOST, at);
    cpu.gpr(CpuState.RAX, rax);
    cpu.gpr(CpuState.RSP, IretContext.RSP.get(HostView.HOST, at));
    long rip = IretContext.RIP.get(HostView.HOST, at);
    boolean fast = (IretContext.FLAGS.get(HostView.HOST, at) & IretFlags.IN_SYSCALL) != 0;
    if (fast) {
      cpu.gpr(CpuState.RCX, rip);
      cpu.gpr(R11, GuestReturn.visibleFlags(rflags));
    } else {
      cpu.gpr(CpuState.RCX, IretContext.RCX.get(HostView.HOST, at));
      cpu.gpr(R11, IretContext.R11.get(HostView.HOST, at));
    }
    GuestReturn.to(
        v,
        rip,
        (int) cs & 0xffff | 3,
        (int) IretContext.SS.get(HostView.HOST, at) & 0xffff | 3,
        rflags,
        fast,
        delivery);
    return cpu.gpr(CpuState.RAX);
  }
}

package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENODATA;
import static dev.zendo.hypercalls.Errno.EOPNOTSUPP;
import static dev.zendo.hypercalls.Errno.EPERM;
import static dev.zendo.hypercalls.Errno.ESRCH;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.DomctlVersion;
import dev.zendo.hypercalls.event.EventOp;
import dev.zendo.hypercalls.event.Reset;
import dev.zendo.hypercalls.physdev.PhysdevOp;
import dev.zendo.hypercalls.sched.Poll;
import dev.zendo.hypercalls.sched.SchedOp;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that the conformance suite found to be others than real Xen's. */
class XenAnswersTest {
  private static final int ABSENT = 777;
  private static final int UNMAPPED = 0x10;

  private final TestMachine machine = new TestMachine();
  private final Vcpu vcpu = machine.domain(1, 1).vcpu(0);

  @AfterEach
  void close() {
    machine.close();
  }

  private long argument() {
    return machine.memory.host(FakeMemory.BASE);
  }

  @Test
  void breakpointsMayBeAtTheEndOfTheUserHalf() {
    assertEquals(0, machine.call(vcpu, Hypercalls.SET_DEBUGREG, 0, 0x7fffffffffffL));
    assertEquals(-EPERM, machine.call(vcpu, Hypercalls.SET_DEBUGREG, 0, 0x800000000000L));
  }

  @Test
  void deviceModelsAreRefusedByDomain() {
    machine.domain(2, 1);
    assertEquals(-ENODATA, machine.call(vcpu, Hypercalls.DM_OP, ABSENT, 0, 0));
    assertEquals(-EPERM, machine.call(vcpu, Hypercalls.DM_OP, 1, 1, FakeMemory.BASE));
    assertEquals(-EINVAL, machine.call(vcpu, Hypercalls.DM_OP, 2, 1, FakeMemory.BASE));
    assertEquals(-ESRCH, machine.call(vcpu, Hypercalls.DM_OP, ABSENT, 1, FakeMemory.BASE));
    assertEquals(-ESRCH, machine.call(vcpu, Hypercalls.DM_OP, Domid.SELF, 1, FakeMemory.BASE));
  }

  @Test
  void domctlOfADomUDoesNotKnowItself() {
    assertEquals(-ESRCH, domctl(DomctlOp.PAUSEDOMAIN, Domid.SELF));
    assertEquals(-EPERM, domctl(DomctlOp.PAUSEDOMAIN, 1));
    assertEquals(-ESRCH, domctl(DomctlOp.PAUSEDOMAIN, ABSENT));
  }

  @Test
  void getdomaininfoLooksForTheNextDomainBeforeItRefuses() {
    assertEquals(-EPERM, domctl(DomctlOp.GETDOMAININFO, 0));
    assertEquals(-EPERM, domctl(DomctlOp.GETDOMAININFO, 1));
    assertEquals(-ESRCH, domctl(DomctlOp.GETDOMAININFO, ABSENT));
    assertEquals(-EINVAL, domctl(DomctlOp.GETDOMAININFO, Domid.SELF));
    assertEquals(-EINVAL, domctl(DomctlOp.GETDOMAININFO, Domid.XEN));
  }

  @Test
  void someArgumentsOfDomctlAreLookedAtBeforeTheRights() {
    assertEquals(-EINVAL, domctl(DomctlOp.IOPORT_PERMISSION, 1));
    assertEquals(-EPERM, domctl(DomctlOp.IOMEM_PERMISSION, 1));
    assertEquals(-EOPNOTSUPP, domctl(DomctlOp.SET_TARGET, 1));
  }

  private long domctl(int command, int domain) {
    HostMemory.fill(argument(), Domctl.LAYOUT.size(), (byte) 0);
    Domctl.CMD.set(HostView.HOST, argument(), command);
    Domctl.INTERFACE_VERSION.set(HostView.HOST, argument(), DomctlVersion.INTERFACE_VERSION);
    Domctl.DOMAIN.set(HostView.HOST, argument(), domain);
    return machine.call(vcpu, Hypercalls.DOMCTL, FakeMemory.BASE);
  }

  @Test
  void oldFormOfPhysdevOpKnowsAllOfTheNewOne() {
    HostMemory.putInt(argument(), PhysdevOp.EOI);
    HostMemory.putInt(argument() + 8, 4);
    assertEquals(-EINVAL, machine.call(vcpu, Hypercalls.PHYSDEV_OP_COMPAT, FakeMemory.BASE));
  }

  @Test
  void anInterruptedResetIsAReset() {
    Reset.DOM.set(HostView.HOST, argument(), ABSENT);
    long reset = machine.call(vcpu, Hypercalls.EVENT_CHANNEL_OP, EventOp.RESET, FakeMemory.BASE);
    long rest = machine.call(vcpu, Hypercalls.EVENT_CHANNEL_OP, 14, FakeMemory.BASE);
    assertEquals(-ESRCH, reset);
    assertEquals(reset, rest);
  }

  @Test
  void pollLooksAtAPortBeforeItReadsTheNext() {
    assertEquals(-EINVAL, pollAcrossTheEnd(0));
    assertEquals(-EFAULT, poll(UNMAPPED));
  }

  private long pollAcrossTheEnd(int port) {
    long last = FakeMemory.BASE + FakeMemory.SIZE - Integer.BYTES;
    HostMemory.putInt(machine.memory.host(last), port);
    return poll(last);
  }

  private long poll(long ports) {
    Poll.PORTS.set(HostView.HOST, argument(), ports);
    Poll.NR_PORTS.set(HostView.HOST, argument(), 2);
    Poll.TIMEOUT.set(HostView.HOST, argument(), 1);
    return machine.call(vcpu, Hypercalls.SCHED_OP, SchedOp.POLL, FakeMemory.BASE);
  }
}

package dev.zendo.hypervisor.event;

import static dev.zendo.hypercalls.Errno.EEXIST;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOENT;
import static dev.zendo.hypercalls.Errno.ENOSPC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rules of event channels (event_channel.h and what Xen 4.17 answers). */
class EventChannelsTest {
  private static final int PENDING = 2048;
  private static final int MASK = 2560;

  private final TestMachine machine = new TestMachine();
  private final Domain one = machine.domain(1, 2);
  private final Domain two = machine.domain(2, 1);

  @AfterEach
  void close() {
    machine.close();
  }

  private int connect() {
    int there = (int) two.events().allocateUnbound(1);
    return (int) one.events().bindInterdomain(two, there);
  }

  private static int word(Domain domain, int offset, int port) {
    return (int) (HostMemory.getLong(domain.sharedInfo() + offset + 8 * (port >>> 6)) >>> port) & 1;
  }

  private static void setMask(Domain domain, int port, boolean masked) {
    long at = domain.sharedInfo() + MASK + 8L * (port >>> 6);
    long bit = 1L << port;
    long old = HostMemory.getLong(at);
    HostMemory.putLong(at, masked ? old | bit : old & ~bit);
  }

  private static void quiet(Vcpu vcpu) {
    HostMemory.putByte(vcpu.vcpuInfo(), (byte) 0);
    HostMemory.putLong(vcpu.vcpuInfo() + 8, 0);
  }

  private static boolean upcall(Vcpu vcpu) {
    return HostMemory.getByte(vcpu.vcpuInfo()) != 0;
  }

  @Test
  void lowestFreePortIsAllocatedAndPortZeroNever() {
    assertEquals(1, one.events().allocateUnbound(0));
    assertEquals(2, one.events().allocateUnbound(0));
    assertEquals(0, one.events().close(1));
    assertEquals(1, one.events().allocateUnbound(0));
    assertEquals(-EINVAL, one.events().close(0));
    assertEquals(-EINVAL, one.events().send(0));
  }

  @Test
  void bindingAnInterdomainPortRaisesItOnce() {
    int port = connect();
    assertEquals(1, word(one, PENDING, port));
    assertTrue(upcall(one.vcpu(0)));
  }

  @Test
  void onlyAnUnboundPortMeantForTheDomainCanBeBound() {
    int meantForAnother = (int) two.events().allocateUnbound(7);
    assertEquals(-EINVAL, one.events().bindInterdomain(two, meantForAnother));
    assertEquals(-EINVAL, one.events().bindInterdomain(two, 4000));
    connect();
    assertEquals(-EINVAL, one.events().bindInterdomain(two, 2));
  }

  @Test
  void sendSetsPendingSelectorAndUpcallOfThePeer() {
    int port = connect();
    quiet(two.vcpu(0));
    assertEquals(0, one.events().send(port));
    assertEquals(1, word(two, PENDING, 1));
    assertEquals(1, HostMemory.getLong(two.vcpu(0).vcpuInfo() + 8));
    assertTrue(upcall(two.vcpu(0)));
  }

  @Test
  void maskedPortBecomesPendingWithoutUpcallAndUnmaskDeliversIt() {
    int port = connect();
    quiet(two.vcpu(0));
    setMask(two, 1, true);
    one.events().send(port);
    assertEquals(1, word(two, PENDING, 1));
    assertFalse(upcall(two.vcpu(0)));
    assertEquals(0, two.events().unmask(1));
    assertTrue(upcall(two.vcpu(0)));
  }

  @Test
  void sendOnUnboundIsSilentAndOnVirqRefused() {
    int unbound = (int) one.events().allocateUnbound(2);
    assertEquals(0, one.events().send(unbound));
    int virq = (int) one.events().bindVirq(EventChannels.VIRQ_TIMER, 0);
    assertEquals(-EINVAL, one.events().send(virq));
    assertEquals(-EINVAL, one.events().send(60));
  }

  @Test
  void closingMakesThePeerUnboundForTheCloser() {
    int port = connect();
    assertEquals(0, one.events().close(port));
    int[] status = new int[4];
    assertEquals(0, two.events().status(1, status));
    assertEquals(1, status[0]);
    assertEquals(1, status[2]);
    assertEquals(0, one.events().status(port, status));
    assertEquals(0, status[0]);
  }

  @Test
  void closeClearsPendingButNotMask() {
    int port = connect();
    setMask(one, port, true);
    one.events().close(port);
    assertEquals(0, word(one, PENDING, port));
    assertEquals(1, word(one, MASK, port));
  }

  @Test
  void virtualInterruptsAreBoundOncePerVcpuAndGlobalOnesToVcpuZero() {
    assertTrue(one.events().bindVirq(EventChannels.VIRQ_TIMER, 0) > 0);
    assertEquals(-EEXIST, one.events().bindVirq(EventChannels.VIRQ_TIMER, 0));
    assertTrue(one.events().bindVirq(EventChannels.VIRQ_TIMER, 1) > 0);
    assertEquals(-EINVAL, one.events().bindVirq(EventChannels.VIRQ_DOM_EXC, 1));
    assertEquals(-EINVAL, one.events().bindVirq(24, 0));
    assertEquals(-EINVAL, one.events().bindVirq(-1, 0));
    assertEquals(-ENOENT, one.events().bindVirq(EventChannels.VIRQ_TIMER, 2));
    assertEquals(-ENOENT, one.events().bindIpi(2));
  }

  @Test
  void ipiNotifiesItsVcpu() {
    int port = (int) one.events().bindIpi(1);
    assertEquals(0, one.events().send(port));
    assertTrue(upcall(one.vcpu(1)));
    assertFalse(upcall(one.vcpu(0)));
  }

  @Test
  void bindVcpuMovesAllButPerVcpuChannels() {
    int port = connect();
    assertEquals(0, one.events().bindVcpu(port, 1));
    assertEquals(-ENOENT, one.events().bindVcpu(port, 2));
    assertEquals(-EINVAL, one.events().bindVcpu((int) one.events().bindIpi(0), 1));
    int timer = (int) one.events().bindVirq(EventChannels.VIRQ_TIMER, 0);
    assertEquals(-EINVAL, one.events().bindVcpu(timer, 1));
    two.events().send(1);
    quiet(one.vcpu(1));
    HostMemory.putLong(one.sharedInfo() + PENDING, 0);
    two.events().send(1);
    assertTrue(upcall(one.vcpu(1)));
  }

  @Test
  void portsAreLimited() {
    one.events().maxPort(100);
    for (int i = 1; i <= 100; i++) {
      assertEquals(i, one.events().allocateUnbound(0));
    }
    assertEquals(-ENOSPC, one.events().allocateUnbound(0));
  }

  @Test
  void resetClosesEverything() {
    connect();
    one.events().bindVirq(EventChannels.VIRQ_TIMER, 0);
    assertEquals(0, one.events().reset());
    assertEquals(0, one.events().open());
    assertTrue(one.events().bindVirq(EventChannels.VIRQ_TIMER, 0) > 0);
  }

  @Test
  void dyingDomainGetsNoPortsAndNoEvents() {
    int port = connect();
    machine.manager.destroy(two);
    int[] status = new int[4];
    one.events().status(port, status);
    assertEquals(1, status[0]);
    assertEquals(-EINVAL, two.events().allocateUnbound(1));
  }
}

package dev.zendo.hypervisor.event;

import static dev.zendo.hypercalls.Errno.EACCES;
import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOENT;
import static dev.zendo.hypercalls.Errno.ENOSPC;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EOPNOTSUPP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypercalls.event.EventOp;
import dev.zendo.hypercalls.event.InitControl;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rules of event queues (event_channel.h and what Xen 4.17 answers). */
class FifoEventsTest {
  private static final int PENDING = EventWord.PENDING;
  private static final int MASKED = EventWord.MASKED;
  private static final int LINKED = EventWord.LINKED;
  private static final int BUSY = EventWord.BUSY;
  private static final int DEFAULT = EventLimits.FIFO_PRIORITY_DEFAULT;

  /** Frames of the guest. */
  private static final long CONTROL = 10;

  private static final long ARRAY = 12;

  private final TestMachine machine = new TestMachine();
  private final Domain domain = machine.domain(1, 2);
  private final EventChannels events = domain.events();

  @AfterEach
  void close() {
    machine.close();
  }

  private long init(int vcpu) {
    return init(vcpu, CONTROL + vcpu, 0);
  }

  private long init(long vcpu, long frame, int offset) {
    long at = machine.memory.host(FakeMemory.BASE);
    InitControl.CONTROL_GFN.set(HostView.HOST, at, frame);
    InitControl.OFFSET.set(HostView.HOST, at, offset);
    InitControl.VCPU.set(HostView.HOST, at, (int) vcpu);
    return machine.event(domain.vcpu(0), EventOp.INIT_CONTROL);
  }

  private void start() {
    assertEquals(0, init(0));
    assertEquals(0, init(1));
    assertEquals(0, events.expandArray(ARRAY));
  }

  private long wordAddress(int port) {
    return machine.machine.address(ARRAY + port / 1024) + 4L * (port % 1024);
  }

  private int word(int port) {
    return HostMemory.getInt(wordAddress(port));
  }

  private void word(int port, int value) {
    HostMemory.putInt(wordAddress(port), value);
  }

  private int ready(int vcpu) {
    return HostMemory.getInt(machine.machine.address(CONTROL + vcpu));
  }

  private int head(int vcpu, int priority) {
    return HostMemory.getInt(machine.machine.address(CONTROL + vcpu) + 8 + 4L * priority);
  }

  private boolean upcall(int vcpu) {
    return HostMemory.getByte(domain.vcpu(vcpu).vcpuInfo()) != 0;
  }

  private void quiet(int vcpu) {
    HostMemory.putInt(machine.machine.address(CONTROL + vcpu), 0);
    HostMemory.putByte(domain.vcpu(vcpu).vcpuInfo(), (byte) 0);
  }

  private int ipi(int vcpu) {
    return (int) events.bindIpi(vcpu);
  }

  @Test
  void firstEventIsTheHeadAndLaterOnesAreLinkedBehindIt() {
    start();
    int a = ipi(0);
    int b = ipi(0);
    int c = ipi(0);
    events.send(a);
    assertEquals(PENDING | LINKED, word(a));
    assertEquals(a, head(0, DEFAULT));
    assertEquals(1 << DEFAULT, ready(0));
    assertTrue(upcall(0));
    events.send(c);
    events.send(b);
    events.send(a);
    assertEquals(PENDING | LINKED | c, word(a));
    assertEquals(PENDING | LINKED | b, word(c));
    assertEquals(PENDING | LINKED, word(b));
    assertEquals(a, head(0, DEFAULT));
    assertFalse(upcall(1));
  }

  @Test
  void emptiedQueueBeginsAgainWithTheHead() {
    start();
    int a = ipi(0);
    int b = ipi(0);
    events.send(a);
    quiet(0);
    word(a, 0);
    events.send(b);
    assertEquals(b, head(0, DEFAULT));
    assertTrue(upcall(0));
    quiet(0);
    word(b, 0);
    events.send(b);
    assertEquals(b, head(0, DEFAULT));
    assertEquals(PENDING | LINKED, word(b));
    assertTrue(upcall(0));
  }

  @Test
  void maskedEventIsPendingAloneUntilItIsUnmasked() {
    start();
    int port = ipi(0);
    word(port, MASKED);
    events.send(port);
    assertEquals(PENDING | MASKED, word(port));
    assertEquals(0, ready(0));
    assertTrue(events.pending(port));
    assertEquals(0, events.unmask(port));
    assertEquals(PENDING | LINKED, word(port));
    assertEquals(port, head(0, DEFAULT));
    assertTrue(upcall(0));
  }

  @Test
  void eachPriorityHasItsQueue() {
    start();
    int[] ports = new int[16];
    for (int priority = 15; priority >= 0; priority--) {
      ports[priority] = ipi(1);
      assertEquals(0, events.setPriority(ports[priority], priority));
      events.send(ports[priority]);
    }
    assertEquals(0xffff, ready(1));
    for (int priority = 0; priority < 16; priority++) {
      assertEquals(ports[priority], head(1, priority));
      assertEquals(PENDING | LINKED, word(ports[priority]));
    }
  }

  @Test
  void priorityIsChecked() {
    int port = ipi(0);
    assertEquals(-ENOSYS, events.setPriority(port, 0));
    start();
    assertEquals(-EINVAL, events.setPriority(port, 16));
    assertEquals(-EINVAL, events.setPriority(port, -1));
    assertEquals(-EACCES, events.setPriority(63, 0));
    assertEquals(-EACCES, events.setPriority(0, 0));
    assertEquals(-EINVAL, events.setPriority(1 << 20, 0));
    events.setPriority(port, 2);
    events.close(port);
    assertEquals(port, ipi(0));
    events.send(port);
    assertEquals(port, head(0, DEFAULT));
  }

  @Test
  void priorityAndVcpuChangeOnlyForTheNextTimeItIsLinked() {
    start();
    int there = (int) events.allocateUnbound(1);
    int port = (int) events.bindInterdomain(domain, there);
    word(port, 0);
    events.send(there);
    assertEquals(port, head(0, DEFAULT));
    assertEquals(0, events.setPriority(port, 3));
    assertEquals(0, events.bindVcpu(port, 1));
    events.send(there);
    assertEquals(0, ready(1));
    int other = ipi(0);
    events.send(other);
    assertEquals(PENDING | LINKED | other, word(port));
    word(port, 0);
    events.send(there);
    assertEquals(port, head(1, 3));
    assertEquals(1 << 3, ready(1));
    assertTrue(upcall(1));
  }

  @Test
  void tailThatMovesToAnotherQueueLeavesItsOldOneEmpty() {
    start();
    int there = (int) events.allocateUnbound(1);
    int port = (int) events.bindInterdomain(domain, there);
    word(port, 0);
    quiet(0);
    events.bindVcpu(port, 1);
    events.send(there);
    assertEquals(port, head(1, DEFAULT));
    int other = ipi(0);
    events.send(other);
    assertEquals(other, head(0, DEFAULT));
    assertEquals(PENDING | LINKED, word(port));
  }

  @Test
  void pendingPortsAreCarriedOverAndWaitForTheirPage() {
    int before = ipi(0);
    int quiet = ipi(0);
    events.send(before);
    assertEquals(0, init(0));
    int after = ipi(0);
    events.send(after);
    assertFalse(events.pending(after));
    assertEquals(-EOPNOTSUPP, machine.domain(2, 1).events().expandArray(ARRAY));
    assertEquals(0, events.expandArray(ARRAY));
    assertEquals(PENDING | LINKED | after, word(before));
    assertEquals(PENDING | LINKED, word(after));
    assertEquals(0, word(quiet));
    assertEquals(before, head(0, DEFAULT));
  }

  @Test
  void controlBlockIsCheckedAndARefusalChangesNothing() {
    int port = ipi(0);
    assertEquals(-ENOENT, init(2, CONTROL, 0));
    assertEquals(-ENOENT, init(-1, CONTROL, 0));
    assertEquals(-EINVAL, init(0, CONTROL, 4));
    assertEquals(-EINVAL, init(0, CONTROL, 4096 - 64));
    assertEquals(-EINVAL, init(0, CONTROL, -8));
    assertEquals(-EINVAL, init(0, 300, 0));
    assertEquals(-EINVAL, init(0, -1, 0));
    assertEquals(-EFAULT, machine.call(domain.vcpu(0), Hypercalls.EVENT_CHANNEL_OP, 11, 0));
    assertEquals(0, machine.memory.writable);
    assertEquals(-EOPNOTSUPP, events.expandArray(ARRAY));
    events.send(port);
    assertTrue(events.pending(port));
    assertEquals(1, HostMemory.getLong(domain.sharedInfo() + 2048) >>> port);
    assertEquals(0, init(0, CONTROL, 4096 - 72));
    assertEquals(17, InitControl.LINK_BITS.get(HostView.HOST, machine.memory.host(0x100000)));
    assertEquals(-EINVAL, init(0, CONTROL, 0));
  }

  @Test
  void eventOfAVcpuWithoutControlBlockIsDropped() {
    assertEquals(0, init(0));
    assertEquals(0, events.expandArray(ARRAY));
    int port = ipi(1);
    events.send(port);
    assertEquals(0, word(port));
    assertEquals(0, init(1));
    events.send(port);
    assertEquals(PENDING | LINKED, word(port));
    assertTrue(upcall(1));
  }

  @Test
  void vcpuThatComesLaterGetsItsControlBlock() {
    domain.maxVcpus(3);
    start();
    assertEquals(0, machine.manager.addVcpus(domain, 3));
    assertEquals(0, init(2, 20, 8));
    int port = ipi(2);
    events.send(port);
    assertEquals(port, HostMemory.getInt(machine.machine.address(20) + 16 + 4L * DEFAULT));
  }

  @Test
  void closedPortIsNotReusedWhileTheGuestHasItInAQueue() {
    start();
    int port = ipi(0);
    events.send(port);
    events.close(port);
    assertEquals(LINKED, word(port));
    assertEquals(port + 1, ipi(0));
    word(port, 0);
    assertEquals(port, ipi(0));
  }

  @Test
  void thereArePortsBeyondThoseOfTheBitMapsUpToTheLimit() {
    start();
    int many = 5000;
    events.maxPort(many);
    for (int i = 1; i < 5; i++) {
      assertEquals(0, events.expandArray(ARRAY + i));
    }
    for (int i = 1; i <= many; i++) {
      assertEquals(i, ipi(0));
    }
    assertEquals(-ENOSPC, ipi(0));
    events.send(many);
    assertEquals(PENDING | LINKED, word(many));
    assertEquals(many, head(0, DEFAULT));
  }

  @Test
  void arrayHasAnEnd() {
    start();
    for (int i = 1; i < 128; i++) {
      assertEquals(0, events.expandArray(100));
    }
    assertEquals(-ENOSPC, events.expandArray(100));
    assertEquals(-EINVAL, machine.domain(2, 1).events().send(131072));
  }

  @Test
  void resetGoesBackToBitMapsAndGivesPagesBack() {
    start();
    int port = ipi(0);
    events.send(port);
    assertEquals(3, machine.memory.writable);
    assertEquals(0, events.reset());
    assertEquals(0, machine.memory.writable);
    assertEquals(port, ipi(0));
    events.send(port);
    assertEquals(1L << port, HostMemory.getLong(domain.sharedInfo() + 2048));
    start();
    assertEquals(PENDING | LINKED, word(port) & ~EventWord.LINK_MASK);
  }

  @Test
  void pagesAreGivenBackWhenTheDomainEnds() {
    start();
    ipi(0);
    machine.manager.destroy(domain);
    assertEquals(0, machine.memory.writable);
  }

  @Test
  void garbageInWordsAndControlBlocksHarmsOnlyTheGuest() {
    start();
    int a = ipi(0);
    int b = ipi(0);
    events.send(a);
    // The tail links to itself, then to nowhere; heads and ready are garbage.
    word(a, PENDING | LINKED | a);
    events.send(b);
    assertEquals(PENDING | LINKED | b, word(a));
    word(a, -1);
    word(b, -1);
    HostMemory.fill(machine.machine.address(CONTROL), 72, (byte) -1);
    events.send(a);
    events.send(b);
    events.unmask(a);
    events.unmask(b);
    word(a, BUSY);
    word(b, BUSY | LINKED | 77);
    events.send(a);
    assertEquals(PENDING | LINKED | BUSY, word(a));
    assertEquals(LINKED | a, word(b) & ~PENDING);
    Vcpu vcpu = domain.vcpu(0);
    HostMemory.fill(machine.machine.address(ARRAY), 4096, (byte) -1);
    assertEquals(0, events.close(a));
    assertEquals(0, events.close(b));
    assertTrue(vcpu.schedule().up());
  }
}

package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lists of hypercalls. */
class MulticallTest {
  private static final long LIST = FakeMemory.BASE + 0x1000;
  private static final int SIZE = 64;

  private final TestMachine machine = new TestMachine();
  private final Vcpu vcpu = machine.domain(1, 1).vcpu(0);

  @AfterEach
  void close() {
    machine.close();
  }

  private void entry(int index, long op, long... args) {
    long at = machine.memory.host(LIST + (long) index * SIZE);
    HostMemory.fill(at, SIZE, (byte) 0);
    HostMemory.putLong(at, op);
    HostMemory.putLong(at + 8, 0x5555);
    for (int i = 0; i < args.length; i++) {
      HostMemory.putLong(at + 16 + 8L * i, args[i]);
    }
  }

  private long result(int index) {
    return HostMemory.getLong(machine.memory.host(LIST + (long) index * SIZE) + 8);
  }

  private long run(int count) {
    return machine.call(vcpu, Hypercalls.MULTICALL, LIST, count);
  }

  @Test
  void resultsAreStoredAndFailuresDoNotStopTheList() {
    entry(0, Hypercalls.XEN_VERSION, 0);
    entry(1, 63);
    entry(2, Hypercalls.XEN_VERSION, 7);
    assertEquals(0, run(3));
    assertEquals(4 << 16 | 17, result(0));
    assertEquals(-ENOSYS, result(1));
    assertEquals(4096, result(2));
  }

  @Test
  void multicallInsideIsRefused() {
    entry(0, Hypercalls.MULTICALL, LIST, 1);
    entry(1, Hypercalls.XEN_VERSION, 7);
    assertEquals(0, run(2));
    assertEquals(-EINVAL, result(0));
    assertEquals(4096, result(1));
  }

  @Test
  void unreadableListIsAFault() {
    assertEquals(-EFAULT, machine.call(vcpu, Hypercalls.MULTICALL, 0x10, 1));
    assertEquals(0, machine.call(vcpu, Hypercalls.MULTICALL, 0x10, 0));
    assertEquals(-EFAULT, machine.call(vcpu, Hypercalls.MULTICALL, 0xffff804000000000L, 0));
  }

  @Test
  void iretEndsTheList() {
    long frame = FakeMemory.BASE + 0x3000;
    long at = machine.memory.host(frame);
    HostMemory.putLong(at, 0x77);
    HostMemory.putLong(at + 24, 0x100);
    HostMemory.putLong(at + 32, 0x401000);
    HostMemory.putLong(at + 40, 0xe030);
    HostMemory.putLong(at + 48, 0x202);
    HostMemory.putLong(at + 56, 0x9000);
    HostMemory.putLong(at + 64, 0xe02b);
    vcpu.cpu().gpr(CpuState.RSP, frame);
    entry(0, Hypercalls.IRET);
    entry(1, Hypercalls.XEN_VERSION, 0);
    assertEquals(0x77, run(2));
    assertEquals(0x401000, vcpu.cpu().rip());
    assertEquals(0x9000, vcpu.cpu().gpr(CpuState.RSP));
    assertEquals(0x5555, result(1), "the second call is not made");
  }

  @Test
  void longListGivesWayWhenSomebodyWantsTheVcpu() {
    for (int i = 0; i < 4; i++) {
      entry(i, Hypercalls.XEN_VERSION, 0);
    }
    machine.scheduler.pause(vcpu);
    vcpu.cpu().rip(0x1002);
    assertEquals(Hypercalls.MULTICALL, run(4));
    assertEquals(0x1000, vcpu.cpu().rip(), "it issues the rest again");
    assertEquals(LIST + SIZE, vcpu.cpu().gpr(CpuState.RDI));
    assertEquals(3, vcpu.cpu().gpr(CpuState.RSI));
    assertTrue(result(0) > 0);
    assertEquals(0x5555, result(1));
  }
}

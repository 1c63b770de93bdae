package dev.zendo.hypervisor.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Segment registers of a vcpu that gets a processor, and the failsafe callback. */
class SegmentReloadTest {
  private static final long STACK = FakeMemory.BASE + 0x1008;
  private static final long KERNEL_STACK = FakeMemory.BASE + 0x2000;
  private static final long HANDLER = 0xffffffff81000000L;
  private static final long DATA = 0x00cff3000000ffffL;
  private static final long SMALL = 0x0040f3000000ffffL;

  private final TestMachine machine = new TestMachine();
  private final Domain domain = machine.domain(1, 1);
  private final Vcpu vcpu = domain.vcpu(0);
  private final CpuState cpu = vcpu.cpu();

  @BeforeEach
  void prepare() {
    cpu.kernelMode(true);
    cpu.gpr(CpuState.RSP, STACK);
    cpu.gpr(CpuState.RCX, 0x1111);
    cpu.gpr(11, 0x2222);
    cpu.rip(0x400000);
    cpu.rflags(0x246);
    cpu.selector(CpuState.CS, 0xe033);
    cpu.selector(CpuState.SS, 0xe02b);
    cpu.selector(CpuState.DS, 0x13);
    cpu.selector(CpuState.GS, 0x1b);
    cpu.field(CpuState.GS_BASE, 0x1000);
    vcpu.traps().otherGsBase(0x2000);
    vcpu.traps().kernelStack(0xe02b, KERNEL_STACK);
    vcpu.traps().callback(TrapState.FAILSAFE, HANDLER, true);
    machine.memory.descriptor = DATA;
    HostMemory.putByte(vcpu.vcpuInfo() + 1, (byte) 0);
    SegmentReload.arrive(vcpu, machine.delivery);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private long slot(int index) {
    return HostMemory.getLong(machine.memory.host(cpu.gpr(CpuState.RSP) + 8L * index));
  }

  private boolean covers(int segment, long offset) {
    return SegmentCache.allows(cpu.base(), segment, offset, 4, SegmentCache.READ);
  }

  @Test
  void segmentsKeepWhatTheyHadUntilATableChanges() {
    assertEquals(0x400000, cpu.rip());
    assertTrue(covers(CpuState.DS, 0x10000));
    assertFalse(covers(CpuState.ES, 0), "a null selector allows nothing");
    machine.memory.descriptor = SMALL;
    SegmentReload.arrive(vcpu, machine.delivery);
    assertTrue(covers(CpuState.DS, 0x10000));
    domain.descriptorChanged();
    SegmentReload.arrive(vcpu, machine.delivery);
    assertFalse(covers(CpuState.DS, 0x10000));
    assertTrue(covers(CpuState.DS, 0xfffc));
    assertEquals(0x1000, cpu.field(CpuState.GS_BASE), "bases of FS and GS are kept apart");
    assertEquals(0x400000, cpu.rip());
  }

  @Test
  void aSegmentThatIsGoneEntersTheFailsafeCallback() {
    machine.memory.descriptor = 0;
    domain.descriptorChanged();
    SegmentReload.arrive(vcpu, machine.delivery);
    assertEquals(HANDLER, cpu.rip());
    assertEquals((STACK & ~15L) - 88, cpu.gpr(CpuState.RSP));
    assertEquals(0x1111, slot(0));
    assertEquals(0x2222, slot(1));
    assertEquals(0x13, slot(2), "DS");
    assertEquals(0, slot(3), "ES");
    assertEquals(0, slot(4), "FS");
    assertEquals(0x1b, slot(5), "GS");
    assertEquals(0x400000, slot(6));
    assertEquals(0xe030, slot(7));
    assertEquals(0x246, slot(8));
    assertEquals(STACK, slot(9));
    assertEquals(0xe02b, slot(10));
    assertEquals(0, cpu.selector(CpuState.DS));
    assertEquals(0, cpu.selector(CpuState.GS));
    assertEquals(0x1000, cpu.field(CpuState.GS_BASE));
    assertEquals(1, HostMemory.getByte(vcpu.vcpuInfo() + 1), "it masks events");
  }

  @Test
  void userModeEntersOnTheKernelStack() {
    cpu.kernelMode(false);
    machine.memory.descriptor = 0;
    domain.descriptorChanged();
    SegmentReload.arrive(vcpu, machine.delivery);
    assertTrue(cpu.kernelMode());
    assertEquals(KERNEL_STACK - 88, cpu.gpr(CpuState.RSP));
    assertEquals(0xe033, slot(7));
    assertEquals(0x2000, cpu.field(CpuState.GS_BASE));
  }
}

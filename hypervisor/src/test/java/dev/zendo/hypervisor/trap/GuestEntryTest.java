package dev.zendo.hypervisor.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.Lifecycle;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames and registers at every kind of entry of the guest kernel. */
class GuestEntryTest {
  private static final long STACK = FakeMemory.BASE + 0x1008;
  private static final long KERNEL_STACK = FakeMemory.BASE + 0x2000;
  private static final long HANDLER = 0xffffffff81000000L;

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
    cpu.rflags(0x246 | 0x100 | 0x400);
    cpu.selector(CpuState.CS, 0xe033);
    cpu.selector(CpuState.SS, 0xe02b);
    cpu.field(CpuState.GS_BASE, 0x1000);
    vcpu.traps().otherGsBase(0x2000);
    vcpu.traps().kernelStack(0xe02b, KERNEL_STACK);
    vcpu.traps().set(14, 4, 0, HANDLER);
    vcpu.traps().set(6, 0, 0, HANDLER + 6);
    mask(0);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private void mask(int value) {
    HostMemory.putByte(vcpu.vcpuInfo() + 1, (byte) value);
  }

  private int mask() {
    return HostMemory.getByte(vcpu.vcpuInfo() + 1);
  }

  private long slot(int index) {
    return HostMemory.getLong(machine.memory.host(cpu.gpr(CpuState.RSP) + 8L * index));
  }

  @Test
  void pageFaultInKernelModePushesEightSlotsBelowTheAlignedStack() {
    machine.delivery.exception(vcpu, 14, 0x6, 0xdead000);
    assertEquals((STACK & ~15L) - 64, cpu.gpr(CpuState.RSP));
    assertEquals(0x1111, slot(0));
    assertEquals(0x2222, slot(1));
    assertEquals(0x2, slot(2), "the user bit is clear in kernel mode");
    assertEquals(0x400000, slot(3));
    assertEquals(0xe030, slot(4), "kernel mode shows as privilege 0, events were open");
    assertEquals(0x746, slot(5));
    assertEquals(STACK, slot(6));
    assertEquals(0xe02b, slot(7));
    assertEquals(HANDLER, cpu.rip());
    assertEquals(0x646, cpu.rflags(), "the trap flag is clear, the direction flag stays");
    assertEquals(0xdead000, vcpu.traps().cr2());
    assertEquals(0xdead000, HostMemory.getLong(vcpu.vcpuInfo() + 16));
    assertEquals(1, mask());
  }

  @Test
  void maskFromBeforeIsInTheFrame() {
    mask(1);
    machine.delivery.exception(vcpu, 6);
    assertEquals(0xe030 | 1L << 32, slot(3));
    assertEquals(0, slot(4) & 0x200, "the interrupt flag is the inverse of the mask");
    assertEquals(1, mask());
  }

  @Test
  void gateWithoutMaskFlagLeavesEventsOpen() {
    machine.delivery.exception(vcpu, 6);
    assertEquals(0, mask());
    assertEquals(0x400000, slot(2), "no error code");
  }

  @Test
  void exceptionInUserModeSwitchesStackTablesAndGsBase() {
    cpu.kernelMode(false);
    machine.delivery.exception(vcpu, 14, 0x4, 0x1000);
    assertTrue(cpu.kernelMode());
    assertEquals(KERNEL_STACK - 64, cpu.gpr(CpuState.RSP));
    assertEquals(0x2000, cpu.field(CpuState.GS_BASE));
    assertEquals(0x1000, vcpu.traps().otherGsBase());
    assertEquals(0x4, slot(2));
    assertEquals(0xe033, slot(4));
    assertEquals(STACK, slot(6));
  }

  @Test
  void architecturalIoplIsShownOnlyWithTheAssist() {
    vcpu.traps().iopl(3);
    machine.delivery.exception(vcpu, 6);
    assertEquals(0, slot(4) & 0x3000);
    prepare();
    domain.assist(4, true);
    machine.delivery.exception(vcpu, 6);
    assertEquals(0x3000, slot(4) & 0x3000);
  }

  @Test
  void eventEntersOnceAndMasksEvents() {
    vcpu.traps().callback(TrapState.EVENT, HANDLER, true);
    HostMemory.putByte(vcpu.vcpuInfo(), (byte) 1);
    machine.delivery.pending(vcpu);
    assertEquals(HANDLER, cpu.rip());
    assertEquals((STACK & ~15L) - 56, cpu.gpr(CpuState.RSP));
    assertEquals(1, mask());
    assertEquals(1, HostMemory.getByte(vcpu.vcpuInfo()), "the guest clears it");
    assertFalse(machine.delivery.anyPending(vcpu));
  }

  @Test
  void systemCallWithoutCallbackIsAnInvalidOpcodeAtTheInstruction() {
    cpu.kernelMode(false);
    machine.delivery.systemCall(vcpu, true);
    assertEquals(HANDLER + 6, cpu.rip());
    assertEquals(0x400000 - 2, slot(2));
    assertEquals(0x400, cpu.rflags() & 0x400, "the direction flag stays");
  }

  @Test
  void systemCallEntersItsCallbackBehindTheInstruction() {
    vcpu.traps().callback(TrapState.SYSCALL, HANDLER + 1, true);
    cpu.kernelMode(false);
    machine.delivery.systemCall(vcpu, true);
    assertEquals(HANDLER + 1, cpu.rip());
    assertEquals(0x400000, slot(2));
    assertEquals(1, mask());
  }

  @Test
  void nmiIsBlockedUntilIret() {
    vcpu.traps().set(2, 4, 0, HANDLER + 2);
    vcpu.traps().nmiPending(true);
    machine.delivery.pending(vcpu);
    assertEquals(HANDLER + 2, cpu.rip());
    vcpu.traps().nmiPending(true);
    assertFalse(machine.delivery.anyPending(vcpu));
    vcpu.traps().nmiBlocked(false);
    assertTrue(machine.delivery.anyPending(vcpu));
  }

  @Test
  void kernelThatCannotTakeItsTrapEndsItsDomain() {
    machine.delivery.exception(vcpu, 13, 0, 0);
    assertEquals(Lifecycle.CRASH, domain.shutdownReason());
    assertNotNull(machine.crash);
    assertTrue(machine.crash.why().startsWith("unhandled #GP error 0x0 at 0x400000"));
  }

  @Test
  void stackThatFaultsOrLiesInTheHypervisorsRangeEndsTheDomain() {
    cpu.gpr(CpuState.RSP, 0xffff800000001000L);
    assertNotNull(GuestEntry.enter(vcpu, HANDLER, 0, 0));
    cpu.gpr(CpuState.RSP, 0x10);
    assertNotNull(GuestEntry.enter(vcpu, HANDLER, 0, 0));
    cpu.gpr(CpuState.RSP, STACK);
    assertNull(GuestEntry.enter(vcpu, HANDLER, 0, 0));
  }
}

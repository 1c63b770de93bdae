package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Flags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Single steps and breakpoints. */
@ParameterizedClass
@EnumSource(TestEngine.class)
class DebugRulesTest {
  private static final int DR6 = CpuState.DEBUG + 4 * 8;
  private static final int DR7 = CpuState.DEBUG + 5 * 8;

  private final TestGuest guest;

  DebugRulesTest(TestEngine engine) {
    guest = engine.guest();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void expectDebug(int reason, long offset, long dr6) {
    assertEquals(ExitReason.EXCEPTION, reason);
    assertEquals(Vector.DB, guest.cpu.exitVector());
    assertEquals(TestGuest.CODE + offset, guest.cpu.rip());
    assertEquals(0xffff0ff0L | dr6, guest.cpu.field(DR6));
    guest.cpu.field(DR6, 0xffff0ff0L);
  }

  @Test
  void trapFlagTrapsAfterEachInstruction() {
    guest.cpu.rflags(0x202 | Flags.TF);
    expectDebug(guest.run("b801000000 ffc0"), 5, 0x4000);
    expectDebug(guest.executor.run(100), 7, 0x4000);
    assertEquals(2, guest.cpu.instructions());
    assertEquals(2, guest.reg(CpuState.RAX));
  }

  @Test
  void poppedTrapFlagTrapsAfterTheNextInstruction() {
    guest.reg(CpuState.RAX, Flags.TF | 2);
    expectDebug(guest.run("50 9d 90 90"), 3, 0x4000); // push rax; popf; nop
  }

  @Test
  void trapFlagStopsRepetitionsAfterEachIteration() {
    guest.cpu.rflags(0x202 | Flags.TF);
    guest.reg(CpuState.RCX, 2).reg(CpuState.RDI, TestGuest.DATA);
    expectDebug(guest.run("f3aa"), 0, 0x4000);
    assertEquals(1, guest.reg(CpuState.RCX));
    expectDebug(guest.executor.run(100), 2, 0x4000);
    assertEquals(1, guest.cpu.instructions());
  }

  @Test
  void stackSegmentLoadHoldsTheTrapBack() {
    guest.reg(CpuState.RAX, 0xe02b);
    guest.cpu.rflags(0x202 | Flags.TF);
    expectDebug(guest.run("8ed0 90 90"), 3, 0x4000);
    assertEquals(2, guest.cpu.instructions());
  }

  @Test
  void instructionBreakpointFaultsBeforeAndResumeFlagPassesIt() {
    guest.cpu.field(CpuState.DEBUG, TestGuest.CODE + 5);
    guest.cpu.field(DR7, 0x401);
    expectDebug(guest.run("b801000000 ffc0"), 5, 1);
    assertEquals(1, guest.reg(CpuState.RAX));
    guest.cpu.rflags(guest.cpu.rflags() | Flags.RF);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(100));
    assertEquals(Vector.UD, guest.cpu.exitVector());
    assertEquals(2, guest.reg(CpuState.RAX));
    assertEquals(0, guest.cpu.rflags() & Flags.RF);
  }

  @Test
  void dataBreakpointTrapsAfterTheAccess() {
    guest.cpu.field(CpuState.DEBUG + 8, TestGuest.DATA + 4);
    guest.cpu.field(DR7, 0x400 | 4 | 1L << 20 | 3L << 22); // DR1: writes of 4 bytes
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RAX, 7);
    // mov ecx,[rdi+4]; mov [rdi],eax; mov [rdi+6],al; nop
    expectDebug(guest.run("8b4f04 8907 884706 90"), 8, 2);
    assertEquals(7L << 48 | 7, guest.peek(TestGuest.DATA));
    guest.cpu.field(DR7, 0x400);
    guest.executor.run(100);
    assertEquals(Vector.UD, guest.cpu.exitVector());
  }

  @Test
  void stepExecutesOneInstruction() {
    guest.code(TestGuest.CODE, "b801000000 ffc0 0f0b");
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.INTERRUPTED, guest.executor.step());
    assertEquals(TestGuest.CODE + 5, guest.cpu.rip());
    assertEquals(ExitReason.INTERRUPTED, guest.executor.step());
    assertEquals(2, guest.reg(CpuState.RAX));
    assertEquals(ExitReason.EXCEPTION, guest.executor.step());
    assertEquals(2, guest.cpu.instructions());
  }

  @Test
  void budgetEndsTheRun() {
    guest.code(TestGuest.CODE, "ebfe");
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.INTERRUPTED, guest.executor.run(1000));
    assertEquals(TestGuest.CODE, guest.cpu.rip());
    assertEquals(1000, guest.cpu.instructions());
  }

  @Test
  void dataBreakpointHeldBackUntilASystemCallIsTheHypervisors() {
    guest.cpu.field(CpuState.DEBUG, TestGuest.DATA);
    guest.cpu.field(DR7, 0x400 | 1 | 3L << 16); // DR0: accesses of 1 byte
    guest.poke(TestGuest.DATA, 0xe02b);
    guest.reg(CpuState.RDI, TestGuest.DATA);
    // mov ss,[rdi]; syscall; nop
    assertEquals(ExitReason.SYSCALL, guest.run("8e17 0f05 90"));
    assertEquals(0xffff0ff0L, guest.cpu.field(DR6));
    guest.executor.run(100);
    assertEquals(Vector.UD, guest.cpu.exitVector());
  }

  @Test
  void traceFlagAndSystemCallGoTogether() {
    guest.cpu.rflags(0x202 | Flags.TF);
    assertEquals(ExitReason.SYSCALL, guest.run("0f05"));
    assertEquals(0x302, guest.reg(11));
  }
}

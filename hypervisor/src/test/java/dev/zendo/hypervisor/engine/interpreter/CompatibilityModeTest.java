package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Flags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Code segments without L, and the ways between them and 64-bit code. What single instructions do
 * there the differential comparison says.
 */
@ParameterizedClass
@EnumSource(TestEngine.class)
class CompatibilityModeTest {
  /** Selectors of the local table. */
  private static final int SMALL_DATA = 0x0f;

  private static final int CODE_AT_CODE = 0x17;
  private static final int CODE16_AT_CODE = 0x1f;
  private static final int STACK16 = 0x27;
  private static final int GATE = 0x2f;

  private static final long AT_CODE = TestGuest.CODE << 16;

  private final TestGuest guest;

  CompatibilityModeTest(TestEngine engine) {
    guest = engine.guest();
    // Base DATA, limit 0xff.
    guest.descriptors.put(SMALL_DATA, 0x0040f30000000000L | TestGuest.DATA << 16 | 0xff);
    guest.descriptors.put(CODE_AT_CODE, 0x0040fb0000000000L | AT_CODE | 0xffff);
    guest.descriptors.put(CODE16_AT_CODE, 0x0000fb0000000000L | AT_CODE | 0xffff);
    guest.descriptors.put(STACK16, 0x0000f30000000000L | TestGuest.STACK - 0x1000 << 16 | 0xfff);
    // A call gate of privilege level 0, which is what the hypervisor makes of each.
    guest.descriptors.put(GATE, 0x00008c00e0330000L);
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void expect(int reason, int vector, int error) {
    assertEquals(ExitReason.EXCEPTION, reason);
    assertEquals(vector, guest.cpu.exitVector());
    assertEquals(error, guest.cpu.exitErrorCode());
  }

  /** A far pointer of 32 bits and a selector. */
  private void pointer(long at, long offset, int selector) {
    guest.poke(at, offset & 0xffffffffL | (long) selector << 32);
  }

  @Test
  void farCallsAndReturnsGoBetweenBothModes() {
    // call far [rdi]; mov rbx,rsp; ud2 ... and there: inc eax; push eax; pop ecx; retf
    pointer(TestGuest.DATA, TestGuest.CODE + 0x40, 0xe023);
    guest.code(TestGuest.CODE + 0x40, "40 50 59 cb");
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RAX, 0x1_ffffffffL);
    guest.runToEnd("ff1f 4889e3");
    assertTrue(guest.cpu.longMode());
    assertEquals(0xe033, guest.cpu.selector(CpuState.CS));
    assertEquals(0, guest.reg(CpuState.RAX), "results have 32 bits");
    assertEquals(0, guest.reg(CpuState.RCX));
    assertEquals(TestGuest.STACK, guest.reg(CpuState.RBX));
  }

  @Test
  void callsBackAndForthManyTimesGiveTheSame() {
    pointer(TestGuest.DATA, TestGuest.CODE + 0x40, 0xe023);
    guest.code(TestGuest.CODE + 0x40, "40 81c107000000 cb"); // inc eax; add ecx,7; retf
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RSI, 3000);
    guest.runToEnd("31c0 31c9 ff1f ffce 75fa"); // dec esi; jnz
    assertEquals(3000, guest.reg(CpuState.RAX));
    assertEquals(21000, guest.reg(CpuState.RCX));
  }

  @Test
  void callGatesAreRefused() {
    pointer(TestGuest.DATA, 0, GATE);
    guest.reg(CpuState.RDI, TestGuest.DATA);
    expect(guest.run("ff1f"), Vector.GP, GATE & ~3);
    expect(guest.run("ff2f"), Vector.GP, GATE & ~3);
    assertEquals(TestGuest.STACK, guest.reg(CpuState.RSP));
  }

  @Test
  void codeWithABaseRunsAndStopsAtItsLimit() {
    pointer(TestGuest.DATA, 0x40, CODE_AT_CODE);
    guest.code(TestGuest.CODE + 0x40, "e803000000 0f0b 90 5a eb00 0f0b"); // call +3; pop edx; jmp
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RDX, -1);
    guest.runToEnd("ff2f");
    assertEquals(0x4b, guest.cpu.rip());
    assertEquals(0x45, guest.reg(CpuState.RDX));
    pointer(TestGuest.DATA, 0x10000, CODE_AT_CODE);
    guest.cpu.longMode(true);
    expect(guest.run("ff2f"), Vector.GP, 0);
    assertEquals(TestGuest.CODE, guest.cpu.rip());
  }

  @Test
  void nearBranchesBeyondTheLimitFaultAtTheBranch() {
    pointer(TestGuest.DATA, 0x40, CODE_AT_CODE);
    guest.code(TestGuest.CODE + 0x40, "e800000100"); // call past the limit
    guest.reg(CpuState.RDI, TestGuest.DATA);
    expect(guest.run("ff2f"), Vector.GP, 0);
    assertEquals(0x40, guest.cpu.rip());
    assertEquals(TestGuest.STACK, guest.reg(CpuState.RSP));
  }

  @Test
  void shortCodeHasShortDefaults() {
    pointer(TestGuest.DATA, 0x40, CODE16_AT_CODE);
    guest.code(TestGuest.CODE + 0x40, "b83412 6689c1 0f0b"); // mov ax,1234h; mov ecx,eax
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RAX, 0x55550000L);
    guest.runToEnd("ff2f");
    assertEquals(0x55551234L, guest.reg(CpuState.RCX));
  }

  @Test
  void dataSegmentsHaveBasesLimitsAndRights() {
    guest.compatible();
    guest.poke(TestGuest.DATA + 0xfc, 0x11223344_55667788L);
    guest.reg(CpuState.RAX, SMALL_DATA).reg(CpuState.RBX, 0xfc);
    guest.runToEnd("8ed8 8b0b"); // mov ds,eax; mov ecx,[ebx]
    assertEquals(0x55667788L, guest.reg(CpuState.RCX));
    guest.reg(CpuState.RBX, 0xfd);
    expect(guest.run("8b0b"), Vector.GP, 0);
    expect(guest.run("2e890b"), Vector.GP, 0); // mov cs:[ebx],ecx
    guest.reg(CpuState.RAX, 0).runToEnd("8ed8");
    guest.reg(CpuState.RBX, TestGuest.DATA);
    expect(guest.run("8b0b"), Vector.GP, 0);
    guest.runToEnd("268b0b"); // mov ecx,es:[ebx]
  }

  @Test
  void descriptorsCountWhenTheyAreLoadedAndNotLater() {
    guest.compatible();
    guest.reg(CpuState.RAX, SMALL_DATA).reg(CpuState.RBX, 4);
    guest.poke(TestGuest.DATA + 4, 77);
    guest.runToEnd("8ed8 8b0b");
    guest.descriptors.remove(SMALL_DATA);
    guest.reg(CpuState.RCX, 0).runToEnd("8b0b");
    assertEquals(77, guest.reg(CpuState.RCX));
    expect(guest.run("8ed8"), Vector.GP, SMALL_DATA & ~3);
  }

  @Test
  void anInterruptReturnToAShortStackChangesTheLowerHalfOfThePointer() {
    long frame = TestGuest.STACK - 40;
    guest.reg(CpuState.RSP, frame);
    guest.poke(frame, TestGuest.CODE + 0x40);
    guest.poke(frame + 8, 0xe023);
    guest.poke(frame + 16, 0x202);
    guest.poke(frame + 24, 0xabcd0ff0L);
    guest.poke(frame + 32, STACK16);
    guest.code(TestGuest.CODE + 0x40, "6a05 58 0f0b"); // push 5; pop eax
    guest.runToEnd("48cf");
    assertEquals(5, guest.reg(CpuState.RAX));
    assertEquals(5, guest.peek(TestGuest.STACK - 0x1000 + 0xfec) & 0xffffffffL);
    assertEquals(frame & 0xffff0000L | 0xff0, guest.reg(CpuState.RSP));
  }

  @Test
  void systemCallsAreInvalidAndLeaveRegistersAlone() {
    guest.compatible().reg(CpuState.RCX, 1).reg(11, 2);
    expect(guest.run("0f05"), Vector.UD, 0);
    assertEquals(1, guest.reg(CpuState.RCX));
    assertEquals(2, guest.reg(11));
    assertEquals(ExitReason.SYSENTER, guest.run("0f34"));
    expect(guest.run("cd80"), Vector.GP, 0x80 << 3 | 2);
  }

  @Test
  void repeatedCopiesCrossPages() {
    guest.compatible();
    for (int i = 0; i < 0x800; i += 8) {
      guest.poke(TestGuest.DATA + 0xc00 + i, i * 0x1234567L);
    }
    guest.reg(CpuState.RSI, TestGuest.DATA + 0xc00).reg(CpuState.RDI, TestGuest.DATA + 0x1400);
    guest.reg(CpuState.RCX, 0x800).runToEnd("f3a4");
    for (int i = 0; i < 0x800; i += 8) {
      assertEquals(i * 0x1234567L, guest.peek(TestGuest.DATA + 0x1400 + i));
    }
    assertEquals(TestGuest.DATA + 0x1400, guest.reg(CpuState.RSI));
    assertEquals(0, guest.reg(CpuState.RCX));
  }

  @Test
  void singleStepsTrapBehindAChangeOfMode() {
    pointer(TestGuest.DATA, TestGuest.CODE + 0x40, 0xe023);
    guest.code(TestGuest.CODE + 0x40, "90 0f0b");
    guest.reg(CpuState.RDI, TestGuest.DATA);
    guest.cpu.rflags(0x202 | Flags.TF);
    expect(guest.run("ff2f"), Vector.DB, 0);
    assertEquals(TestGuest.CODE + 0x40, guest.cpu.rip());
    assertFalse(guest.cpu.longMode());
  }

  @Test
  void addressesEndAtFourGigabytes() {
    guest.compatible();
    guest.reg(CpuState.RBX, 0xfffffffeL);
    expect(guest.run("8b0b"), Vector.GP, 0);
    expect(guest.run("368b0b"), Vector.SS, 0);
  }
}

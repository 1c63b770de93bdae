package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Flags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Segment loads, far transfers and what depends on CR4. */
@ParameterizedClass
@EnumSource(TestEngine.class)
class SegmentRulesTest {
  private static final long DATA_SEGMENT = 0x12cff3345678ffffL;

  private final TestGuest guest;

  SegmentRulesTest(TestEngine engine) {
    guest = engine.guest();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void frame(long... values) {
    guest.reg(CpuState.RSP, TestGuest.STACK - 8L * values.length);
    for (int i = 0; i < values.length; i++) {
      guest.poke(TestGuest.STACK - 8L * (values.length - i), values[i]);
    }
  }

  private void expect(int reason, int vector, int error) {
    assertEquals(ExitReason.EXCEPTION, reason);
    assertEquals(vector, guest.cpu.exitVector());
    assertEquals(error, guest.cpu.exitErrorCode());
  }

  @Test
  void interruptReturnLoadsEverythingButPrivilege() {
    frame(TestGuest.CODE + 0x40, 0xe033, 0x3ed5 & ~Flags.TF, TestGuest.STACK - 0x100, 0xe02b);
    guest.code(TestGuest.CODE + 0x40, "0f0b");
    guest.runToEnd("48cf");
    assertEquals(TestGuest.CODE + 0x40, guest.cpu.rip());
    assertEquals(TestGuest.STACK - 0x100, guest.reg(CpuState.RSP));
    assertEquals(0x0ed7 & ~Flags.TF, guest.cpu.rflags());
    assertEquals(0xe033, guest.cpu.selector(CpuState.CS));
  }

  @Test
  void interruptReturnRefusesBadSelectors() {
    frame(TestGuest.CODE, 0xe030, 2, TestGuest.STACK, 0xe02b);
    expect(guest.run("48cf"), Vector.GP, 0xe030);
    frame(TestGuest.CODE, 0x10, 2, TestGuest.STACK, 0xe02b);
    expect(guest.run("48cf"), Vector.GP, 0x10);
    frame(TestGuest.CODE, 0xe033, 2, TestGuest.STACK, 0);
    expect(guest.run("48cf"), Vector.GP, 0);
    frame(0x8000_00000000L, 0xe033, 2, TestGuest.STACK, 0xe02b);
    expect(guest.run("48cf"), Vector.GP, 0);
    assertEquals(TestGuest.STACK - 40, guest.reg(CpuState.RSP));
  }

  @Test
  void interruptReturnToCompatibilityModeRuns32BitCode() {
    frame(TestGuest.CODE + 0x40, 0xe023, 2, TestGuest.STACK, 0xe02b);
    guest.code(TestGuest.CODE + 0x40, "40 48 0f0b"); // inc eax; dec eax
    guest.runToEnd("48cf");
    assertEquals(TestGuest.CODE + 0x42, guest.cpu.rip());
    assertEquals(false, guest.cpu.longMode());
    assertEquals(3, guest.cpu.instructions());
  }

  @Test
  void farReturnChangesTheCodeSegment() {
    frame(TestGuest.CODE + 0x40, 0xe033);
    guest.code(TestGuest.CODE + 0x40, "0f0b");
    guest.runToEnd("48cb");
    assertEquals(TestGuest.STACK, guest.reg(CpuState.RSP));
    assertEquals(TestGuest.CODE + 0x40, guest.cpu.rip());
  }

  @Test
  void selectorLoadsCheckTheDescriptorAndLoadTheBase() {
    guest.descriptors.put(0x63, DATA_SEGMENT);
    guest.reg(CpuState.RAX, 0x63).runToEnd("8ee0"); // mov fs,eax
    assertEquals(0x12345678L, guest.cpu.field(CpuState.FS_BASE));
    guest.reg(CpuState.RAX, 0x73);
    expect(guest.run("8ee0"), Vector.GP, 0x70);
    guest.descriptors.put(0x73, DATA_SEGMENT & ~(1L << 47));
    expect(guest.run("8ee0"), Vector.NP, 0x70);
    guest.reg(CpuState.RAX, 3).runToEnd("8ee0");
    assertEquals(0, guest.cpu.field(CpuState.FS_BASE));
    assertEquals(3, guest.cpu.selector(CpuState.FS));
    guest.reg(CpuState.RAX, 0);
    expect(guest.run("8ed0"), Vector.GP, 0); // mov ss,0
  }

  @Test
  void segmentQueriesAnswerInTheZeroFlag() {
    guest.reg(CpuState.RCX, 0xe02b).runToEnd("0f03c1");
    assertEquals(0xffffffffL, guest.reg(CpuState.RAX));
    assertEquals(Flags.ZF, guest.flags() & Flags.ZF);
    guest.runToEnd("0f02c1");
    assertEquals(0xcff300, guest.reg(CpuState.RAX));
    guest.reg(CpuState.RCX, 0x50).runToEnd("0f03c1");
    assertEquals(0, guest.flags() & Flags.ZF);
    guest.reg(CpuState.RCX, 0xe033).runToEnd("0f00e9"); // verw of code
    assertEquals(0, guest.flags() & Flags.ZF);
  }

  @Test
  void baseInstructionsNeedTheirControlBit() {
    expect(guest.run("f3480faec0"), Vector.UD, 0);
    guest.cpu.field(CpuState.CR4, 1 << 16);
    guest.reg(CpuState.RAX, 0x123456789abcL).runToEnd("f3480faed0 f3480faec1");
    assertEquals(0x123456789abcL, guest.reg(CpuState.RCX));
    guest.reg(CpuState.RAX, 1L << 50);
    expect(guest.run("f3480faed0"), Vector.GP, 0);
  }

  @Test
  void timeStampIsRefusedToUsersWhenDisabled() {
    guest.clock = 0x1_00000002L;
    guest.runToEnd("0f31");
    assertEquals(2, guest.reg(CpuState.RAX));
    assertEquals(1, guest.reg(CpuState.RDX));
    guest.cpu.field(CpuState.CR4, 4);
    guest.runToEnd("0f31");
    guest.cpu.kernelMode(false);
    expect(guest.run("0f31"), Vector.GP, 0);
  }
}

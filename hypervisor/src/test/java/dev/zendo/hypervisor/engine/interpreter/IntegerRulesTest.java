package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules of single instructions that are easy to get wrong. */
@ParameterizedClass
@EnumSource(TestEngine.class)
class IntegerRulesTest {
  private final TestGuest guest;

  IntegerRulesTest(TestEngine engine) {
    guest = engine.guest();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private long rax() {
    return guest.reg(CpuState.RAX);
  }

  @Test
  void shiftByZeroKeepsAllFlags() {
    guest.cpu.rflags(0x202 | Flags.STATUS);
    guest.reg(CpuState.RCX, 0x20).reg(CpuState.RAX, 0xffffffff_00000001L);
    guest.runToEnd("d3e0 d3f8 d3c0 d3d0 0fa5d0"); // shl, sar, rol, rcl, shld by cl
    assertEquals(Flags.STATUS, guest.flags());
    assertEquals(1, rax());
  }

  @Test
  void narrowShiftsUseFiveBitsOfTheCount() {
    guest.reg(CpuState.RAX, 0xff).runToEnd("c0e009"); // shl al,9
    assertEquals(0, rax());
    guest.reg(CpuState.RAX, 0x80).runToEnd("c0c008"); // rol al,8: result unchanged, CF = bit 0
    assertEquals(0x80, rax());
    assertEquals(0, guest.flags() & Flags.CF);
  }

  @Test
  void rotatesThroughCarryTurnNineBits() {
    guest.reg(CpuState.RAX, 0x5a).runToEnd("f9 c0d009"); // stc; rcl al,9
    assertEquals(0x5a, rax());
    assertEquals(Flags.CF, guest.flags() & Flags.CF);
    guest.reg(CpuState.RAX, 1).runToEnd("f9 d1d8"); // stc; rcr eax,1
    assertEquals(0x80000000L, rax());
    assertEquals(Flags.CF, guest.flags() & Flags.CF);
  }

  @Test
  void writesOf32BitsClearTheUpperHalfAndNarrowerOnesDoNot() {
    guest.reg(CpuState.RAX, -1).runToEnd("b800000000");
    assertEquals(0, rax());
    guest.reg(CpuState.RAX, -1).runToEnd("66b80000");
    assertEquals(0xffffffffffff0000L, rax());
    guest.reg(CpuState.RAX, -1).runToEnd("b400"); // mov ah,0
    assertEquals(0xffffffffffff00ffL, rax());
    guest.reg(CpuState.RAX, -1).reg(CpuState.RCX, 1).runToEnd("31d2 0f45c1"); // cmovne not taken
    assertEquals(0xffffffffL, rax());
  }

  @Test
  void incrementKeepsCarry() {
    guest.reg(CpuState.RAX, 0x7fffffff).runToEnd("f9 ffc0"); // stc; inc eax
    assertEquals(Flags.CF | Flags.OF | Flags.SF | Flags.AF | Flags.PF, guest.flags());
    guest.reg(CpuState.RAX, 0).runToEnd("f8 ffc8"); // clc; dec eax
    assertEquals(Flags.SF | Flags.AF | Flags.PF, guest.flags());
  }

  @Test
  void addWithCarryCarriesThroughAllOnes() {
    guest.reg(CpuState.RAX, 0xffffffffL).reg(CpuState.RDX, 0xffffffffL);
    guest.runToEnd("f9 11d0"); // stc; adc eax,edx
    assertEquals(0xffffffffL, rax());
    assertEquals(Flags.CF | Flags.SF | Flags.AF | Flags.PF, guest.flags());
  }

  @Test
  void bitOffsetsInARegisterReachBeyondTheOperand() {
    long middle = TestGuest.DATA + 0x800;
    guest.poke(middle + 16, 2);
    guest.poke(middle - 8, 1L << 63);
    guest.reg(CpuState.RDI, middle).reg(CpuState.RAX, 129);
    guest.runToEnd("480fa307"); // bt [rdi],rax
    assertEquals(Flags.CF, guest.flags() & Flags.CF);
    guest.reg(CpuState.RAX, -1).runToEnd("f0480fb307"); // lock btr [rdi],rax
    assertEquals(Flags.CF, guest.flags() & Flags.CF);
    assertEquals(0, guest.peek(middle - 8));
    guest.reg(CpuState.RAX, 0xffffffffL).runToEnd("0fab07"); // bts [rdi],eax: offset is -1
    assertEquals(1L << 63, guest.peek(middle - 8));
    guest.reg(CpuState.RAX, 129 + 5).runToEnd("480fba2f41"); // bts [rdi],65: modulo 64
    assertEquals(2, guest.peek(middle));
  }

  @Test
  void signedDivisionHandlesTheExtremes() {
    guest.reg(CpuState.RDX, -1).reg(CpuState.RAX, Long.MIN_VALUE).reg(CpuState.RCX, 1);
    guest.runToEnd("48f7f9");
    assertEquals(Long.MIN_VALUE, rax());
    assertEquals(0, guest.reg(CpuState.RDX));
    guest.reg(CpuState.RDX, -1).reg(CpuState.RAX, -7).reg(CpuState.RCX, 2).runToEnd("48f7f9");
    assertEquals(-3, rax());
    assertEquals(-1, guest.reg(CpuState.RDX));
    guest.reg(CpuState.RDX, 0x1234).reg(CpuState.RAX, 0x5678).reg(CpuState.RCX, -1L);
    guest.runToEnd("48f7f1"); // div: 0x1234:0x5678 / (2^64 - 1)
    assertEquals(0x1234, rax());
    assertEquals(0x5678 + 0x1234, guest.reg(CpuState.RDX));
  }

  @Test
  void highByteRegistersAreTheSecondByte() {
    guest.reg(CpuState.RAX, 0x1234).reg(CpuState.RCX, 0x5678);
    guest.runToEnd("00ec 86c1"); // add ah,ch; xchg cl,al
    assertEquals(0x6878, rax());
    assertEquals(0x5634, guest.reg(CpuState.RCX));
  }

  @Test
  void popUsesTheMovedPointerForItsAddress() {
    guest.poke(TestGuest.STACK - 16, 0x77);
    guest.poke(TestGuest.STACK - 8, 0);
    guest.reg(CpuState.RSP, TestGuest.STACK - 16).runToEnd("8f0424"); // pop [rsp]
    assertEquals(0x77, guest.peek(TestGuest.STACK - 8));
    guest.reg(CpuState.RSP, TestGuest.STACK).runToEnd("545c"); // push rsp; pop rsp
    assertEquals(TestGuest.STACK, guest.reg(CpuState.RSP));
  }

  @Test
  void enterCopiesFramePointers() {
    guest.poke(TestGuest.STACK - 0x108, 0xaaaa);
    guest.poke(TestGuest.STACK - 0x110, 0xbbbb);
    guest.reg(CpuState.RSP, TestGuest.STACK - 0x200).reg(CpuState.RBP, TestGuest.STACK - 0x100);
    guest.runToEnd("c8100003"); // enter 16,3
    assertEquals(TestGuest.STACK - 0x208, guest.reg(CpuState.RBP));
    assertEquals(TestGuest.STACK - 0x208 - 24 - 16, guest.reg(CpuState.RSP));
    assertEquals(TestGuest.STACK - 0x100, guest.peek(TestGuest.STACK - 0x208));
    assertEquals(0xaaaa, guest.peek(TestGuest.STACK - 0x210));
    assertEquals(0xbbbb, guest.peek(TestGuest.STACK - 0x218));
    assertEquals(TestGuest.STACK - 0x208, guest.peek(TestGuest.STACK - 0x220));
  }

  @Test
  void segmentBasesAddToAnyAddress() {
    guest.poke(TestGuest.DATA + 0x44, 0x99);
    guest.cpu.field(CpuState.GS_BASE, TestGuest.DATA);
    guest.runToEnd("658b042544000000"); // mov eax,gs:[0x44]
    assertEquals(0x99, rax());
    guest.reg(CpuState.RDI, 0x20).reg(CpuState.RCX, 4).runToEnd("65488b44cf04");
    assertEquals(0x99, rax());
    guest.reg(CpuState.RDI, TestGuest.DATA + 0x44 + 0x7_00000000L).runToEnd("678b07");
    assertEquals(0x99, rax());
    guest.reg(CpuState.RDI, 5).runToEnd("65488d4707"); // lea ignores the segment
    assertEquals(12, rax());
  }

  @Test
  void compareExchangeSetsFlagsOfTheComparison() {
    guest.poke(TestGuest.DATA, 5);
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RAX, 3).reg(CpuState.RCX, 9);
    guest.runToEnd("f0480fb10f");
    assertEquals(5, rax());
    assertEquals(5, guest.peek(TestGuest.DATA));
    assertTrue((guest.flags() & Flags.CF) != 0 && (guest.flags() & Flags.ZF) == 0);
    guest.runToEnd("f0480fb10f");
    assertEquals(9, guest.peek(TestGuest.DATA));
    assertTrue((guest.flags() & Flags.ZF) != 0);
  }

  @Test
  void sixteenByteExchangeNeedsAlignmentAndComparesBothHalves() {
    guest.poke(TestGuest.DATA, 1);
    guest.poke(TestGuest.DATA + 8, 2);
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RAX, 1).reg(CpuState.RDX, 3);
    guest.reg(CpuState.RBX, 11).reg(CpuState.RCX, 12).runToEnd("f0480fc70f");
    assertEquals(2, guest.reg(CpuState.RDX));
    guest.runToEnd("f0480fc70f");
    assertEquals(11, guest.peek(TestGuest.DATA));
    assertEquals(12, guest.peek(TestGuest.DATA + 8));
    guest.reg(CpuState.RDI, TestGuest.DATA + 8).run("f0480fc70f");
    assertEquals(Vector.GP, guest.cpu.exitVector());
  }

  @Test
  void lockedOperationsWorkUnalignedAndAcrossPages() {
    for (long at :
        new long[] {TestGuest.DATA + 3, TestGuest.DATA + 0xffd, TestGuest.DATA + 0xffe}) {
      guest.reg(CpuState.RDI, at).reg(CpuState.RAX, 0x01020304);
      guest.runToEnd("c70700000000 f00fc107 f0ff07 8b0f 668b1f"); // mov, xadd, inc, mov ecx
      assertEquals(0x01020305, guest.reg(CpuState.RCX));
      guest.runToEnd("66c7070000 f066ff07 668b0f"); // 16 bits
      assertEquals(1, guest.reg(CpuState.RCX) & 0xffff);
    }
  }

  @Test
  void flagsImageKeepsInterruptFlagAndPrivilege() {
    guest.reg(CpuState.RAX, 0x3000).runToEnd("50 9d 9c 59"); // push; popf; pushf; pop rcx
    assertEquals(0x202, guest.reg(CpuState.RCX));
    guest.reg(CpuState.RAX, 0x240cd5 & ~0x100).runToEnd("50 9d 9c 59");
    assertEquals(0x240ed7 & ~0x100, guest.reg(CpuState.RCX));
    guest.cpu.rflags(0x202);
  }

  @Test
  void checksumUsesTheCastagnoliPolynomial() {
    // CRC-32C of "123456789" is e3069283.
    byte[] digits = "123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    guest.reg(CpuState.RAX, 0xffffffffL).reg(CpuState.RDI, TestGuest.DATA);
    for (int i = 0; i < digits.length; i++) {
      guest.poke(TestGuest.DATA + i, digits[i]);
    }
    // mov ecx,9; l: crc32 eax,byte [rdi]; inc rdi; dec ecx; jnz l
    guest.runToEnd("b909000000 f20f38f007 48ffc7 ffc9 75f4");
    assertEquals(0xe3069283L, ~rax() & 0xffffffffL);
  }
}

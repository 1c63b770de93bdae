package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestEngine.class)
class VectorOpsTest {
  private final TestGuest guest;

  VectorOpsTest(TestEngine engine) {
    guest = engine.guest();
    guest.reg(CpuState.RDI, TestGuest.DATA);
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private long field(int offset) {
    return guest.cpu.field(offset);
  }

  private void assertFault(int vector, String hex) {
    assertEquals(ExitReason.EXCEPTION, guest.run(hex));
    assertEquals(vector, guest.cpu.exitVector());
    assertEquals(TestGuest.CODE, guest.cpu.rip());
  }

  @Test
  void unalignedMovesCrossPages() {
    long va = TestGuest.DATA + 0xffb;
    guest.poke(va - 3, 0x1122334455667788L);
    guest.poke(va + 5, 0x99aabbccddeeff00L);
    guest.reg(CpuState.RDI, va);
    // movdqu xmm9,[rdi]; paddb xmm9,xmm9; movups [rdi],xmm9
    guest.runToEnd("f3440f6f0f 66450ffcc9 440f110f");
    assertEquals(0x446688aaL, guest.peek(va) & 0xffffffffL);
    assertEquals(field(CpuState.XMM + 9 * 16 + 8), guest.peek(va + 8));
  }

  @Test
  void alignedFormsRaiseGeneralProtection() {
    guest.reg(CpuState.RDI, TestGuest.DATA + 8);
    assertFault(Vector.GP, "660f6f07");
    assertFault(Vector.GP, "660f7f07");
    assertFault(Vector.GP, "0f5807");
    assertFault(Vector.GP, "0fae07");
    // movhps and pmovzxbw read eight bytes and need no alignment; pcmpistri none either
    guest.runToEnd("0f1607 660f383007 660f3a630700");
  }

  @Test
  void taskSwitchedRaisesDeviceNotAvailable() {
    guest.cpu.field(CpuState.CR0, 8);
    for (String code : new String[] {"0f57c0", "d9e8", "0f77", "9b", "dbe3", "0fae1f", "0fae07"}) {
      assertFault(Vector.NM, code);
    }
  }

  @Test
  void extendedStateNeedsOsxsave() {
    guest.cpu.field(CpuState.XCR0, 3);
    assertFault(Vector.UD, "0f01d0");
    assertFault(Vector.UD, "0fae27");
    guest.cpu.field(CpuState.CR4, 1 << 18);
    guest.reg(CpuState.RCX, 0);
    guest.runToEnd("0f01d0");
    assertEquals(3, guest.reg(CpuState.RAX));
    assertEquals(0, guest.reg(CpuState.RDX));
    guest.reg(CpuState.RCX, 1);
    assertFault(Vector.GP, "0f01d0");
  }

  @Test
  void conversionsReachGeneralRegisters() {
    guest.reg(CpuState.RAX, -7);
    // cvtsi2sd xmm1,rax; divsd xmm1,[rdi]; cvtsd2si rcx,xmm1; cvttsd2si edx,xmm1
    guest.poke(TestGuest.DATA, Double.doubleToRawLongBits(2.0));
    guest.runToEnd("f2480f2ac8 f20f5e0f f2480f2dc9 f20f2cd1");
    assertEquals(-4, guest.reg(CpuState.RCX));
    assertEquals(0xfffffffdL, guest.reg(CpuState.RDX));
    assertEquals(0x1fa0, HostMemory.getInt(guest.cpu.base() + CpuState.FX + 24));
  }

  @Test
  void comparisonsSetFlags() {
    guest.poke(TestGuest.DATA, Double.doubleToRawLongBits(2.0));
    // comisd xmm0,[rdi] (0 < 2): CF
    guest.runToEnd("660f2f07");
    assertEquals(1, guest.flags());
    // fldz; fld1; fcomip st0,st1
    guest.runToEnd("d9ee d9e8 dff1");
    assertEquals(0, guest.flags());
    // pcmpeqd xmm2,xmm2; ptest xmm2,xmm0
    guest.runToEnd("660f76d2 660f3817d0");
    assertEquals(0x41, guest.flags());
  }

  @Test
  void unmaskedExceptionsOfSseChangeNothingButTheFlags() {
    HostMemory.putInt(guest.cpu.base() + CpuState.FX + 24, 0x1d80);
    guest.cpu.field(CpuState.XMM, Double.doubleToRawLongBits(3.0));
    assertFault(Vector.XM, "f20f5ec1");
    assertEquals(3.0, Double.longBitsToDouble(field(CpuState.XMM)));
    assertEquals(0x1d84, HostMemory.getInt(guest.cpu.base() + CpuState.FX + 24));
  }

  @Test
  void unmaskedExceptionsOfX87WaitForTheNextInstruction() {
    guest.poke(TestGuest.DATA, 0x37b);
    // fldcw [rdi]; fld1; fldz; fdivp st1,st0; fnstsw ax; fld1
    guest.code(TestGuest.CODE, "d92f d9e8 d9ee def9 dfe0 d9e8 0f0b");
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(100));
    assertEquals(Vector.MF, guest.cpu.exitVector());
    assertEquals(TestGuest.CODE + 10, guest.cpu.rip());
    assertEquals(0xb084, guest.reg(CpuState.RAX) & 0xffff);
    assertEquals(TestGuest.CODE + 6, field(CpuState.FX + 8), "FIP");
  }

  @Test
  void memoryFaultsLeaveTheStackAsItWas() {
    guest.runToEnd("d9e8");
    guest.reg(CpuState.RDI, TestGuest.STACK);
    assertFault(Vector.PF, "dd1f");
    assertFault(Vector.PF, "db3f");
    assertFault(Vector.PF, "dd07");
    assertFault(Vector.PF, "0ffc07");
    assertEquals(0x3800, HostMemory.getInt(guest.cpu.base() + CpuState.FX) >>> 16);
    assertEquals(0x80, HostMemory.getInt(guest.cpu.base() + CpuState.FX + 4));
  }

  @Test
  void mmxRegistersAliasTheX87Stack() {
    // fld1; mov eax,-1; movd mm3,eax; movq mm2,mm3; paddb mm2,mm3; movq [rdi],mm2
    guest.runToEnd("d9e8 b8ffffffff 0f6ed8 0f6fd3 0ffcd3 0f7f17");
    assertEquals(0xfefefefeL, guest.peek(TestGuest.DATA));
    assertEquals(0xff, field(CpuState.FX + 4) & 0xff);
    assertEquals(0, field(CpuState.FX) >> 16 & 0xffff);
    assertEquals(0xffffffffL, field(CpuState.ST + 3 * 16));
    assertEquals(0xffff, field(CpuState.ST + 3 * 16 + 8));
    // The number that was ST(0) is in physical register 7.
    assertEquals(1L << 63, field(CpuState.ST + 7 * 16));
    guest.runToEnd("0f77");
    assertEquals(0, field(CpuState.FX + 4) & 0xff);
  }

  @Test
  void stateSurvivesSaveAndRestore() {
    // fldpi; pcmpeqd xmm15,xmm15; fxsave64 [rdi]; fninit; pxor xmm15,xmm15; fxrstor64 [rdi]
    guest.runToEnd("d9eb 66450f76ff 480fae07 dbe3 66450fefff 480fae0f");
    assertEquals(-1, field(CpuState.XMM + 15 * 16));
    assertEquals(0xc90fdaa22168c235L, field(CpuState.ST));
    assertEquals(0xffff, HostMemory.getInt(guest.host(TestGuest.DATA + 28)));
    assertEquals(0, guest.peek(TestGuest.DATA + 416), "the rest belongs to software");
  }

  @Test
  void compatibilityModeSavesEightVectorRegistersOnly() {
    guest.compatible();
    guest.cpu.selector(CpuState.CS, 0xe023);
    guest.cpu.field(CpuState.XMM + 7 * 16, 7);
    guest.cpu.field(CpuState.XMM + 8 * 16, 8);
    guest.runToEnd("0fae07");
    assertEquals(7, guest.peek(TestGuest.DATA + 160 + 7 * 16));
    assertEquals(0, guest.peek(TestGuest.DATA + 160 + 8 * 16));
    guest.poke(TestGuest.DATA + 160 + 8 * 16, 9);
    guest.runToEnd("0fae0f");
    assertEquals(8, field(CpuState.XMM + 8 * 16));
  }

  @Test
  void xrstorInitialisesAbsentComponents() {
    guest.cpu.field(CpuState.CR4, 1 << 18);
    guest.cpu.field(CpuState.XCR0, 3);
    guest.reg(CpuState.RAX, 7).reg(CpuState.RDX, 0);
    // fldpi; pcmpeqd xmm1,xmm1; xsave64 [rdi]
    guest.runToEnd("d9eb 660f76c9 480fae27");
    assertEquals(3, guest.peek(TestGuest.DATA + 512));
    guest.poke(TestGuest.DATA + 512, 1);
    guest.runToEnd("dbe3 480fae2f");
    assertEquals(0, field(CpuState.XMM + 16));
    assertEquals(0xc90fdaa22168c235L, field(CpuState.ST));
    guest.poke(TestGuest.DATA + 512, 4);
    assertFault(Vector.GP, "480fae2f");
    guest.poke(TestGuest.DATA + 512, 3);
    guest.poke(TestGuest.DATA + 520, 1L << 63);
    assertFault(Vector.GP, "480fae2f");
  }

  @Test
  void mxcsrRefusesReservedBits() {
    guest.poke(TestGuest.DATA, 0x10000 | 0x1f80);
    assertFault(Vector.GP, "0fae17");
    guest.poke(TestGuest.DATA, 0xffff);
    guest.runToEnd("0fae17 0fae5f08");
    assertEquals(0xffff, guest.peek(TestGuest.DATA + 8));
  }

  @Test
  void maskedStoresWriteChosenBytes() {
    guest.poke(TestGuest.DATA + 3, -1);
    guest.cpu.field(CpuState.XMM, 0x0102030405060708L);
    guest.cpu.field(CpuState.XMM + 16, 0x8000000000008000L);
    guest.reg(CpuState.RDI, TestGuest.DATA + 3);
    guest.runToEnd("660ff7c1");
    assertEquals(0x01ffffffffff07ffL, guest.peek(TestGuest.DATA + 3));
  }

  @Test
  void environmentStoresMaskExceptions() {
    guest.poke(TestGuest.DATA, 0x340);
    // fldcw [rdi]; fld1; fnstenv [rdi]; fnstcw [rdi+32]; fldenv [rdi]
    guest.runToEnd("d92f d9e8 d937 d97f20");
    assertEquals(0xffff3800ffff0340L, guest.peek(TestGuest.DATA));
    assertEquals(0xffff3fff, (int) guest.peek(TestGuest.DATA + 8));
    assertEquals(0x37f, guest.peek(TestGuest.DATA + 32));
    guest.runToEnd("d927");
    assertEquals(0x340, field(CpuState.FX) & 0xffff);
  }
}

package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Flags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** RFLAGS.AC with CR0.AM, as a processor (AMD's EPYC) was seen to take it. */
@ParameterizedClass
@EnumSource(TestEngine.class)
class AlignmentCheckTest {
  private final TestGuest guest;

  AlignmentCheckTest(TestEngine engine) {
    guest = engine.guest();
  }

  @BeforeEach
  void checkAlignment() {
    guest.cpu.field(CpuState.CR0, CpuState.CR0_AM | 0x33);
    guest.cpu.rflags(0x202 | Flags.AC);
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void expect(int vector, String code) {
    assertEquals(ExitReason.EXCEPTION, guest.run(code));
    assertEquals(vector, guest.cpu.exitVector());
    assertEquals(0, vector == Vector.AC ? guest.cpu.exitErrorCode() : 0);
  }

  @ParameterizedTest
  @CsvSource({
    "668b01,1,2", // mov ax,[rcx]
    "8b01,2,4", // mov eax,[rcx]
    "488b01,4,8", // mov rax,[rcx]
    "488901,4,8", // mov [rcx],rax
    "f0ff01,2,4", // lock inc dword [rcx]
    "0f1001,8,16", // movups xmm0,[rcx]
    "0f1101,4,16", // movups [rcx],xmm0
    "f20f1001,4,8", // movsd xmm0,[rcx]
    "db29,4,8", // fld tbyte [rcx]
    "d931,2,4", // fnstenv [rcx]
    "f3a5,2,4" // rep movsd
  })
  void unalignedAccessesFault(String code, int misaligned, int aligned) {
    guest.reg(CpuState.RSI, TestGuest.DATA + misaligned).reg(CpuState.RDI, TestGuest.DATA + 0x100);
    guest.reg(CpuState.RCX, code.startsWith("f3") ? 2 : TestGuest.DATA + misaligned);
    expect(Vector.AC, code);
    assertEquals(TestGuest.CODE, guest.cpu.rip());
    guest.reg(CpuState.RSI, TestGuest.DATA + aligned);
    guest.reg(CpuState.RCX, code.startsWith("f3") ? 2 : TestGuest.DATA + aligned);
    guest.runToEnd(code);
  }

  @Test
  void stacksAreCheckedToo() {
    guest.reg(CpuState.RSP, TestGuest.STACK - 4);
    expect(Vector.AC, "50");
    assertEquals(TestGuest.STACK - 4, guest.reg(CpuState.RSP));
  }

  @Test
  void pageFaultsComeFirst() {
    guest.reg(CpuState.RCX, TestGuest.DATA + 0x1ffd);
    expect(Vector.PF, "488b01");
    assertEquals(TestGuest.DATA + 0x2000, guest.cpu.exitAddress());
  }

  @Test
  void nothingIsCheckedWithoutTheControlBit() {
    guest.cpu.field(CpuState.CR0, 0x33);
    guest.reg(CpuState.RCX, TestGuest.DATA + 1).runToEnd("488b01");
  }

  @Test
  void theFlagCountsFromTheNextInstructionOn() {
    guest.cpu.rflags(0x202);
    guest.reg(CpuState.RCX, TestGuest.DATA + 1).reg(CpuState.RAX, 2 | Flags.AC);
    expect(Vector.AC, "488b11 50 9d 488b11"); // mov; push rax; popf; mov
    assertEquals(TestGuest.CODE + 5, guest.cpu.rip());
    guest.cpu.rflags(0x202);
    guest.runToEnd("488b11");
  }
}

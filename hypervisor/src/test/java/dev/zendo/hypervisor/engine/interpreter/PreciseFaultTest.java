package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A faulting instruction changes nothing, and says why and where. */
@ParameterizedClass
@EnumSource(TestEngine.class)
class PreciseFaultTest {
  private static final long NON_CANONICAL = 0x0001000000000000L;

  private final TestGuest guest;

  PreciseFaultTest(TestEngine engine) {
    guest = engine.guest();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void expect(String hex, int vector, int error) {
    long flags = guest.cpu.rflags();
    long[] before = registers();
    assertEquals(ExitReason.EXCEPTION, guest.run(hex));
    assertEquals(vector, guest.cpu.exitVector(), "vector");
    assertEquals(error, guest.cpu.exitErrorCode(), "error code");
    assertEquals(TestGuest.CODE, guest.cpu.rip(), "rip");
    assertEquals(flags, guest.cpu.rflags(), "flags");
    assertEquals(0, guest.cpu.instructions(), "instructions");
    long[] after = registers();
    for (int i = 0; i < 16; i++) {
      assertEquals(before[i], after[i], "register " + i);
    }
  }

  private void expectPageFault(String hex, int error, long address) {
    expect(hex, Vector.PF, error);
    assertEquals(address, guest.cpu.exitAddress(), "address");
  }

  private long[] registers() {
    long[] values = new long[16];
    for (int i = 0; i < 16; i++) {
      values[i] = guest.reg(i);
    }
    return values;
  }

  @Test
  void pushToUnmappedStackLeavesThePointer() {
    guest.reg(CpuState.RSP, TestGuest.STACK - 0x1000);
    expectPageFault("50", 6, TestGuest.STACK - 0x1008);
    expectPageFault("e800000000", 6, TestGuest.STACK - 0x1008);
    expectPageFault("ffd0", 6, TestGuest.STACK - 0x1008);
    expectPageFault("9c", 6, TestGuest.STACK - 0x1008);
  }

  /** The processor marks no page as accessed for it; a boot in lock step showed that we did. */
  @Test
  void updateOfAReadOnlyPageInUserModeDoesNotReadIt() {
    guest.cpu.kernelMode(false);
    guest.map(TestGuest.DATA, 2, 0);
    guest.reg(CpuState.RDI, TestGuest.DATA);
    expectPageFault("480107", 7, TestGuest.DATA); // add [rdi],rax
    expectPageFault("f0480fb107", 7, TestGuest.DATA); // lock cmpxchg [rdi],rax
    assertEquals(0, guest.reads);
  }

  @Test
  void popIntoUnmappedMemoryLeavesThePointer() {
    guest.reg(CpuState.RDI, 0x900000).reg(CpuState.RSP, TestGuest.STACK - 8);
    expectPageFault("8f07", 6, 0x900000); // pop [rdi]
  }

  @Test
  void storesThatCrossIntoAnUnmappedPageWriteNothing() {
    long edge = TestGuest.DATA + 0x2000;
    guest.reg(CpuState.RDI, edge - 2).reg(CpuState.RAX, 0x1122334455667788L);
    guest.poke(edge - 8, 0);
    expectPageFault("488907", 6, edge); // mov [rdi],rax
    expectPageFault("480107", 6, edge); // add [rdi],rax
    expectPageFault("f0480fb107", 6, edge); // lock cmpxchg [rdi],rax
    expectPageFault("488b07", 4, edge); // mov rax,[rdi]
    assertEquals(0, guest.peek(edge - 8));
  }

  @Test
  void storesThatStartInAnUnmappedPageReportTheirOwnAddress() {
    guest.unmap(TestGuest.DATA);
    guest.reg(CpuState.RDI, TestGuest.DATA + 0xffd);
    expectPageFault("8907", 6, TestGuest.DATA + 0xffd);
  }

  @Test
  void compareExchangeFaultsForWritingEvenWhenItFails() {
    guest.map(TestGuest.DATA, 2, 0);
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RAX, 5);
    expectPageFault("0fb10f", 7, TestGuest.DATA); // cmpxchg [rdi],ecx
    expectPageFault("f0480fc70f", 7, TestGuest.DATA); // lock cmpxchg16b [rdi]
    expectPageFault("0fc70f", 7, TestGuest.DATA); // cmpxchg8b [rdi]
    expectPageFault("f00fc107", 7, TestGuest.DATA); // lock xadd [rdi],eax
    expectPageFault("878700000000", 7, TestGuest.DATA); // xchg [rdi+0],eax
  }

  @Test
  void divisionFaultsOnZeroAndOverflow() {
    guest.reg(CpuState.RDX, 1).reg(CpuState.RAX, 0).reg(CpuState.RCX, 1);
    expect("48f7f1", Vector.DE, 0); // div rcx: quotient 2^64
    expect("48f7f9", Vector.DE, 0); // idiv rcx
    expect("f7f1", Vector.DE, 0);
    guest.reg(CpuState.RCX, 0);
    expect("48f7f1", Vector.DE, 0);
    guest.reg(CpuState.RDX, -1).reg(CpuState.RAX, Long.MIN_VALUE).reg(CpuState.RCX, -1);
    expect("48f7f9", Vector.DE, 0); // -2^63 / -1
    guest.reg(CpuState.RDX, 0x80000000L).reg(CpuState.RAX, 0).reg(CpuState.RCX, 0xffffffffL);
    expect("f7f9", Vector.DE, 0); // -2^63 / -1 in 32 bits
  }

  @Test
  void nonCanonicalAddressesRaiseProtectionOrStackFaults() {
    guest.reg(CpuState.RAX, NON_CANONICAL).reg(CpuState.RBP, NON_CANONICAL);
    expect("8a00", Vector.GP, 0); // mov al,[rax]
    expect("8800", Vector.GP, 0);
    expect("488b4500", Vector.SS, 0); // mov rax,[rbp]
    expect("64488b4500", Vector.GP, 0); // mov rax,fs:[rbp]
    expect("ffe0", Vector.GP, 0); // jmp rax
    expect("ffd0", Vector.GP, 0); // call rax
    guest.reg(CpuState.RSP, NON_CANONICAL);
    expect("50", Vector.SS, 0); // push rax
    expect("58", Vector.SS, 0); // pop rax
    expect("c3", Vector.SS, 0); // ret
  }

  @Test
  void returnToNonCanonicalAddressFaultsBeforeThePop() {
    guest.reg(CpuState.RSP, TestGuest.STACK - 8);
    guest.poke(TestGuest.STACK - 8, NON_CANONICAL);
    expect("c3", Vector.GP, 0);
  }

  @Test
  void privilegedAndUnknownInstructionsFaultInPlace() {
    expect("f4", Vector.GP, 0); // hlt
    expect("fa", Vector.GP, 0); // cli
    expect("0f30", Vector.GP, 0); // wrmsr
    expect("0f20c0", Vector.GP, 0); // mov rax,cr0
    expect("0f01f8", Vector.GP, 0); // swapgs
    expect("ec", Vector.GP, 0); // in al,dx
    expect("cd80", Vector.GP, 0x402); // int 0x80
    expect("0f0b", Vector.UD, 0);
    expect("06", Vector.UD, 0); // push es
    expect("0fc7f0", Vector.UD, 0); // rdrand eax
  }

  @Test
  void fetchFromAnUnmappedPageFaultsAtTheTarget() {
    guest.reg(CpuState.RAX, 0x900010);
    assertEquals(ExitReason.EXCEPTION, guest.run("ffe0"));
    assertEquals(Vector.PF, guest.cpu.exitVector());
    assertEquals(0x14, guest.cpu.exitErrorCode());
    assertEquals(0x900010, guest.cpu.exitAddress());
    assertEquals(0x900010, guest.cpu.rip());
    assertEquals(1, guest.cpu.instructions());
  }

  @Test
  void instructionThatRunsIntoAnUnmappedPageFaultsAtThatPage() {
    long va = TestGuest.CODE + 0xffe;
    guest.code(va, "b801"); // mov eax,imm32, cut off
    guest.cpu.rip(va);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(10));
    assertEquals(Vector.PF, guest.cpu.exitVector());
    assertEquals(va, guest.cpu.rip());
    assertEquals(TestGuest.CODE + 0x1000, guest.cpu.exitAddress());
  }

  @Test
  void instructionsBeforeAFaultInTheSameBlockStand() {
    // mov eax,1; cmp eax,2; mov [0x900000],eax
    guest.run("b801000000 83f802 890425000090 00");
    assertEquals(1, guest.reg(CpuState.RAX));
    assertEquals(2, guest.cpu.instructions());
    assertEquals(TestGuest.CODE + 8, guest.cpu.rip());
    assertEquals(0x95, guest.flags()); // CF PF AF SF
  }

  @Test
  void trapsShowTheNextInstruction() {
    assertEquals(ExitReason.EXCEPTION, guest.run("cc"));
    assertEquals(Vector.BP, guest.cpu.exitVector());
    assertEquals(TestGuest.CODE + 1, guest.cpu.rip());
    assertEquals(ExitReason.EXCEPTION, guest.run("cd03")); // int 3 in two bytes
    assertEquals(Vector.BP, guest.cpu.exitVector());
    assertEquals(TestGuest.CODE + 2, guest.cpu.rip());
    assertEquals(ExitReason.EXCEPTION, guest.run("cd04"));
    assertEquals(Vector.OF, guest.cpu.exitVector());
  }
}

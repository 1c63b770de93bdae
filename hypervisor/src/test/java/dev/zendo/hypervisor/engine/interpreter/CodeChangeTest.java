package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Decoded code follows the bytes of its frame, whoever changes them through whatever address. */
@ParameterizedClass
@EnumSource(TestEngine.class)
class CodeChangeTest {
  private static final long ALIAS = 0x600000;

  private final TestGuest guest;

  CodeChangeTest(TestEngine engine) {
    guest = engine.guest();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void writableCode() {
    guest.map(TestGuest.CODE, 1, TestGuest.W | TestGuest.X);
    guest.map(ALIAS, 1, TestGuest.W);
  }

  @Test
  void storeAheadInTheSameBlockTakesEffect() {
    writableCode();
    guest.reg(CpuState.RAX, 0);
    // mov byte [rip+3],0x90; nop; nop; nop; inc eax (its first byte becomes a nop: nop; rol ...)
    guest.reg(CpuState.RCX, 0);
    guest.code(TestGuest.CODE, "c6050100000041 90 ffc0 0f0b"); // nop's successor: inc eax
    guest.cpu.rip(TestGuest.CODE);
    // the store turns "ff c0" into "41 c0 0f 0b": ror byte [r15],0x0b
    guest.reg(15, TestGuest.DATA);
    guest.executor.run(3);
    assertEquals(TestGuest.CODE + 12, guest.cpu.rip());
    assertEquals(0, guest.reg(CpuState.RAX));
  }

  @Test
  void storeThroughAnAliasTakesEffect() {
    writableCode();
    // l: mov eax,1; mov byte [rdi],2; dec ecx; jnz l
    guest.reg(CpuState.RDI, ALIAS + 1).reg(CpuState.RCX, 2);
    guest.runToEnd("b801000000 c60702 ffc9 75f4");
    assertEquals(2, guest.reg(CpuState.RAX));
  }

  @Test
  void bulkCopyOverCodeTakesEffect() {
    writableCode();
    guest.poke(TestGuest.DATA, 0x9090_00000002b8L); // mov eax,2; nop; nop
    // call f twice around rep movsb over f; f: mov eax,1; nop; nop; ret
    guest.reg(CpuState.RSI, TestGuest.DATA).reg(CpuState.RDI, ALIAS + 0x20);
    guest.reg(CpuState.RCX, 7);
    guest.code(TestGuest.CODE + 0x20, "b801000000 90 90 c3");
    guest.runToEnd("e81b000000 89c3 f3a4 e812000000");
    assertEquals(1, guest.reg(CpuState.RBX));
    assertEquals(2, guest.reg(CpuState.RAX));
  }

  @Test
  void writerOutsideTheEngineTakesEffect() {
    guest.runToEnd("b801000000");
    HostMemory.putByte(guest.host(TestGuest.CODE + 1), (byte) 7);
    guest.codeMap.written(1);
    guest.cpu.rip(TestGuest.CODE);
    guest.executor.run(100);
    assertEquals(7, guest.reg(CpuState.RAX));
  }

  @Test
  void loopThatIsPatchedInTheMiddleEnds() {
    writableCode();
    // l: inc eax; cmp eax,50; jne skip; mov byte [rdi],0x90; skip: jmp l  -> two nops
    guest.reg(CpuState.RDI, ALIAS + 12).reg(CpuState.RAX, 0);
    guest.code(TestGuest.CODE, "ffc0 83f832 7505 66c7079090 ebf2 0f0b");
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(10_000));
    assertEquals(50, guest.reg(CpuState.RAX));
  }

  @Test
  void dataBesideCodeIsWrittenWithoutDroppingIt() {
    writableCode();
    // l: inc dword [rdi]; dec ecx; jnz l
    guest.reg(CpuState.RDI, TestGuest.CODE + 0x800).reg(CpuState.RCX, 100_000);
    guest.code(TestGuest.CODE, "ff07 ffc9 75fa 0f0b");
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(10_000_000));
    assertEquals(100_000, guest.peek(TestGuest.CODE + 0x800));
    assertEquals(300_000, guest.cpu.instructions());
  }

  @Test
  void frameThatBecomesDataGetsFastStoresAgain() {
    guest.runToEnd("b801000000");
    guest.map(ALIAS, 1, TestGuest.W);
    guest.code(TestGuest.DATA, "ff07 ffc9 75fa 0f0b");
    guest.map(TestGuest.DATA, 2, TestGuest.X);
    guest.reg(CpuState.RDI, ALIAS + 0x800).reg(CpuState.RCX, 200);
    guest.cpu.rip(TestGuest.DATA);
    guest.executor.run(10_000);
    assertEquals(200, guest.peek(ALIAS + 0x800));
    assertFalse(guest.codeMap.hasCode(1));
    assertTrue(guest.codeMap.hasCode(2));
  }

  @Test
  void instructionAcrossPagesFollowsTheSecondPagesMapping() {
    long edge = TestGuest.CODE + 0x1000;
    guest.map(edge, 10, TestGuest.X);
    guest.code(edge - 2, "b8 05 00 00 00 0f0b");
    guest.cpu.rip(edge - 2);
    guest.executor.run(10);
    assertEquals(0x000005, guest.reg(CpuState.RAX));
    guest.map(edge, 11, TestGuest.X);
    guest.code(edge, "01 00 00 0f0b");
    guest.cpu.rip(edge - 2);
    guest.executor.run(10);
    assertEquals(0x0105, guest.reg(CpuState.RAX));
    HostMemory.putByte(guest.memory.address(11), (byte) 2);
    guest.codeMap.written(11);
    guest.cpu.rip(edge - 2);
    guest.executor.run(10);
    assertEquals(0x0205, guest.reg(CpuState.RAX));
  }

  @Test
  void branchAcrossPagesGoesBothWays() {
    long edge = TestGuest.CODE + 0x1000;
    guest.map(edge, 10, TestGuest.X);
    guest.code(edge - 3, "85c0 74 03 b001 0f0b"); // test eax,eax; jz +3 into the ud2's tail
    guest.code(edge + 4, "0b b002 0f0b");
    for (int value = 0; value < 2; value++) {
      guest.reg(CpuState.RAX, value);
      guest.cpu.rip(edge - 3);
      guest.executor.run(10);
      assertEquals(value == 0 ? edge + 4 : edge + 3, guest.cpu.rip());
    }
  }

  @Test
  void remappedCodePageIsDecodedAnew() {
    guest.runToEnd("b801000000");
    guest.map(TestGuest.CODE, 12, TestGuest.X);
    guest.runToEnd("b802000000");
    assertEquals(2, guest.reg(CpuState.RAX));
    guest.map(TestGuest.CODE, 1, TestGuest.X);
    guest.cpu.rip(TestGuest.CODE);
    guest.executor.run(10);
    assertEquals(1, guest.reg(CpuState.RAX));
  }
}

package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestEngine.class)
class InterpreterTest {
  private final TestEngine engine;

  InterpreterTest(TestEngine engine) {
    this.engine = engine;
  }

  @Test
  void straightLineCodeRunsToTheExitAndCountsItsInstructions() {
    try (TestGuest guest = engine.guest()) {
      // mov eax,5; add eax,7; lea rcx,[rax+rax*2+1]; push rcx; pop rdx; ud2
      guest.runToEnd("b805000000 83c007 488d4c4001 51 5a");
      assertEquals(12, guest.reg(CpuState.RAX));
      assertEquals(37, guest.reg(CpuState.RDX));
      assertEquals(5, guest.cpu.instructions());
      assertEquals(TestGuest.CODE + 15, guest.cpu.rip());
    }
  }

  @Test
  void loopsRunThroughLinkedBlocks() {
    try (TestGuest guest = engine.guest()) {
      // xor eax,eax; mov ecx,1000; l: add rax,rcx; dec ecx; jnz l
      guest.runToEnd("31c0 b9e8030000 4801c8 ffc9 75f9");
      assertEquals(500500, guest.reg(CpuState.RAX));
      assertEquals(2 + 3 * 1000, guest.cpu.instructions());
    }
  }

  @Test
  void callAndReturnUseTheStack() {
    try (TestGuest guest = engine.guest()) {
      // call f; jmp end; f: mov eax,[rsp]; ret; end:
      guest.runToEnd("e802000000 eb04 8b0424 c3");
      assertEquals(TestGuest.CODE + 5, guest.reg(CpuState.RAX));
      assertEquals(TestGuest.STACK, guest.reg(CpuState.RSP));
    }
  }

  @Test
  void syscallLeavesWithReturnAddressAndFlags() {
    try (TestGuest guest = engine.guest()) {
      assertEquals(ExitReason.SYSCALL, guest.run("31c0 0f05"));
      assertEquals(TestGuest.CODE + 4, guest.cpu.rip());
      assertEquals(TestGuest.CODE + 4, guest.reg(CpuState.RCX));
      assertEquals(0x246, guest.reg(11));
    }
  }
}

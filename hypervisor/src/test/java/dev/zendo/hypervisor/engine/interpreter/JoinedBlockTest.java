package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks whose ops are joined can be left and changed at any instruction. */
@Timeout(60)
class JoinedBlockTest {
  private static final long ALIAS = 0x600000;

  private static void load(TestGuest guest, String hex, Consumer<TestGuest> setup) {
    guest.map(TestGuest.CODE, 1, TestGuest.W | TestGuest.X);
    guest.map(ALIAS, 1, TestGuest.W);
    guest.code(TestGuest.CODE, hex + "0f0b");
    for (int i = 0; i < 16; i++) {
      guest.reg(i, 0x0123_4567_89ab_cdefL * (i + 1));
    }
    guest.reg(CpuState.RSP, TestGuest.STACK - 64);
    setup.accept(guest);
    guest.cpu.rip(TestGuest.CODE);
  }

  private static void expectSame(TestGuest steps, TestGuest joined) {
    assertEquals(steps.cpu.instructions(), joined.cpu.instructions(), "instructions");
    assertEquals(steps.cpu.rip(), joined.cpu.rip(), "rip");
    assertEquals(steps.cpu.rflags(), joined.cpu.rflags(), "flags");
    for (int i = 0; i < 16; i++) {
      assertEquals(steps.reg(i), joined.reg(i), "register " + i);
    }
    for (long va = TestGuest.DATA; va < TestGuest.DATA + 0x2000; va += 8) {
      assertEquals(steps.peek(va), joined.peek(va), "memory");
    }
  }

  /** Runs code up to its exception both ways. */
  private static void expectSameAsSteps(int vector, String hex, Consumer<TestGuest> setup) {
    try (TestGuest steps = new TestGuest();
        TestGuest joined = new TestGuest(Heat.EAGER)) {
      load(steps, hex, setup);
      load(joined, hex, setup);
      int reason = ExitReason.INTERRUPTED;
      while (reason == ExitReason.INTERRUPTED) {
        reason = steps.executor.step();
      }
      assertEquals(ExitReason.EXCEPTION, reason);
      assertEquals(ExitReason.EXCEPTION, joined.executor.run(Long.MAX_VALUE));
      assertEquals(vector, joined.cpu.exitVector());
      assertEquals(steps.cpu.exitErrorCode(), joined.cpu.exitErrorCode());
      assertEquals(steps.cpu.exitAddress(), joined.cpu.exitAddress());
      expectSame(steps, joined);
      assertTrue(joined.joined() > 0, "joined");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "488b07", // mov rax,[rdi]
        "488907", // mov [rdi],rax
        "480107", // add [rdi],rax
        "480307", // add rax,[rdi]
        "ff07", // inc dword [rdi]
        "668907", // mov [rdi],ax
        "8807", // mov [rdi],al
        "8a27", // mov ah,[rdi]
        "488707", // xchg [rdi],rax
        "ff37", // push qword [rdi]
        "660fb607", // movzx ax,byte [rdi]
        "d307", // rol dword [rdi],cl
        "0fb10f", // cmpxchg [rdi],ecx
      })
  void faultsOfLaterIterationsAreExact(String operation) {
    // l: add edx,eax; the operation; adc rbx,rdx; mov rsp,r8; add rdi,8; xor ebx,eax; jmp l
    String body = "01c2" + operation + "4811d3 4c89c4 4883c708 31c3";
    int bytes = body.replace(" ", "").length() / 2;
    expectSameAsSteps(
        Vector.PF,
        body + "eb" + String.format("%02x", -(bytes + 2) & 0xff),
        guest -> guest.reg(CpuState.RDI, TestGuest.DATA + 0x1c00).reg(8, TestGuest.STACK - 64));
  }

  @Test
  void stackThatRunsOutFaultsExactly() {
    // l: push rax; add rax,rsp; push rbx; inc rbx; pop rcx; jmp l
    expectSameAsSteps(Vector.PF, "50 4801e0 53 48ffc3 59 ebf5", guest -> {});
  }

  @Test
  void divisionThatFailsLateFaultsExactly() {
    // l: mov eax,100; xor edx,edx; div ecx; add ebx,eax; dec ecx; jmp l
    expectSameAsSteps(
        Vector.DE, "b864000000 31d2 f7f1 01c3 ffc9 ebf1", guest -> guest.reg(CpuState.RCX, 50));
  }

  @Test
  void codeThatChangesItselfAhead() {
    // l: cmp ecx,500; jne s; mov byte [rdi],5; s: add rax,1; dec ecx; jnz l
    expectSameAsSteps(
        Vector.UD,
        "81f9f4010000 7503 c60705 4883c001 ffc9 75ed",
        guest -> guest.reg(CpuState.RCX, 1000).reg(CpuState.RDI, ALIAS + 14));
  }

  @Test
  void codeThatChangesItselfBehind() {
    // l: add rax,1; mov [rdi],cl; dec ecx; jnz l
    expectSameAsSteps(
        Vector.UD,
        "4883c001 880f ffc9 75f6",
        guest -> guest.reg(CpuState.RCX, 300).reg(CpuState.RDI, ALIAS + 3));
  }

  @Test
  void anotherVcpuChangesTheCode() throws InterruptedException {
    try (TestGuest guest = new TestGuest(Heat.EAGER);
        CpuState other = new CpuState()) {
      // l: inc rax; inc rbx; add rdx,rax; jmp l
      load(guest, "48ffc0 48ffc3 4801c2 ebf5", g -> {});
      guest.map(0x800000, 9, TestGuest.X);
      guest.code(0x800000, "66c7070f0b 0f0b"); // mov word [rdi],0x0b0f, which is ud2; ud2
      VcpuExecutor writer = guest.engine.attach(other, guest, () -> 0);
      other.kernelMode(true);
      other.selector(CpuState.CS, 0xe033);
      other.selector(CpuState.SS, 0xe02b);
      other.gpr(CpuState.RDI, ALIAS + 9);
      other.rip(0x800000);
      int[] reason = new int[1];
      Thread runner = new Thread(() -> reason[0] = guest.executor.run(Long.MAX_VALUE));
      long before = guest.reg(CpuState.RAX) - guest.reg(CpuState.RBX);
      runner.start();
      while (guest.joined() == 0) {
        Thread.onSpinWait();
      }
      assertEquals(ExitReason.EXCEPTION, writer.run(10));
      assertEquals(1, other.instructions());
      runner.join();
      assertEquals(ExitReason.EXCEPTION, reason[0]);
      assertEquals(Vector.UD, guest.cpu.exitVector());
      assertEquals(TestGuest.CODE + 9, guest.cpu.rip());
      assertEquals(before, guest.reg(CpuState.RAX) - guest.reg(CpuState.RBX));
    }
  }

  @Test
  void budgetsEndWithTheStateOfThatManyInstructions() {
    // l: add [rdi],rax; adc rbx,rax; test bl,1; jz s; ror rax,3; s: dec ecx; jnz l
    String hex = "480107 4811c3 f6c301 7404 48c1c803 ffc9 75ed";
    Consumer<TestGuest> setup =
        guest -> guest.reg(CpuState.RCX, 2000).reg(CpuState.RDI, TestGuest.DATA);
    try (TestGuest steps = new TestGuest();
        TestGuest joined = new TestGuest(Heat.EAGER)) {
      load(steps, hex, setup);
      load(joined, hex, setup);
      int reason = ExitReason.INTERRUPTED;
      for (int budget = 1; reason == ExitReason.INTERRUPTED; budget = budget * 3 % 101) {
        long before = joined.cpu.instructions();
        reason = joined.executor.run(budget);
        assertTrue(
            reason != ExitReason.INTERRUPTED || joined.cpu.instructions() - before >= budget);
        while (steps.cpu.instructions() < joined.cpu.instructions()) {
          assertEquals(ExitReason.INTERRUPTED, steps.executor.step());
        }
        expectSame(steps, joined);
      }
      assertEquals(Vector.UD, joined.cpu.exitVector());
      assertTrue(joined.joined() > 0, "joined");
    }
  }

  @Test
  void interruptsFindWholeInstructions() throws InterruptedException {
    try (TestGuest guest = new TestGuest(Heat.EAGER)) {
      // l: inc rdx; add rax,3; add rbx,5; jmp l
      load(
          guest,
          "48ffc2 4883c003 4883c305 ebf3",
          g -> g.reg(CpuState.RAX, 0).reg(CpuState.RDX, 0).reg(CpuState.RBX, 0));
      for (int i = 0; i < 20; i++) {
        Thread interrupter =
            new Thread(
                () -> {
                  sleep(2);
                  guest.executor.requestExit();
                });
        interrupter.start();
        assertEquals(ExitReason.INTERRUPTED, guest.executor.run(Long.MAX_VALUE));
        interrupter.join();
        expectConsistent(guest);
      }
      assertTrue(guest.joined() > 0, "joined");
    }
  }

  private static void expectConsistent(TestGuest guest) {
    int[] offsets = {0, 3, 7, 11};
    long rounds = guest.cpu.instructions() / 4;
    int done = (int) (guest.cpu.instructions() % 4);
    assertEquals(TestGuest.CODE + offsets[done], guest.cpu.rip());
    assertEquals(rounds + (done > 0 ? 1 : 0), guest.reg(CpuState.RDX));
    assertEquals(3 * (rounds + (done > 1 ? 1 : 0)), guest.reg(CpuState.RAX));
    assertEquals(5 * (rounds + (done > 2 ? 1 : 0)), guest.reg(CpuState.RBX));
  }

  private static void sleep(long milliseconds) {
    try {
      TimeUnit.MILLISECONDS.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void threadThatJoinsEndsWhenThereIsNothingToDo() {
    try (TestGuest guest = new TestGuest(new Heat(10, 10, true))) {
      load(guest, "48ffc2 4883c003 4883c305 ebf3", g -> {});
      while (guest.joined() == 0) {
        assertEquals(ExitReason.INTERRUPTED, guest.executor.run(100_000));
      }
    }
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("hot-blocks"))) {
      sleep(50);
    }
  }
}

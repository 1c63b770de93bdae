package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.EngineCounters;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code that the direct engine emitted can be left, changed and moved at any time. */
@Timeout(60)
class DirectCodeTest {
  private static final long ALIAS = 0x600000;

  private TestGuest guest;

  @BeforeEach
  void open() {
    guest = TestGuest.direct();
    guest.map(TestGuest.CODE, 1, TestGuest.W | TestGuest.X);
    guest.map(ALIAS, 1, TestGuest.W);
  }

  @AfterEach
  void close() {
    if (guest != null) {
      guest.close();
    }
  }

  private static void load(TestGuest guest, String hex) {
    guest.code(TestGuest.CODE, hex + "0f0b");
    guest.cpu.rip(TestGuest.CODE);
  }

  @Test
  void memoryAccessesAreExecutedByEmittedCode() {
    // l: add [rdi],rax; mov [rdi+rax*8],rcx; push rcx; pop rdx; call f; dec ecx; jnz l; ud2; f: ret
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RAX, 3).reg(CpuState.RCX, 10_000);
    guest.code(TestGuest.CODE + 0x40, "c3");
    load(guest, "480107 48890cc7 51 5a e832000000 ffc9 75ee");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(30_000, guest.peek(TestGuest.DATA));
    assertEquals(1, guest.peek(TestGuest.DATA + 24));
    assertEquals(80_000, guest.cpu.instructions());
    assertTrue(guest.translated() > 79_900, () -> "only " + guest.translated());
  }

  @Test
  void whatTheHypervisorDoesLeavesEmittedCodeDirectly() {
    // stc; syscall; cpuid; ud2
    guest.code(TestGuest.CODE, "f9 0f05 0fa2 0f0b");
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.SYSCALL, guest.executor.run(Long.MAX_VALUE));
    assertEquals(TestGuest.CODE + 3, guest.cpu.rip());
    assertEquals(TestGuest.CODE + 3, guest.reg(CpuState.RCX));
    assertEquals(0x203, guest.reg(11));
    assertEquals(ExitReason.CPUID, guest.executor.run(Long.MAX_VALUE));
    assertEquals(TestGuest.CODE + 3, guest.cpu.rip());
    guest.cpu.rip(TestGuest.CODE + 5);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(Vector.UD, guest.cpu.exitVector());
    assertEquals(TestGuest.CODE + 5, guest.cpu.rip());
    assertEquals(2, guest.cpu.instructions());
    assertEquals(2, guest.translated());
  }

  @Test
  void scansOfZeroLeaveTheWholeRegister() {
    // bsf eax,ecx; bsr rsi,[rdi]; tzcnt r14,rcx; setz bl; bsf edx,ebp; lzcnt r15d,ebp
    guest.reg(CpuState.RAX, -1).reg(CpuState.RSI, -2).reg(14, -3).reg(CpuState.RCX, 0);
    guest.reg(CpuState.RDX, -4).reg(15, -5).reg(CpuState.RBP, 0x5000);
    guest.reg(CpuState.RDI, TestGuest.DATA);
    load(guest, "0fbcc1 480fbd37 f34c0fbcf1 0f94c3 0fbcd5 f3440fbdfd");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(-1, guest.reg(CpuState.RAX));
    assertEquals(-2, guest.reg(CpuState.RSI));
    assertEquals(-3, guest.reg(14));
    assertEquals(1, guest.reg(CpuState.RBX) & 0xff);
    assertEquals(12, guest.reg(CpuState.RDX));
    assertEquals(14, guest.reg(15));
    assertEquals(6, guest.translated());
  }

  @Test
  void pageFaultsLeaveEmittedCodeDirectly() {
    long missing = TestGuest.DATA + 0x2000;
    guest.map(TestGuest.DATA, 2, 0);
    // inc eax; mov rcx,[rdi]; and: inc eax; add [rdi],eax
    for (String access : new String[] {"488b0f", "0107"}) {
      guest.reg(CpuState.RAX, 1).reg(CpuState.RDI, missing);
      load(guest, "ffc0" + access);
      assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
      assertEquals(Vector.PF, guest.cpu.exitVector());
      assertEquals(access.equals("0107") ? 6 : 4, guest.cpu.exitErrorCode());
      assertEquals(missing, guest.cpu.exitAddress());
      assertEquals(TestGuest.CODE + 2, guest.cpu.rip());
      assertEquals(2, guest.reg(CpuState.RAX));
    }
    assertEquals(2, guest.cpu.instructions());
    assertEquals(2, guest.translated());
  }

  @Test
  void storesOfTheKernelToReadOnlyPagesMayBeForPageTables() {
    guest.map(TestGuest.DATA, 2, 0);
    guest.emulatesStores = true;
    guest.reg(CpuState.RDI, TestGuest.DATA);
    load(guest, "488907");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(Vector.UD, guest.cpu.exitVector());
    assertEquals(1, guest.emulated);
    guest.cpu.kernelMode(false);
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(Vector.PF, guest.cpu.exitVector());
    assertEquals(1, guest.emulated);
  }

  @Test
  void emittedCodeGoesOnBehindAReadingOfTheTime() {
    // stc; rdtsc; adc eax,0; mov ebx,eax; rdtscp; ud2
    guest.clock = 0x7_0000_0005L;
    HostMemory.putInt(guest.cpu.base() + CpuState.TSC_AUX, 9);
    load(guest, "f9 0f31 83d000 89c3 0f01f9");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(6, guest.reg(CpuState.RBX));
    assertEquals(5, guest.reg(CpuState.RAX));
    assertEquals(7, guest.reg(CpuState.RDX));
    assertEquals(9, guest.reg(CpuState.RCX));
    assertEquals(TestGuest.CODE + 11, guest.cpu.rip());
    assertEquals(5, guest.cpu.instructions());
    assertEquals(5, guest.translated());
  }

  @Test
  void theKernelMayKeepTheTimeFromTheUser() {
    guest.cpu.field(CpuState.CR4, 4);
    guest.cpu.kernelMode(false);
    load(guest, "ffc0 0f31");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(Vector.GP, guest.cpu.exitVector());
    assertEquals(TestGuest.CODE + 2, guest.cpu.rip());
    assertEquals(1, guest.cpu.instructions());
  }

  @Test
  void exitRequestEndsALoopThatLeavesAllTheTime() throws InterruptedException {
    // Two pages that share a slot of the translation buffer. l: mov [rsi],eax; mov [rdi],eax; jmp l
    long other = TestGuest.DATA + CpuState.TLB_ENTRIES * 4096L;
    guest.map(other, 5, TestGuest.W);
    guest.reg(CpuState.RSI, TestGuest.DATA).reg(CpuState.RDI, other);
    for (String loop : new String[] {"8906 8907 ebfa", "0f31 ebfc"}) {
      load(guest, loop);
      int[] reason = {-1};
      Thread runner = new Thread(() -> reason[0] = guest.executor.run(Long.MAX_VALUE));
      runner.start();
      Thread.sleep(20);
      guest.executor.requestExit();
      runner.join();
      assertEquals(ExitReason.INTERRUPTED, reason[0]);
    }
  }

  @Test
  void everyBudgetEndsLessThanABlockLater() {
    // l: add [rdi],rax; adc rbx,rax; test bl,1; jz s; ror rax,3; s: dec ecx; jnz l
    String loop = "480107 4811c3 f6c301 7404 48c1c803 ffc9 75ed";
    try (TestGuest steps = new TestGuest()) {
      steps.reg(CpuState.RDI, TestGuest.DATA);
      guest.reg(CpuState.RDI, TestGuest.DATA);
      steps.reg(CpuState.RAX, 0x123456789L).reg(CpuState.RCX, 1_000_000);
      guest.reg(CpuState.RAX, 0x123456789L).reg(CpuState.RCX, 1_000_000);
      load(steps, loop);
      load(guest, loop);
      for (int budget = 1; budget <= 200; budget++) {
        long before = guest.cpu.instructions();
        assertEquals(ExitReason.INTERRUPTED, guest.executor.run(budget));
        long over = guest.cpu.instructions() - before - budget;
        assertTrue(over >= 0 && over < 7, () -> "overshot by " + over);
        while (steps.cpu.instructions() < guest.cpu.instructions()) {
          assertEquals(ExitReason.INTERRUPTED, steps.executor.step());
        }
        assertEquals(steps.cpu.rip(), guest.cpu.rip());
        assertEquals(steps.cpu.rflags(), guest.cpu.rflags());
        for (int i = 0; i < 16; i++) {
          assertEquals(steps.reg(i), guest.reg(i), "register " + i);
        }
      }
      assertEquals(steps.peek(TestGuest.DATA), guest.peek(TestGuest.DATA));
      assertTrue(guest.translated() > 10_000);
    }
  }

  @Test
  void countsWhatItTranslatesAndWhatTheInterpreterDoes() {
    // mov ecx,3; l: dec ecx; xlatb; jnz l; ud2
    guest.reg(CpuState.RBX, TestGuest.DATA).reg(CpuState.RAX, 0);
    load(guest, "b903000000 ffc9 d7 75fb 0f0b");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    EngineCounters counters = guest.executor.counters();
    assertEquals(3, counters.helped);
    assertEquals(3, counters.helpedBy[Mnemonic.XLAT.ordinal()]);
    assertEquals(7, counters.emitted);
    assertTrue(counters.entries >= 3 && counters.blocks >= 3 && counters.translated >= 3);
    assertTrue(counters.codeBytes > 0 && counters.metadataBytes > 0);
    assertEquals(0, counters.dropped);
    load(guest, "90 0f0b");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertTrue(counters.dropped > 0, "the code changed");
  }

  @Test
  void codeThatDoesNotFitIsDroppedAndMadeAgain() {
    try (TestGuest small = TestGuest.direct(96 << 10)) {
      for (TestGuest each : new TestGuest[] {small, guest}) {
        long entry = new ColdCode(each).emit(0x800000, 8, 5, 300);
        each.reg(CpuState.RBX, TestGuest.DATA).reg(CpuState.RDI, 50);
        each.cpu.rip(entry);
        assertEquals(ExitReason.SYSCALL, each.executor.run(Long.MAX_VALUE));
        long count = each.cpu.instructions();
        assertTrue(each.translated() > count * 9 / 10, () -> each.translated() + " of " + count);
      }
      assertEquals(guest.cpu.instructions(), small.cpu.instructions());
      EngineCounters counters = small.executor.counters();
      assertTrue(counters.flushes > 0);
      assertTrue(counters.codeBytes > 0 && counters.codeBytes <= counters.codeLimit);
      assertEquals(96 << 10, counters.codeLimit);
      assertEquals(0, guest.executor.counters().flushes);
      assertTrue(counters.blocks > guest.executor.counters().blocks);
      for (int i = 0; i < 16; i++) {
        assertEquals(guest.reg(i), small.reg(i), "register " + i);
      }
      for (long va = TestGuest.DATA; va < TestGuest.DATA + 0x1000; va += 8) {
        assertEquals(guest.peek(va), small.peek(va));
      }
    }
  }

  @Test
  void codeThatWasShedIsMadeAgainWhereTheVcpuGoesOn() {
    // l: mov [rdi],eax; call f; dec ecx; jnz l; ud2; f: inc eax; ret
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RBX, TestGuest.DATA);
    guest.reg(CpuState.RAX, 0).reg(CpuState.RCX, 100_000);
    guest.code(TestGuest.CODE + 0x40, "ffc0 c3");
    load(guest, "8907 e839000000 ffc9 75f5");
    EngineCounters counters = guest.executor.counters();
    guest.executor.shed();
    assertEquals(0, counters.sheds, "there was nothing");
    long blocks = 0;
    for (int i = 1; i <= 5; i++) {
      assertEquals(ExitReason.INTERRUPTED, guest.executor.run(50_000));
      assertTrue(counters.codeBytes > 0 && counters.blocks > blocks);
      blocks = counters.blocks;
      guest.executor.shed();
      assertEquals(i, counters.sheds);
      assertEquals(0, counters.codeBytes + counters.metadataBytes);
    }
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(Vector.UD, guest.cpu.exitVector());
    assertEquals(100_000, guest.reg(CpuState.RAX));
    assertEquals(99_999, guest.peek(TestGuest.DATA) & 0xffff_ffffL);
    assertEquals(6 * 100_000, guest.cpu.instructions());
    assertEquals(0, counters.flushes);
  }

  @Test
  void codeIsSmallAfterItWasShedUntilTheVcpuIsBusy() {
    // l: mov [rdi],eax; add [rdi+rbx],ecx; jmp l
    guest.reg(CpuState.RDI, TestGuest.DATA).reg(CpuState.RBX, 8);
    load(guest, "8907 010c1f ebf9");
    long fast = codeAfter(1_800_000);
    guest.executor.shed();
    long small = codeAfter(1_800_000);
    assertTrue(small < fast, () -> small + " instead of " + fast);
    guest.executor.quiet();
    assertEquals(small, codeAfter(1_800_000), "it hardly ran, somebody said");
    assertEquals(fast, codeAfter(1_800_000));
    assertEquals(4 * 1_800_000, guest.cpu.instructions());
  }

  /** Executes a multiple of three instructions from the start of the code. */
  private long codeAfter(long instructions) {
    assertEquals(ExitReason.INTERRUPTED, guest.executor.run(instructions));
    assertEquals(TestGuest.CODE, guest.cpu.rip());
    return guest.executor.counters().codeBytes;
  }

  /** Whatever an empty entry of the jump cache holds, it must be nobody's target. */
  @Test
  void jumpsToStrangeAddressesFault() {
    long[] targets = {
      0, 1, 2, -1, Long.MIN_VALUE, 0x5555_5555_5555_5555L, 0xaaaa_aaaa_aaaa_aaaaL, 0xffffL << 47
    };
    for (long target : targets) {
      guest.executor.shed();
      // jmp rax
      guest.reg(CpuState.RAX, target);
      load(guest, "ffe0");
      int reason = guest.executor.run(Long.MAX_VALUE);
      assertEquals(ExitReason.EXCEPTION, reason, () -> Long.toHexString(target));
      boolean canonical = CpuState.isCanonical(target);
      assertEquals(canonical ? Vector.PF : Vector.GP, guest.cpu.exitVector());
    }
  }

  @Test
  void changesOfCodeThatWasShedAreSeenWhenItIsMadeAgain() {
    load(guest, "b801000000 0f0b");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    guest.executor.shed();
    load(guest, "b802000000 0f0b");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(2, guest.reg(CpuState.RAX));
  }

  @Test
  void runningCodeChangesItselfThroughAnAlias() {
    // l: inc rax; cmp eax,5000; jne s; mov word [rdi],0x0b0f; s: jmp l -> ud2
    guest.reg(CpuState.RAX, 0).reg(CpuState.RDI, ALIAS + 15);
    load(guest, "48ffc0 3d88130000 7505 66c7070f0b ebef");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(Vector.UD, guest.cpu.exitVector());
    assertEquals(5000, guest.reg(CpuState.RAX));
    assertEquals(4 * 4999 + 4, guest.cpu.instructions());
  }

  @Test
  void exitRequestEndsAnEndlessLoop() throws InterruptedException {
    load(guest, "48ffc0 ebfb");
    int[] reason = {-1};
    Thread runner = new Thread(() -> reason[0] = guest.executor.run(Long.MAX_VALUE));
    runner.start();
    guest.executor.requestExit();
    runner.join();
    assertEquals(ExitReason.INTERRUPTED, reason[0]);
  }

  @Test
  void anotherVcpuChangesRunningCode() throws InterruptedException {
    // l: mov byte [rsi],1; inc rax; inc rbx; jmp l
    guest.reg(CpuState.RSI, TestGuest.DATA);
    load(guest, "c60601 48ffc0 48ffc3 ebf5");
    guest.map(0x800000, 9, TestGuest.X);
    guest.code(0x800000, "66c7070f0b 0f0b"); // mov word [rdi],0x0b0f, which is ud2; ud2
    int[] reason = new int[1];
    Thread runner = new Thread(() -> reason[0] = guest.executor.run(Long.MAX_VALUE));
    long before = guest.reg(CpuState.RAX) - guest.reg(CpuState.RBX);
    try (CpuState other = new CpuState()) {
      VcpuExecutor writer = guest.engine.attach(other, guest, () -> 0);
      other.kernelMode(true);
      other.selector(CpuState.CS, 0xe033);
      other.selector(CpuState.SS, 0xe02b);
      other.gpr(CpuState.RDI, ALIAS + 9);
      other.rip(0x800000);
      runner.start();
      while (guest.peek(TestGuest.DATA) == 0) {
        Thread.onSpinWait();
      }
      assertEquals(ExitReason.EXCEPTION, writer.run(1000));
      runner.join();
      writer.close();
    }
    assertEquals(Vector.UD, guest.cpu.exitVector());
    assertEquals(TestGuest.CODE + 9, guest.cpu.rip());
    assertEquals(before, guest.reg(CpuState.RAX) - guest.reg(CpuState.RBX));
  }

  @Test
  void remappedPageRunsItsNewCodeAndThenItsOldAgain() {
    String call = "e8fb0f0000"; // call the next page
    guest.map(TestGuest.CODE + 0x1000, 10, TestGuest.X);
    guest.code(TestGuest.CODE + 0x1000, "b801000000 7400 c3"); // mov eax,1; jz; ret
    guest.map(TestGuest.CODE + 0x1000, 11, TestGuest.X);
    guest.code(TestGuest.CODE + 0x1000, "b802000000 7400 c3");
    for (int round = 0; round < 20; round++) {
      guest.map(TestGuest.CODE + 0x1000, 10 + round % 2, TestGuest.X);
      load(guest, call);
      guest.executor.run(1000);
      assertEquals(1 + round % 2, guest.reg(CpuState.RAX));
    }
    assertTrue(guest.translated() >= 60);
  }

  @Test
  void writableTranslationEndsWhenItsFrameBecomesCode() {
    // mov [rdi],eax to the alias first, then call the code there, change it, call it again
    guest.map(0x800000, 20, TestGuest.X);
    guest.map(0x900000, 20, TestGuest.W);
    guest.reg(CpuState.RDI, 0x900000).reg(CpuState.RSI, 0x800000).reg(CpuState.RCX, 200);
    // l: mov dword [rdi+1],ecx; call rsi; add rbx,rax; dec ecx; jnz l
    guest.code(0x800000, "b800000000 c3");
    guest.reg(CpuState.RBX, 0);
    load(guest, "894f01 ffd6 4801c3 ffc9 75f4");
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(Long.MAX_VALUE));
    assertEquals(200 * 201 / 2, guest.reg(CpuState.RBX));
    assertEquals(200 * 7, guest.cpu.instructions());
  }
}

package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EntryStubTest {
  private static final long PATIENCE_MS = 60_000;
  private static final int CACHE_LINE = 64;

  // Words of the bench that the tests' code uses.
  private static final int FIRST = 0;
  private static final int SECOND = 1;
  private static final int STOP = 2;

  private Bench bench;

  @BeforeEach
  void open() {
    Bench.assumeSupported();
    bench = new Bench();
  }

  @AfterEach
  void close() {
    if (bench != null) {
      bench.close();
    }
  }

  @Test
  void argumentsAndResultGoThroughTheStateAndRax() {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0x49, 0x8b, 0x87).int32(Bench.WORDS); // mov rax, [r15 + first]
    code.bytes(0x49, 0x03, 0x87).int32(Bench.WORDS + 8); // add rax, [r15 + second]
    long address = bench.place(0, bench.exit(code));
    for (long i = 0; i < 50_000; i++) { // long enough to be compiled
      HostMemory.putLong(bench.word(FIRST), i << 33);
      HostMemory.putLong(bench.word(SECOND), -3 * i);
      assertEquals((i << 33) - 3 * i, bench.run(address));
    }
  }

  @Test
  void theStackIsAlignedAndHasScratch() {
    CodeBuffer code = new CodeBuffer();
    for (int offset = 0; offset < EntryStub.SCRATCH_BYTES; offset += 8) {
      code.bytes(0x4c, 0x89, 0x7c, 0x24, offset); // mov [rsp + offset], r15
    }
    code.bytes(0x48, 0x89, 0xe0, 0x83, 0xe0, 0x0f); // mov rax, rsp; and eax, 15
    assertEquals(0, bench.run(bench.place(0, bench.exit(code))));
  }

  /** The stub is called from code that checks what the ABI promises to a caller. */
  @Test
  void whatBelongsToTheHostIsRestored() {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0x31, 0xdb, 0x31, 0xed, 0x45, 0x31, 0xe4, 0x45, 0x31, 0xed); // zero rbx rbp r12 r13
    code.bytes(0x45, 0x31, 0xf6, 0xfd); // xor r14d, r14d; std
    code.bytes(0x68).int32(0x7f80).bytes(0x0f, 0xae, 0x14, 0x24); // push; ldmxcsr [rsp]
    // The word unmasks exceptions, and any code that ran on this thread may have left some.
    code.bytes(0xdb, 0xe2, 0xd9, 0x2c, 0x24, 0x58); // fnclex; fldcw [rsp]; pop rax
    code.bytes(0xb8).int32(77); // mov eax, 77
    HostMemory.putLong(bench.state + Bench.CONTINUE, bench.place(0x400, bench.exit(code)));
    assertEquals(77, callChecked(bench.stub.enterAddress()));
  }

  @Test
  void theCheckNoticesWhatIsNotRestored() {
    int[][] culprits = {
      {0x90},
      {0x31, 0xdb}, // xor ebx, ebx
      {0x31, 0xed}, // xor ebp, ebp
      {0x45, 0x31, 0xe4}, // xor r12d, r12d
      {0x45, 0x31, 0xed}, // xor r13d, r13d
      {0x45, 0x31, 0xf6}, // xor r14d, r14d
      {0x45, 0x31, 0xff}, // xor r15d, r15d
      {0xfd}, // std
      {0x68, 0x80, 0x7f, 0, 0, 0x0f, 0xae, 0x14, 0x24, 0x58}, // push; ldmxcsr [rsp]; pop rax
      {0xdb, 0xe2, 0x68, 0x80, 0x7f, 0, 0, 0xd9, 0x2c, 0x24, 0x58}, // fnclex; push; fldcw; pop
    };
    for (int i = 0; i < culprits.length; i++) {
      CodeBuffer code =
          new CodeBuffer().bytes(culprits[i]).bytes(0x31, 0xc0, 0xc3); // zero eax; ret
      assertEquals(i == 0 ? 0 : -1, callChecked(bench.place(0x400, code)), "culprit " + i);
    }
  }

  private long callChecked(long target) {
    long caller = bench.place(0, checkingCaller(target));
    return Function.getFunction(new Pointer(caller)).invokeLong(new Object[] {bench.state});
  }

  /** A function of the state that returns what the target returns, or -1 if a register changed. */
  private CodeBuffer checkingCaller(long target) {
    CodeBuffer code = new CodeBuffer();
    int[] registers = {3, 5, 12, 13, 14, 15};
    code.bytes(0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57); // push callee-saved
    code.bytes(0x48, 0x83, 0xec, 0x18); // sub rsp, 24
    code.bytes(0x0f, 0xae, 0x1c, 0x24, 0xd9, 0x7c, 0x24, 0x04); // stmxcsr [rsp]; fnstcw [rsp + 4]
    for (int register : registers) {
      code.bytes(0x48 | register >>> 3, 0xb8 | register & 7).int64(marker(register));
    }
    code.bytes(0x48, 0x89, 0xfa); // mov rdx, rdi
    code.bytes(0x48, 0xb8).int64(target).bytes(0xff, 0xd0); // call rax
    for (int register : registers) {
      code.bytes(0x48, 0xb9).int64(marker(register)); // mov rcx, marker
      code.bytes(0x48 | register >>> 3, 0x39, 0xc8 | register & 7); // cmp register, rcx
      failIf(code, 0x75);
    }
    code.bytes(0x9c, 0x59, 0xf7, 0xc1).int32(0x400); // pushfq; pop rcx; test ecx, DF
    failIf(code, 0x75);
    code.bytes(0x0f, 0xae, 0x5c, 0x24, 0x08, 0xd9, 0x7c, 0x24, 0x0c); // both again, at rsp + 8
    code.bytes(0x8b, 0x0c, 0x24, 0x3b, 0x4c, 0x24, 0x08); // mov ecx, [rsp]; cmp ecx, [rsp + 8]
    failIf(code, 0x75);
    code.bytes(0x66, 0x8b, 0x4c, 0x24, 0x04, 0x66, 0x3b, 0x4c, 0x24, 0x0c); // the same, 16 bits
    failIf(code, 0x75);
    code.bytes(0x0f, 0xae, 0x14, 0x24, 0xd9, 0x6c, 0x24, 0x04, 0xfc); // restore all three
    code.bytes(0x48, 0x83, 0xc4, 0x18); // add rsp, 24
    code.bytes(0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0x5b); // pop callee-saved
    return code.bytes(0xc3);
  }

  private static long marker(int register) {
    return 0x1234_5678_9abc_de00L + register;
  }

  /** {@code mov rax, -1} under the opposite of a short jump's condition. */
  private static void failIf(CodeBuffer code, int jump) {
    code.bytes(jump ^ 1, 7, 0x48, 0xc7, 0xc0).int32(-1);
  }

  @Test
  void anAreaCanHaveAnExitOfItsOwn() {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0xb8).int32(5); // mov eax, 5
    EntryStub.emitExit(code);
    assertEquals(5, bench.run(bench.place(0, code)));
  }

  @Test
  void oneStubPerJvm() {
    assertSame(bench.stub, EntryStub.install(Bench.CONTINUE));
    assertThrows(IllegalStateException.class, () -> EntryStub.install(Bench.CONTINUE + 8));
    NativeEntry.bind(bench.stub.enterAddress());
    assertThrows(IllegalStateException.class, () -> NativeEntry.bind(bench.area.base()));
  }

  /** A running loop is led to the other counter and back, and at last out. */
  @Test
  void aJumpIsPatchedWhileAnotherThreadExecutesIt() throws InterruptedException {
    long loop = bench.area.base();
    long[] counters = {loop + CACHE_LINE, loop + 2 * CACHE_LINE};
    long displacement = loop + 4;
    bench.place(0, new CodeBuffer().bytes(0x0f, 0x1f, 0x00, 0xe9).int32(0)); // nop; jmp counter
    for (int i = 0; i < counters.length; i++) {
      CodeBuffer count = new CodeBuffer();
      count.bytes(0x49, 0xff, 0x87).int32(Bench.WORDS + 8 * i); // inc [r15 + word]
      count.bytes(0xe9).int32((int) (loop - (counters[i] + 12))); // jmp loop
      bench.place((i + 1) * CACHE_LINE, count);
    }
    long out = bench.place(3 * CACHE_LINE, bench.exit(new CodeBuffer().bytes(0x31, 0xc0)));
    bench.area.patch(displacement, (int) (counters[0] - displacement - 4));
    Thread runner = start(loop);
    for (int round = 0; round < 200; round++) {
      int to = round & 1;
      bench.area.patch(displacement, (int) (counters[to] - displacement - 4));
      awaitGrowth(bench.word(to));
    }
    bench.area.patch(displacement, (int) (out - displacement - 4));
    awaitEnd(runner);
  }

  @Test
  void theCollectorDoesNotWaitForEmittedCode() throws InterruptedException {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0x49, 0xff, 0x87).int32(Bench.WORDS); // inc [r15 + first]
    code.bytes(0x49, 0x8b, 0x87).int32(Bench.WORDS + 8 * STOP); // mov rax, [r15 + stop]
    code.bytes(0x48, 0x85, 0xc0, 0x74, -19); // test rax, rax; jz to the start
    Thread runner = start(bench.place(0, bench.exit(code)));
    for (int i = 0; i < 5; i++) {
      awaitGrowth(bench.word(FIRST));
      System.gc();
    }
    awaitGrowth(bench.word(FIRST));
    HostMemory.putLongRelease(bench.word(STOP), 1);
    awaitEnd(runner);
  }

  private Thread start(long address) {
    Thread thread = new Thread(() -> bench.run(address), "emitted code");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void awaitGrowth(long counter) {
    long before = HostMemory.getLongAcquire(counter);
    long limit = System.currentTimeMillis() + PATIENCE_MS;
    while (HostMemory.getLongAcquire(counter) == before) {
      assertFalse(System.currentTimeMillis() > limit, "emitted code makes no progress");
      Thread.onSpinWait();
    }
  }

  private static void awaitEnd(Thread thread) throws InterruptedException {
    thread.join(PATIENCE_MS);
    assertFalse(thread.isAlive(), "emitted code did not come back");
  }
}

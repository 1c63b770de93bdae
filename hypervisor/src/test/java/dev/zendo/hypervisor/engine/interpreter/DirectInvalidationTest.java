package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attacks on emitted code: bytes that are about to be executed change under it, by every way and at
 * every place there is, and addresses come to mean other frames.
 */
@Timeout(120)
class DirectInvalidationTest {
  private static final long ALIAS = 0x600000;
  private static final long NEXT = TestGuest.CODE + 0x1000;
  private static final int PAGE = 0x1000;

  /** Instructions of one byte that neither trap nor touch memory; any mixture is a program. */
  private static final byte[] ATOMS = HexFormat.of().parseHex("90f5f8f99899f5f89893");

  private TestGuest guest;

  @BeforeEach
  void open() {
    guest = TestGuest.direct();
    writableCode(guest);
  }

  @AfterEach
  void close() {
    if (guest != null) {
      guest.close();
    }
  }

  private static void writableCode(TestGuest guest) {
    guest.map(TestGuest.CODE, 1, TestGuest.W | TestGuest.X);
    guest.map(NEXT, 10, TestGuest.W | TestGuest.X);
    guest.map(ALIAS, 1, TestGuest.W);
    guest.map(ALIAS + PAGE, 10, TestGuest.W);
  }

  private static String atoms(SplittableRandom random, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = ATOMS[random.nextInt(ATOMS.length)];
    }
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * A loop stores into itself, one byte further in every round: into what it has executed, the very
   * next instruction, later blocks, and the jump back, with a page's end at every place.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void storesAtEveryPlaceOfARunningLoop(int size) {
    SplittableRandom random = new SplittableRandom(size);
    for (int split = 0; split <= 48; split++) {
      for (long area : new long[] {TestGuest.CODE, ALIAS}) {
        try (TestGuest steps = new TestGuest(Heat.SINGLE)) {
          writableCode(steps);
          long start = NEXT - split;
          // With a jump first, what follows the store is a block of its own.
          String first = area == ALIAS ? "7300" : "";
          String body = first + atoms(random, 12) + "7300" + atoms(random, 12);
          long seed = random.nextLong();
          storingLoop(guest, start, size, body, area - TestGuest.CODE, seed);
          storingLoop(steps, start, size, body, area - TestGuest.CODE, seed);
          long before = guest.cpu.instructions();
          int reason = guest.executor.run(1000);
          follow(steps, guest.cpu.instructions() - before, reason);
          String where = "size " + size + " split " + split + " area " + Long.toHexString(area);
          same(steps, guest, where);
        }
      }
    }
    assertTrue(guest.translated() > 2_000, () -> "only " + guest.translated());
  }

  /** l: store [rdi]; body; mix rax into rbp; inc rdi; mov rsi,next of the words; dec ecx; jnz l. */
  private static void storingLoop(
      TestGuest guest, long start, int size, String body, long shift, long seed) {
    String store =
        switch (size) {
          case 1 -> "408837";
          case 2 -> "668937";
          case 4 -> "8937";
          default -> "488937";
        };
    String head = store + body;
    String tail = "4801c5 48c1c505 48ffc7 488b33 4883c308 ffc9";
    guest.code(TestGuest.CODE, "90".repeat(2 * PAGE));
    int length = (head + tail).replace(" ", "").length() / 2;
    guest.code(start, head + tail + "0f85" + little(-(length + 6)) + "0f0b");
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 64; i++) {
      byte[] atoms = HexFormat.of().parseHex(atoms(random, 8));
      for (int k = 0; k < 8; k++) {
        HostMemory.putByte(guest.host(TestGuest.DATA + 8 * i + k), atoms[k]);
      }
    }
    guest.reg(CpuState.RSI, 0x90f8f990f5909090L).reg(CpuState.RDI, start + 4 + shift);
    guest.reg(CpuState.RBX, TestGuest.DATA).reg(CpuState.RCX, 27).reg(CpuState.RBP, 0);
    guest.reg(CpuState.RAX, 0x1234).reg(CpuState.RDX, 0);
    guest.cpu.rip(start);
    guest.cpu.rflags(0x202);
  }

  private static void follow(TestGuest steps, long count, int reason) {
    int followed = steps.executor.run(count);
    if (followed == ExitReason.INTERRUPTED && reason != followed) {
      followed = steps.executor.run(1);
    }
    assertEquals(reason, followed);
    assertEquals(count, steps.cpu.instructions());
  }

  private static String little(int value) {
    return String.format("%08x", Integer.reverseBytes(value));
  }

  private static void same(TestGuest expected, TestGuest got, String where) {
    assertEquals(expected.cpu.rip(), got.cpu.rip(), where);
    assertEquals(expected.flags(), got.flags(), where);
    for (int i = 0; i < 16; i++) {
      assertEquals(expected.reg(i), got.reg(i), where + " register " + i);
    }
    for (long va = TestGuest.CODE; va < NEXT + PAGE; va += 8) {
      assertEquals(expected.peek(va), got.peek(va), where);
    }
  }

  /** The loop of the vcpu that is attacked stores what it sees, which may only grow. */
  private void observer() {
    // l: mov eax,0; cmp eax,ebx; jb bad; mov ebx,eax; mov [rsi],eax; cmp eax,edi; jne l; ud2
    guest.code(TestGuest.CODE, "909090 b800000000 39d8 720a 89c3 8906 39f8 75ef 0f0b f4");
    guest.reg(CpuState.RSI, TestGuest.DATA).reg(CpuState.RBX, 0).reg(CpuState.RDI, LAST);
    guest.cpu.rip(TestGuest.CODE + 3);
  }

  private static final int LAST = 3000;

  /** Runs the observer until it has seen the last value; its executor is asked to come out. */
  private void observe(AtomicBoolean failed) {
    int reason = ExitReason.INTERRUPTED;
    while (reason == ExitReason.INTERRUPTED) {
      reason = guest.executor.run(1_000_000);
    }
    failed.set(guest.cpu.rip() != TestGuest.CODE + 20);
  }

  private void attack(Runnable attacker) throws InterruptedException {
    observer();
    AtomicBoolean failed = new AtomicBoolean();
    Thread runner = new Thread(() -> observe(failed));
    guest.poke(TestGuest.DATA, -1);
    runner.start();
    while (HostMemory.getLongAcquire(guest.host(TestGuest.DATA)) == -1) {
      Thread.yield();
    }
    attacker.run();
    runner.join();
    assertEquals(LAST, guest.reg(CpuState.RBX));
    assertEquals(false, failed.get());
  }

  @Test
  void theControlDomainWritesRunningCode() throws InterruptedException {
    attack(
        () -> {
          for (int i = 1; i <= LAST; i++) {
            HostMemory.putIntRelease(guest.host(TestGuest.CODE + 4), i);
            guest.codeMap.written(1);
          }
        });
  }

  @Test
  void anotherVcpuWritesRunningCodeAllTheTime() throws InterruptedException {
    // l: inc eax; mov [rdi],eax; cmp eax,ecx; jne l; ud2
    guest.map(0x800000, 9, TestGuest.X);
    guest.code(0x800000, "ffc0 8907 39c8 75f8 0f0b");
    attack(this::write);
  }

  private void write() {
    AtomicBoolean asked = new AtomicBoolean();
    AtomicBoolean done = new AtomicBoolean();
    Thread self = Thread.currentThread();
    guest.revoker = () -> await(self, asked, done);
    try (CpuState other = new CpuState()) {
      VcpuExecutor writer = guest.engine.attach(other, guest, () -> 0);
      other.kernelMode(true);
      other.gpr(CpuState.RDI, ALIAS + 4);
      other.gpr(CpuState.RCX, LAST);
      other.rip(0x800000);
      int reason = ExitReason.INTERRUPTED;
      while (reason == ExitReason.INTERRUPTED) {
        reason = writer.run(200);
        if (asked.get()) {
          writer.flushTlb();
          asked.set(false);
        }
      }
      done.set(true);
      assertEquals(LAST, other.gpr(CpuState.RAX));
      writer.close();
    }
  }

  /** What the core does when a frame becomes code: the other vcpu drops its translations. */
  private static void await(Thread writer, AtomicBoolean asked, AtomicBoolean done) {
    if (Thread.currentThread() != writer) {
      asked.set(true);
      while (asked.get() && !done.get()) {
        Thread.yield();
      }
    }
  }

  /** A loop that is linked to itself lies at an address that comes to mean other frames. */
  @Test
  void addressesOfALinkedLoopChangeTheirFrames() {
    for (int i = 0; i < 2; i++) {
      guest.map(NEXT, 20 + i, TestGuest.X);
      // l: mov al,i; add rbx,rax; jmp m; m: dec ecx; jmp l
      guest.code(NEXT + 0x100, "b00" + i + " 4801c3 eb00 ffc9 ebf5");
    }
    guest.cpu.rip(NEXT + 0x100);
    guest.reg(CpuState.RAX, 0).reg(CpuState.RBX, 0);
    for (int round = 0; round < 60; round++) {
      long mfn = 20L + round % 2;
      guest.pages.put(NEXT, new long[] {mfn, TestGuest.X});
      if (round % 3 == 0) {
        guest.executor.flushPage(NEXT);
      } else {
        guest.executor.flushTlb(true);
      }
      long sum = guest.reg(CpuState.RBX);
      long before = guest.cpu.instructions();
      assertEquals(ExitReason.INTERRUPTED, guest.executor.run(1000));
      long rounds = (guest.cpu.instructions() - before) / 5;
      long added = guest.reg(CpuState.RBX) - sum;
      // The register may still hold the other frame's value once.
      assertTrue(Math.abs(added - (round % 2) * rounds) <= 1, added + " in " + rounds);
    }
    assertTrue(guest.translated() > 50_000);
  }

  /** Without a flush the old frame may be executed for a while; afterwards it must not be. */
  @Test
  void aChangedEntryCountsFromTheFlushOn() {
    for (int i = 1; i <= 2; i++) {
      guest.map(NEXT, 20 + i, TestGuest.X);
      guest.code(NEXT, "b80" + i + "000000 c3");
    }
    // l: call rsi; dec ecx; jnz l; ud2
    guest.code(TestGuest.CODE, "ffd6 ffc9 75fa 0f0b");
    for (int round = 0; round < 20; round++) {
      int now = 1 + round % 2;
      guest.pages.put(NEXT, new long[] {20 + now, TestGuest.X});
      for (int flushed = 0; flushed < 2; flushed++) {
        guest.reg(CpuState.RSI, NEXT).reg(CpuState.RCX, 100).reg(CpuState.RSP, TestGuest.STACK);
        guest.cpu.rip(TestGuest.CODE);
        assertEquals(ExitReason.EXCEPTION, guest.executor.run(100_000));
        long seen = guest.reg(CpuState.RAX);
        assertTrue(seen == now || flushed == 0 && seen == 3 - now, () -> "executed " + seen);
        guest.executor.flushTlb();
      }
    }
  }

  /** Kernel and user mode have translations of their own for one address. */
  @Test
  void modesAreFlushedByThemselves() {
    for (int i = 1; i <= 2; i++) {
      guest.map(NEXT, 20 + i, TestGuest.X);
      guest.code(NEXT, "b80" + i + "000000 0f0b");
    }
    for (int round = 0; round < 20; round++) {
      boolean kernel = round % 2 == 0;
      guest.cpu.kernelMode(kernel);
      guest.pages.put(NEXT, new long[] {kernel ? 21 : 22, TestGuest.X});
      if (round % 3 == 2) {
        guest.executor.flushTlb(kernel);
      }
      guest.cpu.rip(NEXT);
      assertEquals(ExitReason.EXCEPTION, guest.executor.run(1000));
      assertEquals(kernel ? 1 : 2, guest.reg(CpuState.RAX));
    }
  }

  /** A page that cannot be executed any more faults, though its code is linked. */
  @Test
  void codeThatIsUnmappedFaults() {
    guest.code(NEXT, "ffc0 ebfc"); // l: inc eax; jmp l
    guest.cpu.rip(NEXT);
    assertEquals(ExitReason.INTERRUPTED, guest.executor.run(10_000));
    guest.unmap(NEXT);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(10_000));
    assertEquals(Vector.PF, guest.cpu.exitVector());
    assertEquals(NEXT, guest.cpu.exitAddress() & -PAGE);
  }

  /** A writable page becomes read-only under a loop that stores to it. */
  @Test
  void dataThatBecomesReadOnlyFaults() {
    guest.code(TestGuest.CODE, "48ffc0 488907 ebf8"); // l: inc rax; mov [rdi],rax; jmp l
    guest.reg(CpuState.RDI, TestGuest.DATA);
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.INTERRUPTED, guest.executor.run(10_000));
    guest.map(TestGuest.DATA, 2, 0);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(10_000));
    assertEquals(Vector.PF, guest.cpu.exitVector());
    assertEquals(7, guest.cpu.exitErrorCode());
    assertEquals(guest.peek(TestGuest.DATA) + 1, guest.reg(CpuState.RAX));
  }

  /** All code is dropped again and again while a linked loop runs that also writes code. */
  @Test
  void theAreaFillsUpUnderALinkedLoop() {
    try (TestGuest small = TestGuest.direct(80 << 10);
        TestGuest steps = new TestGuest(Heat.SINGLE)) {
      for (TestGuest each : new TestGuest[] {small, steps}) {
        writableCode(each);
        // l: inc eax; mov [rdi],al; jmp m; m: mov bl,0; add rdx,rbx; lea rsi,[rsi+16];
        // and esi,0x7ff; lea r8,[rbp+rsi]; call r8; dec ecx; jnz l; ud2
        String loop = "ffc0 8807 eb00 b300 4801da 8d7610 81e6ff070000 4c8d443500 41ffd0 ffc9 75e0";
        each.code(TestGuest.CODE, loop + "0f0b");
        for (int i = 0; i < 128; i++) {
          each.code(NEXT + 16 * i, "4883c20" + i % 8 + " 7500 48d1c2 c3");
        }
        each.reg(CpuState.RDI, ALIAS + 7).reg(CpuState.RBP, NEXT).reg(CpuState.RCX, 2000);
        each.cpu.rip(TestGuest.CODE);
        assertEquals(ExitReason.EXCEPTION, each.executor.run(Long.MAX_VALUE));
        assertEquals(Vector.UD, each.cpu.exitVector());
      }
      same(steps, small, "small area");
      assertEquals(steps.cpu.instructions(), small.cpu.instructions());
      assertTrue(small.translated() > 10_000, () -> "only " + small.translated());
    }
  }
}

package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zendo.hypervisor.machine.HostMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every test goes on afterwards in a JVM that a fault would have ended. */
class FaultNetTest {
  private static final int RECORD = Bench.WORDS;
  private static final long MARKER = 0xfa17_0000_0000_0001L;
  private static final int FAULT_AT = 32;
  private static final int RECOVERY_AT = 512;
  private static final int RAX_BEFORE = 0x5eed;

  private static final int[] LOAD_FROM_NULL = {0x31, 0xf6, 0x48, 0x8b, 0x0e}; // xor esi, esi; mov
  private static final int[] UNDEFINED = {0x0f, 0x0b}; // ud2
  private static final int[] DIVIDE_BY_ZERO = {0xf7, 0xf1}; // div ecx

  private Bench bench;

  @BeforeEach
  void open() {
    Bench.assumeSupported();
    bench = new Bench();
    cover(bench);
  }

  @AfterEach
  void close() {
    if (bench != null) {
      FaultNet.uncover(bench.area);
      bench.close();
    }
  }

  private static void cover(Bench bench) {
    FaultNet.cover(bench.area, RECORD, bench.stub.exitAddress(), MARKER);
  }

  @Test
  void loadFromAddressZero() {
    long start = placeFault(bench, LOAD_FROM_NULL);
    assertEquals(MARKER, bench.run(start));
    assertRecord(bench, 2, FaultNet.SIGSEGV, 14);
    assertEquals(0, record(FaultNet.RECORD_ADDRESS));
  }

  @Test
  void loadFromAddressThatIsNotCanonical() {
    long start = placeFault(bench, 0x48, 0xc1, 0xe6, 0x20, 0x48, 0x8b, 0x0e); // shl rsi, 32; mov
    assertEquals(MARKER, bench.run(start));
    assertRecord(bench, 4, FaultNet.SIGSEGV, 13);
  }

  @Test
  void undefinedInstruction() {
    assertEquals(MARKER, bench.run(placeFault(bench, UNDEFINED)));
    assertRecord(bench, 0, FaultNet.SIGILL, 6);
  }

  @Test
  void divisionByZero() {
    assertEquals(MARKER, bench.run(placeFault(bench, DIVIDE_BY_ZERO)));
    assertRecord(bench, 0, FaultNet.SIGFPE, 0);
  }

  /** The guest may set AC; neither it nor TF nor DF reaches the recovery. */
  @Test
  void alignmentCheckAndFlags() {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0x9c, 0x81, 0x0c, 0x24).int32(0x4_0400); // pushfq; or dword [rsp], AC | DF
    code.bytes(0x9d, 0x41, 0x8b, 0x4f, 0x01); // popfq; mov ecx, [r15 + 1]
    long start = bench.place(0, code);
    CodeBuffer recovery = new CodeBuffer().bytes(0x9c, 0x58); // pushfq; pop rax
    FaultNet.uncover(bench.area);
    long recoveryAddress = bench.place(RECOVERY_AT, bench.exit(recovery));
    FaultNet.cover(bench.area, RECORD, recoveryAddress, MARKER);
    assertEquals(0, bench.run(start) & 0x4_0500);
    assertEquals(FaultNet.SIGBUS, HostMemory.getInt(field(bench, FaultNet.RECORD_SIGNAL)));
    assertEquals(17, HostMemory.getInt(field(bench, FaultNet.RECORD_VECTOR)));
  }

  @Test
  void implicitNullChecksOfTheJvmGoOn() {
    int[][] arrays = new int[1000][];
    for (int round = 0; round < 200; round++) {
      assertEquals(MARKER, bench.run(placeFault(bench, LOAD_FROM_NULL)));
      Arrays.fill(arrays, new int[] {1, 2});
      assertEquals(2000, lengths(arrays));
      arrays[999] = null;
      assertThrows(NullPointerException.class, () -> lengths(arrays));
    }
  }

  private static int lengths(int[][] arrays) {
    int sum = 0;
    for (int[] array : arrays) {
      sum += array.length; // no explicit check once compiled
    }
    return sum;
  }

  @Test
  void threadsFaultAtTheSameTime() throws Exception {
    int[][] faults = {LOAD_FROM_NULL, UNDEFINED, DIVIDE_BY_ZERO};
    int[] offsets = {2, 0, 0};
    int[] signals = {FaultNet.SIGSEGV, FaultNet.SIGILL, FaultNet.SIGFPE};
    int[] vectors = {14, 6, 0};
    ExecutorService threads = Executors.newFixedThreadPool(faults.length);
    List<Future<?>> results = new ArrayList<>();
    for (int i = 0; i < faults.length; i++) {
      int kind = i;
      results.add(
          threads.submit(
              () -> faultOften(faults[kind], offsets[kind], signals[kind], vectors[kind])));
    }
    threads.shutdown();
    for (Future<?> result : results) {
      result.get(60, TimeUnit.SECONDS);
    }
  }

  private static void faultOften(int[] instruction, int offset, int signal, int vector) {
    try (Bench own = new Bench()) {
      cover(own);
      long start = placeFault(own, instruction);
      for (int i = 0; i < 5000; i++) {
        assertEquals(MARKER, own.run(start));
        assertRecord(own, offset, signal, vector);
        HostMemory.fill(own.state + RECORD, FaultNet.RECORD_SIZE, (byte) 0);
      }
      FaultNet.uncover(own.area);
    }
  }

  @Test
  void coverageIsBoundedAndCanBeGivenBack() {
    List<CodeArea> areas = new ArrayList<>();
    while (areas.size() < FaultNet.SLOTS - 1) {
      CodeArea area = CodeArea.map(1);
      FaultNet.cover(area, RECORD, bench.stub.exitAddress(), MARKER);
      areas.add(area);
    }
    try (CodeArea last = CodeArea.map(1)) {
      assertThrows(
          UnsupportedOperationException.class, () -> FaultNet.cover(last, RECORD, 0, MARKER));
      assertThrows(IllegalStateException.class, () -> FaultNet.uncover(last));
    }
    for (CodeArea area : areas) {
      FaultNet.uncover(area);
      area.close();
    }
    assertEquals(MARKER, bench.run(placeFault(bench, UNDEFINED)));
  }

  /** RAX = RAX_BEFORE, RCX = RDX = 0, RSI with high bits, then the instruction at FAULT_AT. */
  private static long placeFault(Bench bench, int... instruction) {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0xb8).int32(RAX_BEFORE).bytes(0x31, 0xc9, 0x31, 0xd2); // mov eax; zero ecx, edx
    code.bytes(0xbe).int32(0x7654_3210); // mov esi
    while (code.length() < FAULT_AT) {
      code.bytes(0x90);
    }
    return bench.place(0, bench.exit(code.bytes(instruction)));
  }

  private static void assertRecord(Bench bench, int offset, int signal, int vector) {
    long rip = HostMemory.getLong(field(bench, FaultNet.RECORD_RIP));
    assertEquals(bench.area.base() + FAULT_AT + offset, rip);
    assertEquals(signal, HostMemory.getInt(field(bench, FaultNet.RECORD_SIGNAL)));
    assertEquals(vector, HostMemory.getInt(field(bench, FaultNet.RECORD_VECTOR)));
    assertEquals(RAX_BEFORE, HostMemory.getLong(field(bench, FaultNet.RECORD_RAX)));
  }

  private long record(int field) {
    return HostMemory.getLong(field(bench, field));
  }

  private static long field(Bench bench, int field) {
    return bench.state + RECORD + field;
  }
}

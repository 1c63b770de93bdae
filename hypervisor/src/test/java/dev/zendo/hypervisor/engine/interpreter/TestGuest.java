package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** One vcpu with a hand-made address space, for tests of single rules. */
final class TestGuest implements GuestMmu, AutoCloseable {
  /** Where code goes: frame 1, readable and executable, not writable. */
  static final long CODE = 0x401000;

  /** Two pages of data: frames 2 and 3. The page after them is not mapped. */
  static final long DATA = 0x500000;

  /** One past the last byte of the stack: frame 4 below it, nothing below that. */
  static final long STACK = 0x701000;

  /** Bits of a mapping. */
  static final int W = 1;

  static final int X = 2;

  private static final Optional<String> OBSTACLE = DirectEngine.obstacle();

  final MachineMemory memory;
  final CodeMap codeMap;
  final CpuState cpu = new CpuState();
  final Engine engine;
  final VcpuExecutor executor;
  final Map<Long, long[]> pages = new HashMap<>();
  final Map<Integer, Long> descriptors = new HashMap<>();
  long clock;

  /** Whether refused stores are taken as page-table writes. */
  boolean emulatesStores;

  int emulated;

  /** Translations asked for reading. */
  int reads;

  /** Runs when a frame becomes code. */
  Runnable revoker = () -> {};

  TestGuest() {
    this(64);
  }

  TestGuest(long frames) {
    this(frames, InterpreterEngine::new);
  }

  TestGuest(Heat heat) {
    this(64, (memory, codeMap) -> new InterpreterEngine(memory, codeMap, heat));
  }

  private TestGuest(long frames, BiFunction<MachineMemory, CodeMap, Engine> maker) {
    memory = new MachineMemory(frames);
    codeMap = new CodeMap(frames);
    engine = maker.apply(memory, codeMap);
    executor = engine.attach(cpu, this, () -> clock);
    cpu.kernelMode(true);
    map(CODE, 1, X);
    map(DATA, 2, W);
    map(DATA + 0x1000, 3, W);
    map(STACK - 0x1000, 4, W);
    cpu.gpr(CpuState.RSP, STACK);
    cpu.selector(CpuState.CS, 0xe033);
    cpu.selector(CpuState.SS, 0xe02b);
    descriptors.put(0xe033, 0x00affb000000ffffL);
    descriptors.put(0xe02b, 0x00cff3000000ffffL);
    descriptors.put(0xe023, 0x00cffb000000ffffL);
    SegmentCache.load(cpu, CpuState.SS, descriptors.get(0xe02b));
  }

  /** A guest that the direct engine runs; skips the test where the host cannot. */
  static TestGuest direct() {
    OBSTACLE.ifPresent(reason -> assumeTrue(false, reason));
    return new TestGuest(64, DirectEngine::new);
  }

  /** The same, whose code is always compact. */
  static TestGuest compact() {
    OBSTACLE.ifPresent(reason -> assumeTrue(false, reason));
    return new TestGuest(64, DirectEngine::compact);
  }

  /** Goes to compatibility mode with flat segments. */
  TestGuest compatible() {
    cpu.longMode(false);
    cpu.selector(CpuState.CS, 0xe023);
    for (int segment = CpuState.ES; segment <= CpuState.GS; segment++) {
      int selector = segment == CpuState.CS ? 0xe023 : 0xe02b;
      SegmentCache.load(cpu, segment, descriptors.get(selector));
    }
    return this;
  }

  /** The same with little space for emitted code. */
  static TestGuest direct(long area) {
    OBSTACLE.ifPresent(reason -> assumeTrue(false, reason));
    return new TestGuest(64, (memory, codeMap) -> new DirectEngine(memory, codeMap, area));
  }

  /** Blocks whose ops the interpreter has joined. */
  long joined() {
    return ((InterpreterEngine) engine).joined();
  }

  /** Instructions that code emitted by the direct engine has executed. */
  long translated() {
    return ((DirectEngine) engine).translated();
  }

  void map(long va, long mfn, int flags) {
    pages.put(va & -4096, new long[] {mfn, flags});
    executor.flushPage(va);
  }

  void unmap(long va) {
    pages.remove(va & -4096);
    executor.flushPage(va);
  }

  @Override
  public long translate(long va, int access) {
    reads += access == READ ? 1 : 0;
    long[] page = pages.get(va & -4096);
    int error = 4 | (access == WRITE ? 2 : 0) | (access == EXECUTE ? 16 : 0);
    if (page == null) {
      return ~error;
    }
    boolean allowed =
        access == READ
            || access == WRITE && (page[1] & W) != 0
            || access == EXECUTE && (page[1] & X) != 0;
    return allowed ? page[0] << 12 : ~(error | 1);
  }

  @Override
  public boolean emulateStore(long va, int size, long value) {
    if (emulatesStores) {
      emulated++;
      Width.store(host(va), size, value);
    }
    return emulatesStores;
  }

  @Override
  public int emulateCompareAndSet(long va, int size, long expected, long value) {
    if (!emulatesStores) {
      return -1;
    }
    emulated++;
    return Atomic.compareAndSet(host(va), size, expected, value) ? 1 : 0;
  }

  @Override
  public long descriptor(int selector) {
    return descriptors.getOrDefault(selector, 0L);
  }

  @Override
  public void revokeWriteTranslations(long mfn) {
    revoker.run();
  }

  /** Host address of a mapped guest address. */
  long host(long va) {
    return memory.address(pages.get(va & -4096)[0]) + (va & 4095);
  }

  long peek(long va) {
    return HostMemory.getLong(host(va));
  }

  void poke(long va, long value) {
    HostMemory.putLong(host(va), value);
  }

  /** Puts machine code, given in hexadecimal with blanks, at an address. */
  void code(long va, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    for (int i = 0; i < bytes.length; i++) {
      HostMemory.putByte(host(va + i), bytes[i]);
      codeMap.written(pages.get(va + i & -4096)[0]);
    }
  }

  /** Runs code at {@link #CODE} until it exits; code without exit ends with UD2 appended. */
  int run(String hex) {
    return runAt(CODE, hex);
  }

  int runAt(long va, String hex) {
    code(va, hex + "0f0b");
    cpu.rip(va);
    return executor.run(100_000);
  }

  /** Runs code and demands that it reaches its end. */
  TestGuest runToEnd(String hex) {
    int reason = run(hex);
    if (reason != ExitReason.EXCEPTION || cpu.exitVector() != Vector.UD) {
      throw new AssertionError(
          "reason "
              + reason
              + " vector "
              + cpu.exitVector()
              + " rip "
              + Long.toHexString(cpu.rip()));
    }
    return this;
  }

  long reg(int register) {
    return cpu.gpr(register);
  }

  TestGuest reg(int register, long value) {
    cpu.gpr(register, value);
    return this;
  }

  /** The status flags. */
  int flags() {
    return (int) cpu.rflags() & dev.zendo.hypervisor.engine.x86.Flags.STATUS;
  }

  @Override
  public void close() {
    executor.close();
    cpu.close();
    memory.close();
  }
}

package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.PlainMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.function.BiFunction;

/**
 * A vcpu of the engine under test with the same address map as the native side: code and scratch
 * pages, nothing else.
 */
final class GuestMachine implements AutoCloseable {
  private static final int FRAMES = 64;
  private static final long CODE_MFN = 8;
  private static final long SCRATCH_MFN = 40;
  private static final int PAGE = 4096;
  private static final long CR4_FSGSBASE = 1 << 16;
  private static final int STEPS = 64;

  private final MachineMemory memory = new MachineMemory(FRAMES);
  private final CodeMap codeMap = new CodeMap(FRAMES);
  private final CpuState cpu = new CpuState();
  private final VcpuExecutor executor;

  private final Segmentation segments;

  /** A machine run by the engine that {@code engine} makes. */
  GuestMachine(BiFunction<MachineMemory, CodeMap, Engine> engine) {
    this(engine, Segmentation.LONG);
  }

  /** A machine whose cases run in the given segments. */
  GuestMachine(BiFunction<MachineMemory, CodeMap, Engine> engine, Segmentation segments) {
    this.segments = segments;
    executor = engine.apply(memory, codeMap).attach(cpu, new Mmu(), () -> 0);
    HostMemory.fill(memory.address(CODE_MFN), AddressMap.CODE_SIZE, (byte) 0xcc);
    HostMemory.fill(memory.address(SCRATCH_MFN), AddressMap.SCRATCH_SIZE, (byte) 0);
    cpu.field(CpuState.CR4, CR4_FSGSBASE);
    segments.load(cpu);
  }

  @Override
  public void close() {
    executor.close();
    cpu.close();
    memory.close();
  }

  /** Instructions executed so far. */
  long instructions() {
    return cpu.instructions();
  }

  private static final class Mmu extends PlainMmu {
    @Override
    public long descriptor(int selector) {
      return Segmentation.descriptor(selector | 3);
    }

    @Override
    public long translate(long virtualAddress, int access) {
      long code = virtualAddress - AddressMap.CODE;
      if (code >= 0 && code < AddressMap.CODE_SIZE) {
        return (CODE_MFN << 12) + (code & -PAGE);
      }
      long scratch = virtualAddress - AddressMap.SCRATCH;
      if (scratch >= 0 && scratch < AddressMap.SCRATCH_SIZE && access != EXECUTE) {
        return (SCRATCH_MFN << 12) + (scratch & -PAGE);
      }
      return ~(access == READ ? 4L : access == WRITE ? 6L : 0x14L);
    }
  }

  private long host(long address, long area, long mfn) {
    return memory.address(mfn) + address - area;
  }

  /** Puts an instruction at {@code address}, among INT3 bytes, in place of {@link #erase}d ones. */
  void write(long address, byte[] code, int length) {
    HostMemory.copyFromArray(code, 0, host(address, AddressMap.CODE, CODE_MFN), length);
    written(address, length);
  }

  void erase(long address, int length) {
    HostMemory.fill(host(address, AddressMap.CODE, CODE_MFN), length, (byte) 0xcc);
    written(address, length);
  }

  private void written(long address, int length) {
    long first = (address - AddressMap.CODE) / PAGE;
    long last = (address + length - 1 - AddressMap.CODE) / PAGE;
    codeMap.written(CODE_MFN + first);
    codeMap.written(CODE_MFN + last);
  }

  /**
   * Executes one case: takes the state from {@code input}, leaves the resulting state in {@code
   * output}.
   *
   * @param steps largest number of instructions to execute with {@code step()}, up to an INT3; 0 to
   *     {@code run()} up to there
   */
  void execute(long input, long output, int steps) {
    load(input);
    int reason = ExitReason.INTERRUPTED;
    if (steps == 0) {
      reason = executor.run(1000);
      long start = CaseBlock.field(input, CaseBlock.RIP);
      boolean breakpoint =
          reason == ExitReason.EXCEPTION && cpu.exitVector() == 3 && cpu.rip() != start;
      if (breakpoint) {
        cpu.rip(cpu.rip() - 1);
        reason = ExitReason.INTERRUPTED;
      }
    }
    for (int i = 0; i < steps && reason == ExitReason.INTERRUPTED && !atEnd(i); i++) {
      reason = stepOver();
    }
    store(output, reason);
  }

  private boolean atEnd(int done) {
    long address = cpu.rip() + segments.base(CpuState.CS);
    long at = host(address, AddressMap.CODE, CODE_MFN);
    return done > 0 && HostMemory.getByte(at) == (byte) 0xcc;
  }

  /** One instruction with all its repetitions. */
  private int stepOver() {
    long start = cpu.rip();
    int reason = ExitReason.INTERRUPTED;
    for (int i = 0; i < STEPS && reason == ExitReason.INTERRUPTED && cpu.rip() == start; i++) {
      reason = executor.step();
    }
    return reason;
  }

  private void load(long input) {
    long base = cpu.base();
    HostMemory.copy(input + CaseBlock.GPR, base + CpuState.GPR, 128);
    HostMemory.copy(input + CaseBlock.FX, base + CpuState.FX, 512);
    HostMemory.copy(
        input + CaseBlock.MEMORY,
        host(AddressMap.WINDOW, AddressMap.SCRATCH, SCRATCH_MFN),
        CaseBlock.MEMORY_SIZE);
    segments.load(cpu);
    cpu.rip(CaseBlock.field(input, CaseBlock.RIP));
    cpu.rflags(CaseBlock.field(input, CaseBlock.RFLAGS));
  }

  private void store(long output, int reason) {
    long base = cpu.base();
    HostMemory.copy(base + CpuState.GPR, output + CaseBlock.GPR, 128);
    HostMemory.copy(base + CpuState.FX, output + CaseBlock.FX, 512);
    HostMemory.copy(
        host(AddressMap.WINDOW, AddressMap.SCRATCH, SCRATCH_MFN),
        output + CaseBlock.MEMORY,
        CaseBlock.MEMORY_SIZE);
    CaseBlock.field(output, CaseBlock.RIP, cpu.rip());
    CaseBlock.field(output, CaseBlock.RFLAGS, cpu.rflags());
    boolean exception = reason == ExitReason.EXCEPTION;
    CaseBlock.field(output, CaseBlock.SIGNAL, reason == ExitReason.INTERRUPTED ? 0 : 1);
    CaseBlock.field(output, CaseBlock.VECTOR, exception ? cpu.exitVector() : 256 + reason);
    CaseBlock.field(output, CaseBlock.ERROR, cpu.exitErrorCode());
    CaseBlock.field(output, CaseBlock.FAULT_ADDRESS, cpu.exitAddress());
  }
}

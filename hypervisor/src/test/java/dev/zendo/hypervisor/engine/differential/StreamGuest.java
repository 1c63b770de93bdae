package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.PlainMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.function.BiFunction;

/** A vcpu for {@link RandomProgram}s: a few pages of code, data and stack, some mapped twice. */
final class StreamGuest extends PlainMmu implements AutoCloseable {
  static final int PAGE = MachineMemory.FRAME_SIZE;

  /** Code, writable. */
  static final long CODE = 0x1000_0000L;

  static final int CODE_PAGES = 4;

  /** The code's frames once more, not executable. */
  static final long ALIAS = 0x1010_0000L;

  /** Data; its last page can only be read, the page behind it is not mapped. */
  static final long DATA = 0x1020_0000L;

  static final int DATA_PAGES = 5;

  /** The data's frames once more, in the same slots of the translation buffer. */
  static final long CONFLICT = DATA + (long) CpuState.TLB_ENTRIES * PAGE;

  static final long STACK = 0x1031_0000L;
  static final int STACK_PAGES = 2;

  private static final int CODE_MFN = 8;
  private static final int DATA_MFN = 16;
  private static final int STACK_MFN = 24;
  private static final int FRAMES = 32;
  private static final int READ_ONLY = 1;

  final CpuState cpu = new CpuState();
  final VcpuExecutor executor;
  private final MachineMemory memory = new MachineMemory(FRAMES);
  private final CodeMap codeMap = new CodeMap(FRAMES);

  /** A guest whose time stamp counter counts instructions. */
  StreamGuest(BiFunction<MachineMemory, CodeMap, Engine> engine) {
    executor = engine.apply(memory, codeMap).attach(cpu, this, cpu::instructions);
    cpu.selector(CpuState.CS, 0xe033);
    cpu.selector(CpuState.SS, 0xe02b);
  }

  @Override
  public void close() {
    executor.close();
    cpu.close();
    codeMap.close();
    memory.close();
  }

  @Override
  public long translate(long virtualAddress, int access) {
    long frame = frame(virtualAddress, CODE, CODE_MFN, CODE_PAGES);
    if (frame == 0 && access != EXECUTE) {
      frame = dataFrame(virtualAddress);
    }
    boolean readOnly = frame == DATA_MFN + DATA_PAGES - READ_ONLY;
    if (frame != 0 && !(readOnly && access == WRITE)) {
      return frame << MachineMemory.FRAME_SHIFT;
    }
    return ~((access == READ ? 4L : access == WRITE ? 6L : 0x14L) | (frame != 0 ? 1 : 0));
  }

  private static long dataFrame(long va) {
    return frame(va, ALIAS, CODE_MFN, CODE_PAGES)
        | frame(va, DATA, DATA_MFN, DATA_PAGES)
        | frame(va, CONFLICT, DATA_MFN, DATA_PAGES)
        | frame(va, STACK, STACK_MFN, STACK_PAGES);
  }

  private static long frame(long va, long area, int mfn, int pages) {
    long page = va - area >> MachineMemory.FRAME_SHIFT;
    return page >= 0 && page < pages ? mfn + page : 0;
  }

  /** Takes over the memory and forgets all code and translations. */
  void load(RandomProgram program) {
    copy(program.code, CODE_MFN);
    copy(program.data, DATA_MFN);
    copy(program.stack, STACK_MFN);
    for (int i = 0; i < CODE_PAGES; i++) {
      codeMap.written(CODE_MFN + i);
    }
  }

  private void copy(byte[] bytes, int mfn) {
    HostMemory.copyFromArray(bytes, 0, memory.address(mfn), bytes.length);
  }

  /** Copies the bytes of the code from an address on; returns how many there are. */
  int fetch(long va, byte[] into) {
    long offset = va - CODE;
    if (offset < 0 || offset >= (long) CODE_PAGES * PAGE) {
      return 0;
    }
    int bytes = (int) Math.min(into.length, (long) CODE_PAGES * PAGE - offset);
    HostMemory.copyToArray(memory.address(CODE_MFN) + offset, into, 0, bytes);
    return bytes;
  }

  /** The machine address of the first 8 bytes of memory that differ, or -1. */
  long memoryDifference(StreamGuest other) {
    long from = memory.address(CODE_MFN);
    long to = other.memory.address(CODE_MFN);
    long end = (long) (FRAMES - CODE_MFN) * PAGE;
    for (long i = 0; i < end; i += 64) {
      long d = 0;
      for (int k = 0; k < 64; k += 8) {
        d |= HostMemory.getLong(from + i + k) ^ HostMemory.getLong(to + i + k);
      }
      if (d != 0) {
        return memory.address(CODE_MFN) - memory.base() + i;
      }
    }
    return -1;
  }
}

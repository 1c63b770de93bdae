package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * The slow half of guest memory accesses: fills the translation buffer, serves accesses that cross
 * a page, offers refused stores as page-table writes, and looks after stores to decoded code.
 *
 * <p>Every method checks all it touches before it changes anything.
 */
final class MemoryPath {
  private static final int PAGE = MachineMemory.FRAME_SIZE;
  private static final int OFFSET = PAGE - 1;

  /** Linear addresses in compatibility mode. */
  private static final long ADDRESSES = 1L << 32;

  /** Serialises what cannot be one atomic operation of the host, on all vcpus of all domains. */
  private static final Object SPLIT_LOCK = new Object();

  private final Cpu cpu;
  private final GuestMmu mmu;
  private final long machine;
  private final CodeMap codeMap;

  /** Decides what a store to a frame with code does; set once by the executor. */
  CodeCache code;

  /** Data breakpoints in force, null when there are none. */
  Watchpoints watchpoints;

  /** Whether unaligned accesses raise #AC. */
  boolean alignment;

  MemoryPath(Cpu cpu, GuestMmu mmu, MachineMemory machine, CodeMap codeMap) {
    this.cpu = cpu;
    this.mmu = mmu;
    this.machine = machine.base();
    this.codeMap = codeMap;
  }

  private static boolean crosses(long va, int size) {
    return (va & OFFSET) + size > PAGE;
  }

  private static long nextPage(long va) {
    return (va | OFFSET) + 1;
  }

  private static int bytesInFirstPage(long va) {
    return PAGE - (int) (va & OFFSET);
  }

  private void begin(long va, int size, boolean write, Op op, boolean stack) {
    if (!CpuState.isCanonical(va) || !CpuState.isCanonical(va + size - 1)) {
      throw cpu.fault(op, stack ? Vector.SS : Vector.GP);
    }
    if (!cpu.longMode && va + size > ADDRESSES) {
      throw cpu.fault(op, stack ? Vector.SS : Vector.GP);
    }
    if (alignment && (va & unit(size) - 1) != 0) {
      requireAccess(va, size, write, op);
      throw cpu.fault(op, Vector.AC);
    }
    if (watchpoints != null) {
      watchpoints.access(va, size, write);
    }
  }

  /** What the address of an operand is a multiple of (SDM volume 3, table 6-7). */
  private static int unit(int size) {
    switch (size) {
      case 1, 2, 4, 8, 16:
        return size;
      case 6, 28, 108:
        return 4;
      case 10:
        return 8;
      case 14, 94:
        return 2;
      default:
        // State areas with an alignment of their own, and what is checked element by element.
        return 1;
    }
  }

  /** Page faults come before #AC. */
  private void requireAccess(long va, int size, boolean write, Op op) {
    for (long at = va; ; at = nextPage(va)) {
      long page = mmu.translate(at, write ? GuestMmu.WRITE : GuestMmu.READ);
      if (page < 0) {
        throw cpu.fault(op, Vector.PF, (int) ~page, at);
      }
      if (at != va || !crosses(va, size)) {
        return;
      }
    }
  }

  /** Whether every access is to be looked at: then nothing enters the buffers. */
  boolean isScrutinised() {
    return alignment || watchpoints != null;
  }

  // Translation.

  /** Host address of a byte that may be read. */
  private long readHost(long va, Op op) {
    long page = mmu.translate(va, GuestMmu.READ);
    if (page < 0) {
      throw cpu.fault(op, Vector.PF, (int) ~page, va);
    }
    enter(va, machine + page, false);
    return machine + page + (va & OFFSET);
  }

  /** Host address of bytes of one page that may be written; refusal is a fault. */
  private long writeHost(long va, int size, Op op) {
    long page = mmu.translate(va, GuestMmu.WRITE);
    if (page < 0) {
      throw cpu.fault(op, Vector.PF, (int) ~page, va);
    }
    return admitStore(va, size, page, op);
  }

  /** Enters a writable translation unless the frame holds code, which must not change under us. */
  private long admitStore(long va, int size, long page, Op op) {
    long mfn = page >>> MachineMemory.FRAME_SHIFT;
    if (!codeMap.hasCode(mfn)) {
      enter(va, machine + page, true);
    } else if (!cpu.alone && code.interferes(mfn, (int) va & OFFSET, size)) {
      throw cpu.restartAlone(op);
    }
    return machine + page + (va & OFFSET);
  }

  /** After a store: decoded code that it changed is void. */
  private void stored(long host, int size) {
    long address = host - machine;
    long mfn = address >>> MachineMemory.FRAME_SHIFT;
    if (codeMap.hasCode(mfn)) {
      code.stored(mfn, (int) address & OFFSET, size);
    }
  }

  private void enter(long va, long hostPage, boolean write) {
    if (isScrutinised()) {
      return;
    }
    CpuState.enterTranslation(cpu.tlb, va, hostPage, write);
  }

  // Loads.

  long load(long va, int size, Op op, boolean stack) {
    begin(va, size, false, op, stack);
    long first = readHost(va, op);
    if (!crosses(va, size)) {
      return Width.load(first, size);
    }
    return Width.extend(
        gather(first, readHost(nextPage(va), op), size, bytesInFirstPage(va)), size);
  }

  private static long gather(long first, long second, int size, int split) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      long at = i < split ? first + i : second + i - split;
      value |= (HostMemory.getByteAcquire(at) & 0xffL) << 8 * i;
    }
    return value;
  }

  private static void scatter(long first, long second, int size, int split, long value) {
    for (int i = 0; i < size; i++) {
      long at = i < split ? first + i : second + i - split;
      HostMemory.putByteRelease(at, (byte) (value >>> 8 * i));
    }
  }

  long view(long va, int size, Op op) {
    begin(va, size, false, op, op.stack);
    if (!crosses(va, size)) {
      return readHost(va, op);
    }
    long scratch = cpu.state + CpuState.SCRATCH;
    loadBytes(va, size, scratch, op);
    return scratch;
  }

  /** Copies up to a page of guest memory to host memory. */
  void loadBytes(long va, int size, long to, Op op) {
    begin(va, size, false, op, op.stack);
    long first = readHost(va, op);
    int split = Math.min(size, bytesInFirstPage(va));
    long second = split < size ? readHost(nextPage(va), op) : 0;
    HostMemory.copy(first, to, split);
    HostMemory.copy(second, to + split, size - split);
  }

  // Stores.

  void store(long va, int size, long value, Op op, boolean stack) {
    begin(va, size, true, op, stack);
    if (crosses(va, size)) {
      storeSplit(va, size, value, op);
      return;
    }
    long page = mmu.translate(va, GuestMmu.WRITE);
    if (page >= 0) {
      long host = admitStore(va, size, page, op);
      Width.store(host, size, value);
      stored(host, size);
    } else if ((va & size - 1) != 0 || !mmu.emulateStore(va, size, value & Width.mask(size))) {
      throw cpu.fault(op, Vector.PF, (int) ~page, va);
    }
  }

  private void storeSplit(long va, int size, long value, Op op) {
    int split = bytesInFirstPage(va);
    long first = writeHost(va, split, op);
    long second = writeHost(nextPage(va), size - split, op);
    scatter(first, second, size, split, value);
    stored(first, split);
    stored(second, size - split);
  }

  void storeBytes(long va, int size, long from, Op op) {
    begin(va, size, true, op, op.stack);
    int split = Math.min(size, bytesInFirstPage(va));
    long first = writeHost(va, split, op);
    long second = split < size ? writeHost(nextPage(va), size - split, op) : 0;
    HostMemory.copy(from, first, split);
    stored(first, split);
    if (split < size) {
      HostMemory.copy(from + split, second, size - split);
      stored(second, size - split);
    }
  }

  void checkWritable(long va, int size, Op op) {
    begin(va, size, true, op, op.stack);
    writeHost(va, Math.min(size, bytesInFirstPage(va)), op);
    if (crosses(va, size)) {
      writeHost(nextPage(va), size - bytesInFirstPage(va), op);
    }
  }

  // Read-modify-write.

  /**
   * Updates memory atomically.
   *
   * @return the value before, sign-extended
   */
  long update(long va, int size, UpdateOp op) {
    begin(va, size, true, op, op.stack);
    if (crosses(va, size)) {
      return updateSplit(va, size, op);
    }
    long page = mmu.translate(va, GuestMmu.WRITE);
    if (page < 0) {
      return updateRefused(va, size, op, (int) ~page);
    }
    long host = admitStore(va, size, page, op);
    long old = updateAtomically(cpu, host, size, op);
    stored(host, size);
    return old;
  }

  /** Updates memory with a compare-and-set loop; returns the value before. */
  static long updateAtomically(Cpu cpu, long host, int size, UpdateOp op) {
    int kind = cpu.kind;
    long left = cpu.left;
    long right = cpu.right;
    long result = cpu.result;
    for (; ; ) {
      long old = Width.load(host, size);
      if (Atomic.compareAndSet(host, size, old, op.update(cpu, old))) {
        return old;
      }
      LazyFlags.set(cpu, kind, left, right, result);
    }
  }

  private long updateSplit(long va, int size, UpdateOp op) {
    int split = bytesInFirstPage(va);
    long first = writeHost(va, split, op);
    long second = writeHost(nextPage(va), size - split, op);
    long old;
    synchronized (SPLIT_LOCK) {
      old = Width.extend(gather(first, second, size, split), size);
      scatter(first, second, size, split, op.update(cpu, old));
    }
    stored(first, split);
    stored(second, size - split);
    return old;
  }

  private long updateRefused(long va, int size, UpdateOp op, int error) {
    // Only the guest kernel may mean a page table; to read first would mark the page as accessed.
    boolean offered = cpu.registers.kernelMode() && (va & size - 1) == 0;
    long page = offered ? mmu.translate(va, GuestMmu.READ) : -1;
    if (page < 0) {
      throw cpu.fault(op, Vector.PF, error, va);
    }
    long host = machine + page + (va & OFFSET);
    int flags = LazyFlags.word(cpu);
    for (; ; ) {
      long old = Width.load(host, size);
      LazyFlags.word(cpu, flags);
      long value = op.update(cpu, old);
      long mask = Width.mask(size);
      int done = mmu.emulateCompareAndSet(va, size, old & mask, value & mask);
      if (done > 0) {
        return old;
      }
      if (done < 0) {
        LazyFlags.word(cpu, flags);
        throw cpu.fault(op, Vector.PF, error, va);
      }
    }
  }

  /**
   * Compares 16 bytes and exchanges them when equal. Exchanges by this method exclude each other;
   * towards other accesses the two halves are atomic each, and the exchange is undone when the
   * second half changed in between.
   *
   * @param expected 16 bytes of host memory; receives what memory held
   * @param desired 16 bytes of host memory
   */
  boolean compareAndSet16(long va, long expected, long desired, Op op) {
    begin(va, 16, true, op, op.stack);
    long host = writeHost(va, 16, op);
    long low = HostMemory.getLong(expected);
    long high = HostMemory.getLong(expected + 8);
    boolean done;
    synchronized (SPLIT_LOCK) {
      done = exchangeHalves(host, low, high, desired);
      if (!done) {
        HostMemory.putLong(expected, HostMemory.getLongAcquire(host));
        HostMemory.putLong(expected + 8, HostMemory.getLongAcquire(host + 8));
      }
    }
    stored(host, 16);
    return done;
  }

  private static boolean exchangeHalves(long host, long low, long high, long desired) {
    long newLow = HostMemory.getLong(desired);
    if (HostMemory.getLongAcquire(host + 8) != high
        || !HostMemory.compareAndSetLong(host, low, newLow)) {
      return false;
    }
    if (HostMemory.compareAndSetLong(host + 8, high, HostMemory.getLong(desired + 8))) {
      return true;
    }
    HostMemory.compareAndSetLong(host, newLow, low);
    return false;
  }

  // Bulk access for string instructions.

  /** Host address of readable bytes up to the page's end. */
  long bulkRead(long va, int size, Op op) {
    long host = cpu.readable(va, size - 1);
    if (host != 0) {
      return host;
    }
    begin(va, size, false, op, op.stack);
    return readHost(va, op);
  }

  /** Host address of writable bytes of one page, 0 when single stores must be made. */
  long bulkWrite(long va, int size, Op op) {
    long host = cpu.writable(va, size - 1);
    if (host != 0) {
      return host;
    }
    begin(va, size, true, op, false);
    long page = mmu.translate(va, GuestMmu.WRITE);
    if (page < 0 || codeMap.hasCode(page >>> MachineMemory.FRAME_SHIFT)) {
      return 0;
    }
    enter(va, machine + page, true);
    return machine + page + (va & OFFSET);
  }
}

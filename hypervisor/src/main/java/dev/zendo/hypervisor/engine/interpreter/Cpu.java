package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.engine.fpu.Fpu;
import dev.zendo.hypervisor.engine.interpreter.fusion.Preserves;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * What ops work on: the state block of a vcpu, its lazy flags, its memory, and why the block ended.
 *
 * <p>Used only by the thread that runs the vcpu. Loads and stores take the op that makes them, so
 * that a fault knows the instruction; they throw {@link GuestFault} before anything has changed.
 */
public final class Cpu {
  static final int RSP = CpuState.GPR + 8 * CpuState.RSP;

  /** Host address of the {@link CpuState} block. */
  public final long state;

  /** Floating-point and vector units. */
  public final Fpu fpu;

  final CpuState registers;
  final GuestMmu mmu;
  final GuestClock clock;
  final MemoryPath memory;
  final Segments segments;

  /** Host address of the read tags of the translation buffer in force. */
  long tlb;

  /** Jump cache in force: blocks by virtual address. */
  JumpCache jumps;

  /** Translations of code in force. */
  FetchPath fetch;

  /** {@link LazyFlags} kind, operands and result. */
  int kind;

  long left;
  long right;
  long result;

  /** Whether code is executed as 64-bit code. */
  boolean longMode;

  /** In compatibility mode: whether segments are not flat, so that each access looks at them. */
  boolean segmented;

  /** Instructions executed since the vcpu was made, up to the start of the current block. */
  long executed;

  /** Where to go on after a block returned null without {@link #reason}. */
  long target;

  /** Why to leave the executor, an {@link ExitReason}, or {@link #GO_ON}. */
  int reason;

  /** The current block is a single instruction, executed by itself. */
  boolean alone;

  /** REP instructions stop after one iteration. */
  boolean singleStep;

  static final int GO_ON = -1;

  Cpu(CpuState registers, GuestMmu mmu, GuestClock clock, MachineMemory machine, CodeMap codeMap) {
    this.registers = registers;
    this.state = registers.base();
    this.fpu = new Fpu(state);
    this.mmu = mmu;
    this.clock = clock;
    this.memory = new MemoryPath(this, mmu, machine, codeMap);
    this.segments = new Segments(this, mmu);
  }

  // Registers.

  /** An 8-byte field of the state block. */
  public long get(int offset) {
    return HostMemory.getLong(state + offset);
  }

  /** Stores an 8-byte field of the state block. */
  public void put(int offset, long value) {
    HostMemory.putLong(state + offset, value);
  }

  /** A register operand, sign-extended. */
  public long register(int offset, int size) {
    return Width.get(state + offset, size);
  }

  /** Stores a register operand; 4-byte results clear the upper half. */
  public void register(int offset, int size, long value) {
    Width.putRegister(state + offset, size, value);
  }

  /** RFLAGS as PUSHF shows them. */
  long rflags() {
    return get(CpuState.RFLAGS) & ~(Flags.STATUS | Flags.RF) | LazyFlags.word(this);
  }

  /** Sets the six status flags, given as they stand in RFLAGS. */
  public void statusFlags(int flags) {
    LazyFlags.word(this, flags);
  }

  /** The six status flags as they stand in RFLAGS. */
  public int statusFlags() {
    return LazyFlags.word(this);
  }

  /** Takes over status flags and the flags of {@code mask} from an RFLAGS image. */
  void rflags(long image, long mask) {
    LazyFlags.word(this, (int) image & Flags.STATUS);
    put(CpuState.RFLAGS, get(CpuState.RFLAGS) & ~mask | image & mask);
  }

  boolean directionDown() {
    return (HostMemory.getInt(state + CpuState.RFLAGS) & Flags.DF) != 0;
  }

  // Memory.

  private long slot(long va) {
    return tlb + (va >>> 9 & (CpuState.TLB_ENTRIES - 1) * 8);
  }

  /** Host address for a load of {@code last + 1} bytes, 0 when the slow path must do it. */
  @Preserves
  long readable(long va, int last) {
    long slot = slot(va);
    return HostMemory.getLong(slot) == (va + last & -4096) ? host(slot, va) : 0;
  }

  /** Host address for a store of {@code last + 1} bytes, 0 when the slow path must do it. */
  @Preserves
  long writable(long va, int last) {
    long slot = slot(va);
    return HostMemory.getLong(slot + CpuState.TLB_ARRAY) == (va + last & -4096)
        ? host(slot, va)
        : 0;
  }

  private static long host(long slot, long va) {
    return va + HostMemory.getLong(slot + 2 * CpuState.TLB_ARRAY);
  }

  /**
   * Loads guest memory.
   *
   * @param va linear address
   * @param size 1, 2, 4 or 8
   * @param op the op that loads
   * @return the value, sign-extended
   */
  @Preserves
  public long load(long va, int size, Op op) {
    return size >= 4 ? loadWide(va, size, op) : loadNarrow(va, size, op);
  }

  long loadWide(long va, int size, Op op) {
    return size == 8 ? load8(va, op) : load4(va, op);
  }

  long loadNarrow(long va, int size, Op op) {
    return size == 1 ? load1(va, op) : load2(va, op);
  }

  // One method per size, too large for C1 to inline: calling them costs less than copies would.

  @Preserves
  long load8(long va, Op op) {
    long slot = slot(va);
    if (HostMemory.getLong(slot) == (va + 7 & -4096)) {
      return HostMemory.getLongAcquire(host(slot, va));
    }
    return memory.load(va, 8, op, op.stack);
  }

  @Preserves
  long load4(long va, Op op) {
    long slot = slot(va);
    if (HostMemory.getLong(slot) == (va + 3 & -4096)) {
      return HostMemory.getIntAcquire(host(slot, va));
    }
    return memory.load(va, 4, op, op.stack);
  }

  @Preserves
  long load2(long va, Op op) {
    long slot = slot(va);
    if (HostMemory.getLong(slot) == (va + 1 & -4096)) {
      return HostMemory.getShortAcquire(host(slot, va));
    }
    return memory.load(va, 2, op, op.stack);
  }

  @Preserves
  long load1(long va, Op op) {
    long slot = slot(va);
    if (HostMemory.getLong(slot) == (va & -4096)) {
      return HostMemory.getByteAcquire(host(slot, va));
    }
    return memory.load(va, 1, op, op.stack);
  }

  /** Stores the low {@code size} (1, 2, 4 or 8) bytes of a value to guest memory. */
  @Preserves
  public void store(long va, int size, long value, Op op) {
    if (size == 8) {
      store8(va, value, op);
    } else {
      storeShort(va, size, value, op);
    }
  }

  void storeShort(long va, int size, long value, Op op) {
    if (size == 4) {
      store4(va, value, op);
    } else {
      storeNarrow(va, size, value, op);
    }
  }

  @Preserves
  void store8(long va, long value, Op op) {
    long slot = slot(va);
    if (HostMemory.getLong(slot + CpuState.TLB_ARRAY) == (va + 7 & -4096)) {
      HostMemory.putLongRelease(host(slot, va), value);
    } else {
      memory.store(va, 8, value, op, op.stack);
    }
  }

  @Preserves
  void store4(long va, long value, Op op) {
    long slot = slot(va);
    if (HostMemory.getLong(slot + CpuState.TLB_ARRAY) == (va + 3 & -4096)) {
      HostMemory.putIntRelease(host(slot, va), (int) value);
    } else {
      memory.store(va, 4, value, op, op.stack);
    }
  }

  @Preserves
  void storeNarrow(long va, int size, long value, Op op) {
    long host = writable(va, size - 1);
    if (host != 0) {
      Width.store(host, size, value);
    } else {
      memory.store(va, size, value, op, op.stack);
    }
  }

  /**
   * {@link #load} from the stack: a non-canonical address raises #SS.
   *
   * @param va a value of the stack pointer
   */
  @Preserves
  long loadStack(long va, int size, Op op) {
    if (size == 8) {
      return pop8(va, op);
    }
    return loadStackNarrow(longMode ? va : segments.stack(va, size, false, op), size, op);
  }

  @Preserves
  long pop8(long va, Op op) {
    long slot = slot(va);
    if (HostMemory.getLong(slot) == (va + 7 & -4096)) {
      return HostMemory.getLongAcquire(host(slot, va));
    }
    return memory.load(va, 8, op, true);
  }

  @Preserves
  long loadStackNarrow(long va, int size, Op op) {
    long host = readable(va, size - 1);
    return host != 0 ? Width.load(host, size) : memory.load(va, size, op, true);
  }

  /** {@link #store} to the stack: the counterpart of {@link #loadStack}. */
  @Preserves
  void storeStack(long va, int size, long value, Op op) {
    if (size == 8) {
      push8(va, value, op);
    } else {
      storeStackNarrow(longMode ? va : segments.stack(va, size, true, op), size, value, op);
    }
  }

  @Preserves
  void push8(long va, long value, Op op) {
    long slot = slot(va);
    if (HostMemory.getLong(slot + CpuState.TLB_ARRAY) == (va + 7 & -4096)) {
      HostMemory.putLongRelease(host(slot, va), value);
    } else {
      memory.store(va, 8, value, op, true);
    }
  }

  @Preserves
  void storeStackNarrow(long va, int size, long value, Op op) {
    long host = writable(va, size - 1);
    if (host != 0) {
      Width.store(host, size, value);
    } else {
      memory.store(va, size, value, op, true);
    }
  }

  /**
   * Host address of bytes that a memory operand of any size up to 64 holds: guest memory itself
   * where it lies in one page, otherwise a copy in the state block's scratch area.
   */
  @Preserves
  public long view(long va, int size, Op op) {
    long host = readable(va, size - 1);
    return host != 0 ? host : memory.view(va, size, op);
  }

  /** Copies up to a page of guest memory to host memory; all or nothing. */
  public void loadBytes(long va, int size, long to, Op op) {
    memory.loadBytes(va, size, to, op);
  }

  /** Stores up to a page from host memory; all or nothing. */
  public void storeBytes(long va, int size, long from, Op op) {
    long host = writable(va, size - 1);
    if (host != 0) {
      HostMemory.copy(from, host, size);
    } else {
      memory.storeBytes(va, size, from, op);
    }
  }

  /** Stores 16 bytes from host memory; all or nothing. */
  public void store128(long va, long from, Op op) {
    long host = writable(va, 15);
    if (host != 0) {
      HostMemory.putLongRelease(host, HostMemory.getLong(from));
      HostMemory.putLongRelease(host + 8, HostMemory.getLong(from + 8));
    } else {
      memory.storeBytes(va, 16, from, op);
    }
  }

  /** Proves that the bytes can be written, without writing; raises the fault otherwise. */
  public void checkWritable(long va, int size, Op op) {
    memory.checkWritable(va, size, op);
  }

  // Stack.

  /** The stack pointer moved by some bytes, in the width of the mode. */
  long stackPointer(long delta) {
    return pointer(get(RSP) + delta);
  }

  /** A stack pointer in the width of the mode. */
  long pointer(long pointer) {
    return longMode ? pointer : segments.stackPointer(pointer);
  }

  /** Proves that bytes of the stack can be written. */
  void checkStack(long pointer, int size, Op op) {
    memory.checkWritable(longMode ? pointer : segments.stack(pointer, size, true, op), size, op);
  }

  /** Stores a value below the stack and moves the pointer. */
  void push(long value, int size, Op op) {
    long pointer = stackPointer(-size);
    storeStack(pointer, size, value, op);
    put(RSP, pointer);
  }

  // Control.

  /** The instruction pointer for a value of an operand; raises #GP when it is not canonical. */
  @Preserves
  long checkTarget(long rip, int size, Op op) {
    if (size == 8) {
      if (!CpuState.isCanonical(rip)) {
        throw fault(op, Vector.GP);
      }
      return rip;
    }
    long cut = Width.zeroExtend(rip, size);
    if (segmented && !segments.hasCode(cut)) {
      throw fault(op, Vector.GP);
    }
    return cut;
  }

  /** Looks at segment registers that were loaded. */
  void segmentsChanged() {
    segmented = !longMode && !SegmentCache.isFlat(registers);
  }

  /** Raises #GP unless CS goes on to an instruction pointer. */
  void requireCode(long offset, Op op) {
    if (!segments.hasCode(offset)) {
      throw fault(op, Vector.GP);
    }
  }

  /** The block at an address if the jump cache knows it, otherwise null with the address noted. */
  Block find(long va) {
    Block block = jumps.get(va);
    return block.pc == va ? block : leave(va);
  }

  /** Ends the block; execution goes on at an address. */
  Block leave(long va) {
    target = va;
    return null;
  }

  /** Ends the block and the run; the instruction counts as executed. */
  Block exit(int reason, long rip) {
    this.reason = reason;
    target = rip;
    return null;
  }

  /** Ends the block and the run with an exception; the instruction, the last one, had no effect. */
  Block raise(Op op, int vector, int error) {
    executed--;
    registers.exception(vector, error, 0);
    return exit(ExitReason.EXCEPTION, op.rip);
  }

  /** Ends the block and the run with a trap, which shows the next instruction. */
  Block trap(Op op, int vector) {
    registers.exception(vector, 0, 0);
    return exit(ExitReason.EXCEPTION, op.nextRip());
  }

  /**
   * Raises an exception from anywhere inside an op that has changed nothing yet.
   *
   * @return never; declared so that callers can write {@code throw cpu.fault(...)}
   */
  public RuntimeException fault(Op op, int vector, int error, long address) {
    executed += op.index;
    registers.exception(vector, error, address);
    exit(ExitReason.EXCEPTION, op.rip);
    throw GuestFault.EXCEPTION;
  }

  /** Raises an exception without error code or with error code 0. */
  public RuntimeException fault(Op op, int vector) {
    throw fault(op, vector, 0, 0);
  }

  /** Raises #NM when CR0.TS says that the floating-point state belongs to somebody else. */
  @Preserves
  public void requireFpu(Op op) {
    if ((HostMemory.getInt(state + CpuState.CR0) & 8) != 0) {
      throw fault(op, Vector.NM);
    }
  }

  /** Raises #GP unless an address is a multiple of {@code alignment}, a power of two. */
  @Preserves
  public void requireAligned(long va, int alignment, Op op) {
    if ((va & alignment - 1) != 0) {
      throw fault(op, Vector.GP);
    }
  }

  /** Makes the interpreter run the instruction of an op again, alone in its block. */
  RuntimeException restartAlone(Op op) {
    executed += op.index;
    target = op.rip;
    throw GuestFault.ALONE;
  }
}

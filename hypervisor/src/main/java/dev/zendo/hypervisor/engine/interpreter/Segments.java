package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.engine.interpreter.fusion.Preserves;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * The checks of segment loads at ring 3 (SDM volume 3, 5.6 to 5.8) and the segment state of a vcpu.
 * Selectors are 16 bits; all checks precede all changes.
 */
final class Segments {
  private static final long CODE_OR_DATA = 1L << 44;
  private static final long EXECUTABLE = 1L << 43;
  private static final long CONFORMING = 1L << 42;
  private static final long ACCESSIBLE = 1L << 41;
  private static final long PRESENT = 1L << 47;
  private static final long LONG = 1L << 53;
  private static final long BIG = 1L << 54;
  private static final long ACCESSED = 1L << 40;
  private static final int RPL = 3;
  private static final long ADDRESSES = 0xffffffffL;

  /** Error code of a page fault: read of a page that is not present, as ring 3. */
  private static final int USER_ACCESS = 4;

  private final Cpu cpu;
  private final GuestMmu mmu;

  Segments(Cpu cpu, GuestMmu mmu) {
    this.cpu = cpu;
    this.mmu = mmu;
  }

  private static boolean isNull(int selector) {
    return (selector & ~RPL) == 0;
  }

  private static int privilege(long descriptor) {
    return (int) (descriptor >>> 45) & 3;
  }

  private static boolean has(long descriptor, long bits) {
    return (descriptor & bits) == bits;
  }

  /** Reads a descriptor; raises #PF when the page it lies in is missing. */
  private long descriptor(int selector, Op op) {
    if (isNull(selector)) {
      return 0;
    }
    long descriptor = mmu.descriptor(selector);
    if (descriptor == GuestMmu.NO_DESCRIPTOR_PAGE) {
      throw cpu.fault(op, Vector.PF, USER_ACCESS, mmu.descriptorAddress(selector));
    }
    return descriptor;
  }

  private void markAccessed(int selector, long descriptor) {
    if (!isNull(selector) && !has(descriptor, ACCESSED)) {
      mmu.markAccessed(selector);
    }
  }

  private RuntimeException bad(Op op, int selector) {
    throw cpu.fault(op, Vector.GP, selector & ~RPL, 0);
  }

  /** Loads ES, SS, DS, FS or GS. */
  void load(int segment, int selector, Op op) {
    if (segment == CpuState.SS) {
      loadStack(selector, checkStack(selector, op));
      return;
    }
    long descriptor = descriptor(selector, op);
    if (!isNull(selector)) {
      checkData(descriptor, selector, op);
      markAccessed(selector, descriptor);
    }
    cpu.registers.selector(segment, selector);
    if (segment == CpuState.FS) {
      cpu.put(CpuState.FS_BASE, SegmentCache.base(descriptor));
    } else if (segment == CpuState.GS) {
      cpu.put(CpuState.GS_BASE, SegmentCache.base(descriptor));
    }
    SegmentCache.load(cpu.registers, segment, descriptor);
    cpu.segmentsChanged();
  }

  /** Loads SS with a selector that passed {@link #checkStack}. */
  void loadStack(int selector, long descriptor) {
    cpu.registers.selector(CpuState.SS, selector);
    SegmentCache.load(cpu.registers, CpuState.SS, descriptor);
    cpu.segmentsChanged();
  }

  private void checkData(long descriptor, int selector, Op op) {
    boolean code = has(descriptor, EXECUTABLE);
    if (!has(descriptor, CODE_OR_DATA)
        || code && !has(descriptor, ACCESSIBLE)
        || !(code && has(descriptor, CONFORMING)) && privilege(descriptor) < RPL) {
      throw bad(op, selector);
    }
    if (!has(descriptor, PRESENT)) {
      throw cpu.fault(op, Vector.NP, selector & ~RPL, 0);
    }
  }

  /** Checks a selector for SS; returns its descriptor. */
  long checkStack(int selector, Op op) {
    long descriptor = descriptor(selector, op);
    if ((selector & RPL) != RPL
        || !has(descriptor, CODE_OR_DATA | ACCESSIBLE)
        || has(descriptor, EXECUTABLE)
        || privilege(descriptor) != RPL) {
      throw bad(op, selector);
    }
    if (!has(descriptor, PRESENT)) {
      throw cpu.fault(op, Vector.SS, selector & ~RPL, 0);
    }
    markAccessed(selector, descriptor);
    return descriptor;
  }

  /**
   * Checks a selector for CS.
   *
   * @param returning whether a return names it: then its privilege must be ring 3's
   * @return its descriptor
   */
  long checkCode(int selector, boolean returning, Op op) {
    long descriptor = descriptor(selector, op);
    boolean allowed =
        has(descriptor, CODE_OR_DATA | EXECUTABLE)
            && (has(descriptor, CONFORMING) || privilege(descriptor) == RPL)
            && !(returning && (selector & RPL) != RPL)
            && !has(descriptor, LONG | BIG);
    if (!allowed) {
      throw bad(op, selector);
    }
    if (!has(descriptor, PRESENT)) {
      throw cpu.fault(op, Vector.NP, selector & ~RPL, 0);
    }
    markAccessed(selector, descriptor);
    return descriptor;
  }

  /** Whether a code segment has 64-bit code. */
  static boolean isLong(long descriptor) {
    return has(descriptor, LONG);
  }

  /** The instruction pointer of a far transfer to a code segment. */
  long checkOffset(long offset, int size, long descriptor, Op op) {
    long rip = Width.zeroExtend(offset, size);
    if (isLong(descriptor)) {
      if (!CpuState.isCanonical(rip)) {
        throw cpu.fault(op, Vector.GP);
      }
      return rip;
    }
    rip &= ADDRESSES;
    if (rip > SegmentCache.limit(descriptor)) {
      throw cpu.fault(op, Vector.GP);
    }
    return rip;
  }

  /** Loads CS with a selector that passed {@link #checkCode}. */
  void enterCode(int selector, long descriptor) {
    cpu.registers.selector(CpuState.CS, selector | RPL);
    SegmentCache.load(cpu.registers, CpuState.CS, descriptor);
    // The executor changes over when the instruction, which is the last of its block, has ended.
    cpu.registers.longMode(isLong(descriptor));
    cpu.segmentsChanged();
  }

  // Compatibility mode.

  /** The linear address of an op's memory operand; raises #GP or #SS outside the segment. */
  @Preserves
  long linear(OperandOp op, long offset, boolean store) {
    if (cpu.segmented || op.isLimited()) {
      check(op.accessSegment, offset, op.accessSize, store, op);
    }
    return offset + cpu.get(op.segmentBase) & ADDRESSES;
  }

  /** The linear address of bytes of a segment; raises #GP or #SS outside of it. */
  long linear(int segment, long offset, int size, boolean store, Op op) {
    if (cpu.segmented) {
      check(segment, offset, size, store, op);
    }
    return offset + cpu.get(SegmentCache.baseField(segment)) & ADDRESSES;
  }

  private void check(int segment, long offset, int size, boolean store, Op op) {
    int rights = store ? SegmentCache.WRITE : SegmentCache.READ;
    if (!SegmentCache.allows(cpu.state, segment, offset, size, rights)) {
      throw cpu.fault(op, segment == CpuState.SS ? Vector.SS : Vector.GP);
    }
  }

  /** The linear address of bytes on the stack. */
  @Preserves
  long stack(long pointer, int size, boolean store, Op op) {
    if (!cpu.segmented) {
      return pointer;
    }
    long offset = SegmentCache.isBig(cpu.registers, CpuState.SS) ? pointer : pointer & 0xffff;
    return linear(CpuState.SS, offset, size, store, op);
  }

  /** The stack pointer register for a value: with a 16-bit stack only its lower half changes. */
  @Preserves
  long stackPointer(long pointer) {
    if (!cpu.segmented || SegmentCache.isBig(cpu.registers, CpuState.SS)) {
      return pointer & ADDRESSES;
    }
    return cpu.get(Cpu.RSP) & 0xffff0000L | pointer & 0xffff;
  }

  /** Whether CS goes on to an instruction pointer. */
  boolean hasCode(long offset) {
    long last = HostMemory.getLong(cpu.state + SegmentCache.entry(CpuState.CS) + SegmentCache.LAST);
    return offset <= last;
  }

  /** Base of CS. */
  long codeBase() {
    return cpu.get(SegmentCache.baseField(CpuState.CS));
  }

  /** Whether CS has 16-bit code. */
  boolean shortCode() {
    return !SegmentCache.isBig(cpu.registers, CpuState.CS);
  }

  /**
   * The descriptor as LAR and LSL may see it, 0 when they may not.
   *
   * @param gates whether call gates are visible as well
   */
  long visible(int selector, boolean gates, Op op) {
    long descriptor = descriptor(selector, op);
    if (has(descriptor, CODE_OR_DATA | EXECUTABLE | CONFORMING)) {
      return descriptor;
    }
    boolean kind = has(descriptor, CODE_OR_DATA) || isSystem(descriptor, gates);
    return kind && privilege(descriptor) == RPL ? descriptor : 0;
  }

  private static boolean isSystem(long descriptor, boolean gates) {
    switch ((int) (descriptor >>> 40) & 15) {
      case 2:
      case 9:
      case 11:
        return true;
      case 12:
        return gates;
      default:
        return false;
    }
  }

  /** Whether VERR or VERW accept a selector. */
  boolean allows(int selector, boolean writing, Op op) {
    long descriptor = descriptor(selector, op);
    if (!has(descriptor, CODE_OR_DATA)) {
      return false;
    }
    boolean code = has(descriptor, EXECUTABLE);
    boolean kind =
        writing ? !code && has(descriptor, ACCESSIBLE) : !code || has(descriptor, ACCESSIBLE);
    return kind && (code && has(descriptor, CONFORMING) || privilege(descriptor) == RPL);
  }
}

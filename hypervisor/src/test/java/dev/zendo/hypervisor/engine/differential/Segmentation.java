package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.engine.x86.Insn;

/** The segments in which instructions are compared; those with bases are in a local table. */
enum Segmentation {
  /** 64-bit mode. */
  LONG,

  /** Compatibility mode in the flat segments of Linux. */
  FLAT,

  /** Compatibility mode where every segment has a base and a limit; ES expands down. */
  SEGMENTED,

  /** The same with 16-bit code and a 16-bit stack. */
  SHORT;

  /** Bytes at the end of the window that DS does not reach, and at its start those for ES. */
  static final int BEYOND = 32;

  /** Entries of the local descriptor table that the host and guests are given. */
  static final int ENTRIES = 8;

  private static final int CODE = 0;
  private static final int DATA = 1;
  private static final int DOWN = 2;
  private static final int STACK = 3;
  private static final int GS = 4;
  private static final int CODE16 = 5;
  private static final int STACK16 = 6;

  /** Not present. */
  private static final int ABSENT = 7;

  private static final int CODE32_SELECTOR = 0x23;
  private static final int CODE64_SELECTOR = 0x33;
  private static final int FLAT_SELECTOR = 0x2b;

  private static final long DATA_BASE = AddressMap.SCRATCH - 0x8000;
  private static final long STACK_BASE = AddressMap.SCRATCH;

  private static int local(int entry) {
    return entry << 3 | 7;
  }

  /** A selector: of {@link CpuState#ES} and so on. */
  int selector(int segment) {
    boolean based = this == SEGMENTED || this == SHORT;
    switch (segment) {
      case CpuState.CS:
        return this == LONG
            ? CODE64_SELECTOR
            : !based ? CODE32_SELECTOR : local(this == SHORT ? CODE16 : CODE);
      case CpuState.SS:
        return based ? local(this == SHORT ? STACK16 : STACK) : FLAT_SELECTOR;
      case CpuState.DS:
        return this == LONG ? 0 : based ? local(DATA) : FLAT_SELECTOR;
      case CpuState.ES:
        return this == LONG ? 0 : based ? local(DOWN) : FLAT_SELECTOR;
      case CpuState.GS:
        return this == LONG ? 0 : local(GS);
      default:
        return 0;
    }
  }

  /** A selector whose descriptor is the same for the host and for guests, or of no descriptor. */
  static int anySelector(int random) {
    int level = random >>> 8 & 3;
    return switch (random & 15) {
      case 0 -> level;
      case 1 -> CODE32_SELECTOR & ~3 | level;
      case 2 -> CODE64_SELECTOR & ~3 | level;
      case 3, 4 -> FLAT_SELECTOR & ~3 | level;
      // Behind the last entry there is none: the table's limit says so.
      default -> (random >>> 10) % (ENTRIES + 2) << 3 | 4 | level;
    };
  }

  /** Base address of a segment. */
  long base(int segment) {
    if (segment == CpuState.GS) {
      return AddressMap.GS_BASE;
    }
    int selector = selector(segment);
    return (selector & 4) != 0 ? localBase(selector >>> 3) : 0;
  }

  private static long localBase(int entry) {
    return switch (entry) {
      case CODE, CODE16 -> AddressMap.CODE;
      case STACK, STACK16 -> STACK_BASE;
      case GS -> AddressMap.GS_BASE;
      default -> DATA_BASE;
    };
  }

  private static long limit(int entry) {
    return switch (entry) {
      case CODE, CODE16 -> AddressMap.CODE_SIZE - 1;
      case DATA -> AddressMap.WINDOW_END - DATA_BASE - BEYOND - 1;
      case DOWN -> AddressMap.WINDOW - DATA_BASE + BEYOND - 1;
      case GS -> AddressMap.WINDOW_END - AddressMap.GS_BASE - BEYOND - 1;
      default -> 0xffff;
    };
  }

  /**
   * An entry of the local table as Linux's {@code struct user_desc} has it: base, limit and flags
   * (16-bit or 32-bit, contents, read-only, limit in pages, not present).
   */
  static int[] userDescriptor(int entry) {
    boolean big = entry != CODE16 && entry != STACK16;
    int contents = entry == DOWN ? 1 : entry == CODE || entry == CODE16 ? 2 : 0;
    int flags = (big ? 1 : 0) | contents << 1 | (entry == ABSENT ? 1 << 5 : 0);
    return new int[] {entry, (int) localBase(entry), (int) limit(entry), flags};
  }

  /** A descriptor as the processor reads it; 0 for what is in no table. */
  static long descriptor(int selector) {
    switch (selector) {
      case CODE32_SELECTOR:
        return 0x00cffb000000ffffL;
      case CODE64_SELECTOR:
        return 0x00affb000000ffffL;
      case FLAT_SELECTOR:
        return 0x00cff3000000ffffL;
      default:
        boolean known = (selector & 4) != 0 && selector >>> 3 < ENTRIES;
        return known ? localDescriptor(selector >>> 3) : 0;
    }
  }

  private static long localDescriptor(int entry) {
    int[] desc = userDescriptor(entry);
    long base = desc[1] & 0xffffffffL;
    long limit = desc[2] & 0xffffffffL;
    int contents = desc[3] >>> 1 & 3;
    long type = contents == 2 ? 0xb : contents == 1 ? 7 : 3;
    long present = entry == ABSENT ? 0 : 1L << 47;
    long big = (long) (desc[3] & 1) << 54;
    return limit & 0xffff
        | (base & 0xffffff) << 16
        | (type | 0x70) << 40
        | present
        | (limit >>> 16 & 15) << 48
        | big
        | base >>> 24 << 56;
  }

  /** Loads the segment registers of a guest. */
  void load(CpuState cpu) {
    cpu.longMode(this == LONG);
    for (int segment = CpuState.ES; segment <= CpuState.GS; segment++) {
      int selector = selector(segment);
      cpu.selector(segment, selector);
      SegmentCache.load(cpu, segment, descriptor(selector));
    }
    cpu.field(CpuState.GS_BASE, AddressMap.GS_BASE);
  }

  /** Segment of the memory operand. */
  static int segment(Insn insn) {
    if (insn.segment >= 0) {
      return insn.segment;
    }
    return insn.stackSegment() ? CpuState.SS : CpuState.DS;
  }

  /** Base of the memory operand's segment. */
  long base(Insn insn) {
    boolean counts = this != LONG || insn.segment >= CpuState.FS;
    return counts ? base(segment(insn)) : 0;
  }

  /** Linear address of an offset in the memory operand's segment. */
  long linear(Insn insn, long offset) {
    switch (insn.addressSize) {
      case 2:
        return (offset & 0xffff) + base(insn) & 0xffffffffL;
      case 4:
        long linear = (offset & 0xffffffffL) + base(insn);
        return this == LONG ? linear : linear & 0xffffffffL;
      default:
        return offset + base(insn);
    }
  }

  /** Bits that general registers and addresses have. */
  long mask() {
    return this == LONG ? -1 : 0xffffffffL;
  }
}

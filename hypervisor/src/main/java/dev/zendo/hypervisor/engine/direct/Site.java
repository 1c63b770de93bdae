package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.EngineCounters;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * A place at which emitted code can be left. What is known of it stands in the code itself: there
 * are many, and few are ever left. Those whose kind is left again and again become objects that are
 * kept. Not thread-safe.
 *
 * <p>A description stands behind the code that leaves, or, of a call that does not come back then,
 * in a list behind the block's code, after the 2 bytes of the offset in the code where the call
 * would have come back to.
 */
final class Site {
  /** The budget was used up at the block's start. */
  static final byte BUDGET = 0;

  /** A memory access needs help: the translation is missing, or more. */
  static final byte ACCESS = 1;

  /** A jump inside the page whose target is not linked yet. */
  static final byte LINK = 2;

  /** The block is dead. */
  static final byte STALE = 3;

  /** An instruction that the interpreter must execute. */
  static final byte INTERPRET = 4;

  /** SYSCALL was executed. */
  static final byte SYSCALL = 10;

  /** CPUID is next. */
  static final byte CPUID = 6;

  /** UD2 is next. */
  static final byte UNDEFINED = 7;

  /** RDTSC is next; the code goes on behind it. */
  static final byte TIME = 8;

  /** RDTSCP is next; the code goes on behind it. */
  static final byte TIME_AND_ID = 9;

  /** A jump to an address in {@link Fields#TEMPORARY} that the jump cache does not have. */
  static final byte INDIRECT = 11;

  /** A jump to another page whose target the jump cache does not have. */
  static final byte FAR = 5;

  // What all sites have: kind, live registers and whether it is kept; instructions left. There is
  // no more to the start of a block.
  private static final int REST = 1;

  // A jump to another page: the address. All others: the offset of the next instruction in the
  // block's page and the one behind, then, for kinds that have one, the offset of the place in the
  // block's code.
  private static final int TARGET = 2;
  private static final int RIP = 2;
  private static final int PLACE = 4;

  // A jump inside the page: the next site that is linked to the same block.
  private static final int NEXT = 6;

  // An access: its operand. The form tells how long the displacement is.
  private static final int BASE = 6;
  private static final int INDEX = 7;
  private static final int SIZE = 8;
  private static final int ALIGNMENT = 9;
  private static final int FORM = 10;
  private static final int DISPLACEMENT = 11;

  // The number of a kept site takes the place of what stood in these bits of the first 4 bytes.
  private static final int NUMBER_SHIFT = 8;
  private static final int MAX_NUMBER = (1 << 24) - 1;
  private static final int KEPT = 0x80;

  /** Bytes in front of a description in the list of calls. */
  private static final int BEHIND = 2;

  private static final int KIND_MASK = 15;
  private static final int LIVE_SHIFT = 4;
  private static final int LIVE_MASK = 3;

  private static final int SCALE_MASK = 3;
  private static final int WRITE = 4;
  private static final int FS = 8;
  private static final int GS = 16;
  private static final int SHORT = 32;
  private static final int LONG = 64;

  private static final int PAGE = 4096;

  byte kind;

  /** Guest address of the instruction that is next. */
  long rip;

  Block block;

  /** Instructions of the block that were charged but not executed. */
  byte rest;

  /**
   * Host address to go on: to try an access again, or behind an instruction that was helped. For a
   * jump to link: of its offset.
   */
  long place;

  /** Floating-point registers that are in the host then, as in {@link Live}. */
  byte live;

  /** For an access: guest registers and numbers of its address, and its size in bytes. */
  byte base;

  byte index;
  byte scale;
  long displacement;
  byte segment;
  byte size;
  boolean write;

  /** For an access: what its address must be a multiple of; that comes before page faults. */
  byte alignment = 1;

  /** Where help counts in {@link EngineCounters#helpedBy}; -1 until it is needed. */
  short help = -1;

  /** Host address of its description. */
  long address;

  /** None yet. */
  Site() {}

  Site(byte kind, long rip, Block block, int rest) {
    this.kind = kind;
    this.rip = rip;
    this.block = block;
    this.rest = (byte) rest;
  }

  /** Bytes of the code that leaves, in front of the description: a call, or two instructions. */
  static int leaveBytes(boolean compact) {
    return compact ? 5 : 10;
  }

  /**
   * Writes what {@link #read} reads.
   *
   * @param origin host address of the block's code
   */
  void write(Assembler out, long origin) {
    out.bytes(kind | live << LIVE_SHIFT, rest);
    if (isStart(kind)) {
      return;
    }
    if (kind == FAR) {
      out.int8(rip);
      return;
    }
    out.int2(distance(rip - (block.rip & -PAGE)));
    if (hasPlace(kind)) {
      out.int2(distance(place - origin));
    }
    if (kind == LINK) {
      out.int4(0);
    } else if (kind == ACCESS) {
      writeOperand(out);
    }
  }

  private static int distance(long value) {
    if ((value & 0xffff) != value) {
      throw new IllegalStateException("too far away: " + value);
    }
    return (int) value;
  }

  private static boolean isStart(int kind) {
    return kind == BUDGET || kind == STALE;
  }

  private static boolean hasPlace(int kind) {
    return switch (kind) {
      case LINK, ACCESS, INDIRECT, TIME, TIME_AND_ID -> true;
      default -> false;
    };
  }

  private void writeOperand(Assembler out) {
    int form = scale | (write ? WRITE : 0);
    form |= segment == CpuState.FS ? FS : segment == CpuState.GS ? GS : 0;
    if (displacement == (byte) displacement) {
      out.bytes(base, index, size, alignment, form, (int) displacement);
    } else if (displacement == (int) displacement) {
      out.bytes(base, index, size, alignment, form | SHORT);
      out.int4((int) displacement);
    } else {
      out.bytes(base, index, size, alignment, form | LONG);
      out.int8(displacement);
    }
  }

  /**
   * Becomes the site that is described somewhere.
   *
   * @param owner the block it belongs to
   */
  void read(long from, Block owner) {
    address = from;
    int first = HostMemory.getByte(from);
    kind = (byte) (first & KIND_MASK);
    live = (byte) (first >> LIVE_SHIFT & LIVE_MASK);
    rest = HostMemory.getByte(from + REST);
    block = owner;
    if (isStart(kind)) {
      rip = owner.rip;
    } else if (kind == FAR) {
      rip = HostMemory.getLong(from + TARGET);
    } else {
      rip = (owner.rip & -PAGE) + (HostMemory.getShort(from + RIP) & 0xffff);
    }
    if (hasPlace(kind)) {
      place = place(from, owner);
    }
    if (kind == ACCESS) {
      readOperand(from);
    }
  }

  /** Host address of the place; of a jump to link that of its offset. */
  static long place(long description, Block owner) {
    return owner.entry + (HostMemory.getShort(description + PLACE) & 0xffff);
  }

  private void readOperand(long from) {
    base = HostMemory.getByte(from + BASE);
    index = HostMemory.getByte(from + INDEX);
    size = HostMemory.getByte(from + SIZE);
    alignment = HostMemory.getByte(from + ALIGNMENT);
    int form = HostMemory.getByte(from + FORM);
    scale = (byte) (form & SCALE_MASK);
    write = (form & WRITE) != 0;
    segment = (byte) ((form & FS) != 0 ? CpuState.FS : (form & GS) != 0 ? CpuState.GS : -1);
    displacement =
        switch (displacementBytes(form)) {
          case Long.BYTES -> HostMemory.getLong(from + DISPLACEMENT);
          case Integer.BYTES -> HostMemory.getInt(from + DISPLACEMENT);
          default -> HostMemory.getByte(from + DISPLACEMENT);
        };
  }

  /**
   * Whether the site that is described somewhere is likely to be left again; jumps are linked, or
   * found in the jump cache, and dead blocks forgotten.
   */
  static boolean isWorthKeeping(long description) {
    return switch (kind(description)) {
      case BUDGET, LINK, STALE, FAR -> false;
      default -> true;
    };
  }

  private static int kind(long description) {
    return HostMemory.getByte(description) & KIND_MASK;
  }

  /**
   * Has the description say from now on that the site is the kept one of a number; it keeps its
   * kind and everything behind the first four bytes.
   *
   * @throws IllegalStateException when the number is too large
   */
  void keep(CodeArea area, int number) {
    if (number > MAX_NUMBER) {
      throw new IllegalStateException("too many sites");
    }
    area.patch(address, kind | KEPT | number << NUMBER_SHIFT);
  }

  /** Number of the kept site that is described somewhere; -1 when it is not kept. */
  static int number(long description) {
    int first = HostMemory.getInt(description);
    return (first & KEPT) != 0 ? first >>> NUMBER_SHIFT : -1;
  }

  /** Has the description of a block's start say that the block is dead. */
  static void becomeStale(CodeArea area, long description) {
    byte[] start = {STALE, 0};
    area.write(description, start, start.length);
  }

  /**
   * Host address of the description of a call that did not come back.
   *
   * @param list that of the block's calls, which has it
   * @param behind offset in the code where it would have come back to
   */
  static long called(long list, int behind) {
    long at = list;
    while ((HostMemory.getShort(at) & 0xffff) != behind) {
      at += BEHIND + length(at + BEHIND);
    }
    return at + BEHIND;
  }

  /** Bytes of the description of a call. */
  private static int length(long description) {
    if (kind(description) != ACCESS) {
      return PLACE + Short.BYTES;
    }
    int form = HostMemory.getByte(description + FORM);
    return DISPLACEMENT + displacementBytes(form);
  }

  private static int displacementBytes(int form) {
    return (form & LONG) != 0 ? Long.BYTES : (form & SHORT) != 0 ? Integer.BYTES : 1;
  }

  /**
   * The next site that is linked to the same block, as an offset in the area; 0 behind the last.
   */
  static int next(long address) {
    return HostMemory.getInt(address + NEXT);
  }

  /** Sets {@link #next}. */
  static void next(CodeArea area, long address, int offset) {
    area.patch(address + NEXT, offset);
  }
}

package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.EngineCounters;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * A place at which emitted code can be left. What is known of it stands in the code itself, behind
 * the jump that leaves: there are many, and few are ever left. Those whose kind is left again and
 * again become objects that are kept. Not thread-safe.
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

  // What all sites have: kind and live registers, instructions left, number of the block, offset
  // of the next instruction in the block's page and the one behind, offset of the place in the
  // block's code.
  private static final int REST = 1;
  private static final int BLOCK = 2;
  private static final int RIP = 6;
  private static final int PLACE = 8;

  // What some have behind that. A jump to another page: the address. A jump inside the page: the
  // next site that is linked to the same block.
  private static final int TARGET = 10;
  private static final int NEXT = 10;

  // An access: its operand. The form tells how long the displacement is.
  private static final int BASE = 10;
  private static final int INDEX = 11;
  private static final int SIZE = 12;
  private static final int ALIGNMENT = 13;
  private static final int FORM = 14;
  private static final int DISPLACEMENT = 15;

  private static final int KIND_MASK = 15;
  private static final int LIVE_SHIFT = 4;

  private static final int SCALE_MASK = 3;
  private static final int WRITE = 4;
  private static final int FS = 8;
  private static final int GS = 16;
  private static final int SHORT = 32;
  private static final int LONG = 64;

  private static final int PAGE = 4096;

  /** Bytes of the code that leaves, in front of the description. */
  static final int LEAVE = 10;

  /** Bytes from the constant that it pushes to the description. */
  private static final int PUSHED = 9;

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

  /** Host address of the stub that a jump leads to while it is not linked. */
  static long stub(long address) {
    return address - LEAVE;
  }

  /**
   * Writes what {@link #read} reads.
   *
   * @param number of the block
   * @param origin host address of the block's code
   */
  void write(Assembler out, int number, long origin) {
    out.bytes(kind | live << LIVE_SHIFT, rest);
    out.int4(number);
    out.int2(distance(rip - (block.rip & -PAGE), kind != FAR));
    out.int2(distance(place - origin, hasPlace()));
    switch (kind) {
      case FAR -> out.int8(rip);
      case LINK -> out.int4(0);
      case ACCESS -> writeOperand(out);
      default -> {}
    }
  }

  private static int distance(long value, boolean needed) {
    if (needed && (value & 0xffff) != value) {
      throw new IllegalStateException("too far away: " + value);
    }
    return (int) value;
  }

  private boolean hasPlace() {
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
   * @param blocks those of the cache, by their numbers
   */
  void read(long from, Block[] blocks) {
    address = from;
    int first = HostMemory.getByte(from);
    kind = (byte) (first & KIND_MASK);
    live = (byte) (first >> LIVE_SHIFT);
    rest = HostMemory.getByte(from + REST);
    block = blocks[HostMemory.getInt(from + BLOCK)];
    place = block.entry + (HostMemory.getShort(from + PLACE) & 0xffff);
    if (kind == FAR) {
      rip = HostMemory.getLong(from + TARGET);
      return;
    }
    rip = (block.rip & -PAGE) + (HostMemory.getShort(from + RIP) & 0xffff);
    if (kind == ACCESS) {
      readOperand(from);
    }
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
        (form & LONG) != 0
            ? HostMemory.getLong(from + DISPLACEMENT)
            : (form & SHORT) != 0
                ? HostMemory.getInt(from + DISPLACEMENT)
                : HostMemory.getByte(from + DISPLACEMENT);
  }

  /**
   * Whether the site that is described somewhere is likely to be left again; jumps are linked, or
   * found in the jump cache, and dead blocks forgotten.
   */
  static boolean isKept(long description) {
    return switch (HostMemory.getByte(description) & KIND_MASK) {
      case BUDGET, LINK, STALE, FAR -> false;
      default -> true;
    };
  }

  /** Has the code that leaves say from now on that it is the kept site of a number. */
  void keep(CodeArea area, int number) {
    area.patch(address - PUSHED, ~number);
  }

  /** Host address of the jump's offset that belongs to the description of a jump to link. */
  static long jump(long address, Block[] blocks) {
    Block block = blocks[HostMemory.getInt(address + BLOCK)];
    return block.entry + (HostMemory.getShort(address + PLACE) & 0xffff);
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

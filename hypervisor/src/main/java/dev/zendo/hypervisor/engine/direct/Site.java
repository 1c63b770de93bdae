package dev.zendo.hypervisor.engine.direct;

/** A place at which emitted code can be left. Immutable but for the link. */
final class Site {
  /** The budget was used up at the block's start. */
  static final int BUDGET = 0;

  /** A memory access needs help: the translation is missing, or more. */
  static final int ACCESS = 1;

  /** A jump inside the page whose target is not linked yet. */
  static final int LINK = 2;

  /** The block is dead. */
  static final int STALE = 3;

  /** An instruction that the interpreter must execute. */
  static final int INTERPRET = 4;

  /** SYSCALL was executed. */
  static final int SYSCALL = 10;

  /** CPUID is next. */
  static final int CPUID = 6;

  /** UD2 is next. */
  static final int UNDEFINED = 7;

  /** RDTSC is next; the code goes on behind it. */
  static final int TIME = 8;

  /** RDTSCP is next; the code goes on behind it. */
  static final int TIME_AND_ID = 9;

  /** A jump to an address in {@link Fields#TEMPORARY} that the jump cache does not have. */
  static final int INDIRECT = 11;

  /** A jump to another page whose target the jump cache does not have. */
  static final int FAR = 5;

  final int kind;

  /** Guest address of the instruction that is next. */
  final long rip;

  final Block block;

  /** Instructions of the block that were charged but not executed. */
  final int rest;

  /** Host address of the offset of the jump to link. */
  long jump;

  /** Host address of the stub that the jump leads to while it is not linked. */
  long stub;

  /** Host address to go on: to try an access again, or behind an instruction that was helped. */
  long retry;

  /** Floating-point registers that are in the host then, as in {@link Live}. */
  int live;

  /** For an access: guest registers and numbers of its address, and its size in bytes. */
  int base;

  int index;
  int scale;
  long displacement;
  int segment;
  int size;
  boolean write;

  /** For an access: what its address must be a multiple of; that comes before page faults. */
  int alignment = 1;

  Site(int kind, long rip, Block block, int rest) {
    this.kind = kind;
    this.rip = rip;
    this.block = block;
    this.rest = rest;
  }
}

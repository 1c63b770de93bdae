package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.EngineCounters;

/** A place at which emitted code can be left. Immutable but for the link. */
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

  final byte kind;

  /** Guest address of the instruction that is next. */
  final long rip;

  final Block block;

  /** Instructions of the block that were charged but not executed. */
  final byte rest;

  /** Host address of the stub that the jump leads to while it is not linked. */
  long stub;

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

  Site(byte kind, long rip, Block block, int rest) {
    this.kind = kind;
    this.rip = rip;
    this.block = block;
    this.rest = (byte) rest;
  }
}

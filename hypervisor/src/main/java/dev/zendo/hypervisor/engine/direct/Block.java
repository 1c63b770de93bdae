package dev.zendo.hypervisor.engine.direct;

/**
 * Translated code of a run of guest instructions of one page, or of one instruction that crosses
 * into the next page. There are many, so fields are as small as they can be. One thread.
 */
final class Block {
  /** {@link #nextMfn} of a block that stays on its page. */
  static final int NONE = -1;

  final long rip;

  /** Machine frame: memory has fewer than 2^31 of them. */
  final int mfn;

  final boolean kernel;

  boolean alive = true;

  /** Frame of the next page if the block's instruction crosses into it. */
  int nextMfn = NONE;

  /** Host address of the code. */
  long entry;

  /** The site that was linked to this block last, as an offset in the area; 0 for none. */
  int incoming;

  /** Offsets in the page of the first byte of its code and of the first behind it. */
  short start;

  short end;

  /** Offset in the code of what leaves at the start: when the budget is used up, or it is dead. */
  char exit;

  /** Offset behind the code of what describes the sites that its calls of checks leave at. */
  char calls;

  /** Instructions. */
  byte count;

  /** Instructions for which the budget is charged at the start. */
  byte charge;

  Block(long rip, long mfn, boolean kernel) {
    this.rip = rip;
    this.mfn = (int) mfn;
    this.kernel = kernel;
  }

  /** Whether its only instruction crosses into the next page. */
  boolean crosses() {
    return nextMfn != NONE;
  }
}

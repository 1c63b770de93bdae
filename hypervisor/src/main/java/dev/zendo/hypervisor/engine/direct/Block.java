package dev.zendo.hypervisor.engine.direct;

import java.util.ArrayList;
import java.util.List;

/**
 * Translated code of a run of guest instructions of one page, or of one instruction that crosses
 * into the next page. One thread.
 */
final class Block {
  /** {@link #nextMfn} of a block that stays on its page. */
  static final long NONE = -1;

  final long rip;
  final long mfn;
  final boolean kernel;

  /** Frame of the next page if the block's instruction crosses into it. */
  long nextMfn = NONE;

  /** Host address of the code. */
  long entry;

  /** Host address of the stub that leaves because the block is dead. */
  long stale;

  /** Instructions. */
  int count;

  /** Instructions for which the budget is charged at the start. */
  int charge;

  /** Offsets in the page of the first byte of its code and of the first behind it. */
  int start;

  int end;

  /** Sites linked to this block. */
  private List<Site> incoming = List.of();

  boolean alive = true;

  Block(long rip, long mfn, boolean kernel) {
    this.rip = rip;
    this.mfn = mfn;
    this.kernel = kernel;
  }

  /** Sites linked to this block. */
  List<Site> incoming() {
    return incoming;
  }

  /** Notes a site that is linked to this block. */
  void add(Site site) {
    if (incoming.isEmpty()) {
      incoming = new ArrayList<>(2);
    }
    incoming.add(site);
  }

  /** Whether its only instruction crosses into the next page. */
  boolean crosses() {
    return nextMfn != NONE;
  }
}

package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.engine.CodeMap;

/** Moving single frames from one domain to another. Thread-safe. */
public final class Handover {
  private final DomainFrames frames;
  private final TlbSync tlb;
  private final CodeMap codeMap;

  Handover(DomainFrames frames, TlbSync tlb, CodeMap codeMap) {
    this.frames = frames;
    this.tlb = tlb;
    this.codeMap = codeMap;
  }

  /**
   * Takes a frame (any value) from a domain if nothing refers to it but its owner. {@link #give} or
   * {@link #abandon} comes next.
   *
   * @return whether it was so
   */
  public boolean take(Domain from, long mfn) {
    if (!frames.steal(from, mfn)) {
      return false;
    }
    from.unclaimPages(1);
    frames.counted(from, -1);
    tlb.flushDomain(from);
    // Its content stays, but code in it was decoded for its former owner.
    codeMap.written(mfn);
    return true;
  }

  /** Frees a frame that was taken. */
  public void abandon(long mfn) {
    frames.abandon(mfn, 1);
  }

  /** Counts a page for a domain in advance; false when it may not have more. */
  public boolean claim(Domain to) {
    return to.dying() == Domain.ALIVE && to.claimPages(1);
  }

  /** Undoes {@link #claim}. */
  public void unclaim(Domain to) {
    to.unclaimPages(1);
  }

  /**
   * Gives a frame that was taken to a domain that has claimed it; frees it when the domain dies.
   *
   * @return whether the domain has it
   */
  public boolean give(Domain to, long mfn) {
    if (frames.assign(to, mfn, 1, false)) {
      frames.counted(to, 1);
      return true;
    }
    to.unclaimPages(1);
    return false;
  }
}

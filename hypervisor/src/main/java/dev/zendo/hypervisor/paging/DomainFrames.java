package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameClaim;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/**
 * Gives frames to domains and takes them back. Every frame that a domain owns is in that domain's
 * set, so that all of them are found when it ends. Thread-safe.
 */
public final class DomainFrames {
  private final FrameTable table;
  private final FrameAllocator allocator;
  private final MachToPhys machToPhys;
  private final Domains domains;
  private final TlbSync tlb;

  /** For one machine; becomes the listener of its frame table. */
  public DomainFrames(
      FrameTable table,
      FrameAllocator allocator,
      MachToPhys machToPhys,
      Domains domains,
      TlbSync tlb) {
    this.table = table;
    this.allocator = allocator;
    this.machToPhys = machToPhys;
    this.domains = domains;
    this.tlb = tlb;
    table.listener(this::released);
  }

  /**
   * Gives a domain an aligned block of zeroed frames that count as its pages.
   *
   * @param order binary logarithm of their number, any value
   * @return the first frame, or -1 when the domain may not have more, is dying, or the machine has
   *     no such block
   */
  public long allocate(Domain domain, int order) {
    if (order < 0 || order > FrameAllocator.MAX_ORDER) {
      return -1;
    }
    long count = 1L << order;
    if (!domain.claimPages(count)) {
      Refusal.note(Rule.MOST_PAGES, domain.id(), domain.totalPages(), domain.maxPages(), count);
      return -1;
    }
    long first = take(order, domain.claim());
    if (first < 0 || !assign(domain, first, count, false)) {
      domain.unclaimPages(count);
      return -1;
    }
    allocator.counted(domain.claim(), count);
    return first;
  }

  /**
   * Gives a domain a zeroed frame that does not count as one of its pages (shared info, grant
   * tables).
   *
   * @return the frame, or -1 when the domain is dying or the machine has no free frame
   */
  public long allocateExtra(Domain domain) {
    long mfn = take(0, null);
    return mfn < 0 || !assign(domain, mfn, 1, true) ? -1 : mfn;
  }

  /** Number of frames that nobody owns. */
  public long free() {
    return allocator.freeFrames();
  }

  /** Number of those that are kept for domains. */
  public long claimed() {
    return allocator.claimedFrames();
  }

  /** Keeps frames for a domain until it has the given number of them; 0 or a negative errno. */
  public int claim(Domain domain, long pages) {
    return allocator.claim(domain.claim(), pages, domain.totalPages());
  }

  /** A domain got, or lost (negative), frames in another way than by {@link #allocate}. */
  void counted(Domain domain, long frames) {
    allocator.counted(domain.claim(), frames);
  }

  /**
   * Takes a block of frames that nobody owns; {@link #assign} or {@link #abandon} comes next.
   *
   * @param claim what is kept for the domain that they are for; null when they do not count for one
   */
  long take(int order, FrameClaim claim) {
    long first = allocator.allocate(order, claim);
    if (first < 0 && Refusal.wanted()) {
      Refusal.note(Rule.NO_MEMORY, 1L << order, free(), claimed());
    }
    if (first >= 0) {
      long stale = 0;
      for (long mfn = first; mfn < first + (1L << order); mfn++) {
        stale = Math.max(stale, table.staleSince(mfn));
      }
      if (stale > 0) {
        tlb.flushAllIfStale(stale);
      }
    }
    return first;
  }

  /** Gives frames that nobody owns to a domain, or frees them when it is dying. */
  boolean assign(Domain domain, long first, long count, boolean extra) {
    DomainSpace space = DomainSpace.of(domain);
    synchronized (space.frames) {
      if (!space.closed) {
        for (long mfn = first; mfn < first + count; mfn++) {
          table.assign(mfn, domain.id(), extra);
          if (extra) {
            // The hypervisor writes these frames itself: they must never become page tables.
            table.acquireType(mfn, FrameTable.WRITABLE);
          }
          space.frames.add(mfn);
        }
        return true;
      }
    }
    abandon(first, count);
    return false;
  }

  /** Frees frames that nobody owns. */
  void abandon(long first, long count) {
    for (long mfn = first; mfn < first + count; mfn++) {
      machToPhys.clear(mfn);
      allocator.free(mfn);
    }
  }

  /**
   * Takes a frame away from a domain when nothing refers to it but its owner; it then belongs to
   * nobody and still counts as one of the domain's pages.
   *
   * @param mfn any value
   * @return whether it was so
   */
  boolean steal(Domain domain, long mfn) {
    DomainSpace space = DomainSpace.of(domain);
    synchronized (space.frames) {
      if (space.closed || !table.steal(mfn, domain.id())) {
        FrameRefusals.owner(table, mfn, domain.id(), 0);
        return false;
      }
      space.frames.remove(mfn);
      return true;
    }
  }

  /**
   * Lets a domain give a frame up: it is freed as soon as nobody refers to it.
   *
   * @param mfn any value
   * @return whether the domain owned it
   */
  public boolean giveUp(Domain domain, long mfn) {
    if (!table.get(mfn, domain.id())) {
      FrameRefusals.owner(table, mfn, domain.id(), 0);
      return false;
    }
    if (table.clearAllocation(mfn)) {
      table.put(mfn);
    }
    table.put(mfn);
    return true;
  }

  /** Lets a domain get no more frames. */
  void close(Domain domain) {
    DomainSpace space = DomainSpace.of(domain);
    synchronized (space.frames) {
      space.closed = true;
    }
    allocator.claim(domain.claim(), 0, 0);
  }

  /** The frames of a domain that are pinned as page tables; a snapshot. */
  long[] pinned(Domain domain) {
    DomainSpace space = DomainSpace.of(domain);
    synchronized (space.frames) {
      return space.frames.matching(table::isPinned);
    }
  }

  /** The frames that count as pages of a domain, in no particular order; a snapshot. */
  public long[] pages(Domain domain) {
    DomainSpace space = DomainSpace.of(domain);
    synchronized (space.frames) {
      return space.frames.matching(mfn -> !table.isExtra(mfn));
    }
  }

  /**
   * Takes everything away from a dead domain. Frames that others still refer to lose their owner
   * and are freed with the last reference. Page tables must have been given up before.
   */
  public void releaseAll(Domain domain) {
    DomainSpace space = DomainSpace.of(domain);
    close(domain);
    while (true) {
      long mfn;
      boolean counted;
      synchronized (space.frames) {
        mfn = space.frames.first();
        if (mfn < 0) {
          return;
        }
        if (!table.get(mfn, domain.id())) {
          // Another thread has just dropped the last reference and is about to unlink the frame.
          mfn = -1;
          counted = false;
        } else {
          space.frames.remove(mfn);
          counted = !table.isExtra(mfn);
          table.disown(mfn);
        }
      }
      if (mfn < 0) {
        Thread.onSpinWait();
        continue;
      }
      if (counted) {
        domain.unclaimPages(1);
      }
      if (table.clearAllocation(mfn)) {
        table.put(mfn);
      }
      table.put(mfn);
    }
  }

  private void released(long mfn, int owner, boolean extra) {
    Domain domain = domains.get(owner);
    if (domain != null) {
      DomainSpace space = DomainSpace.of(domain);
      synchronized (space.frames) {
        space.frames.remove(mfn);
      }
      if (!extra) {
        domain.unclaimPages(1);
        counted(domain, -1);
      }
    }
    abandon(mfn, 1);
  }
}

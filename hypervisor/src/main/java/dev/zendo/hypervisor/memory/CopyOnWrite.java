package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.grant.Grants;
import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.FrozenPages;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.Paging;

/**
 * Memory that domains have in common until they write it. No hypercall offers that: only the host
 * knows what backs machine memory. Thread-safe.
 */
public final class CopyOnWrite {
  /** Shorter runs of frames are copied: a mapping costs as much. */
  static final int LEAST = 16;

  /** So many pages of zeros end a run: mapped ones would take memory, zeros of their own none. */
  static final int GAP = 128;

  private final SharingHost host;
  private final MachineMemory memory;
  private final FrameTable table;
  private final FrameAllocator allocator;
  private final Paging paging;
  private final Grants grants;
  private final Domains domains;

  CopyOnWrite(
      SharingHost host,
      MachineMemory memory,
      FrameAllocator allocator,
      Paging paging,
      Grants grants,
      Domains domains) {
    this.host = host;
    this.memory = memory;
    this.table = paging.table();
    this.allocator = allocator;
    this.paging = paging;
    this.grants = grants;
    this.domains = domains;
  }

  /** The same as another host would have it. */
  CopyOnWrite on(SharingHost other) {
    return new CopyOnWrite(other, memory, allocator, paging, grants, domains);
  }

  /**
   * Keeps what pages of a domain hold. The domain goes on with most of them in common, if the host
   * can do that, and writes its own copies.
   *
   * @param id its number; none of its vcpus is on a processor
   * @param frames machine frames, any values; what it does not own becomes a page of zeros
   * @return a page for each
   * @throws OutOfMemoryError when the host has no memory for them
   */
  public FrozenPages freeze(int id, long[] frames) {
    Domain domain = domains.get(id);
    if (domain == null) {
      return new FrozenPages(frames.length);
    }
    domain.pagingLock().lock();
    try {
      OwnReferences references = new OwnReferences(memory, paging, domain, frames);
      references.leaveOutGranted(grants, domain);
      return new Freeze(host, memory, table, allocator, id, frames).run(references);
    } finally {
      domain.pagingLock().unlock();
    }
  }

  /**
   * Gives frames the contents of pages, and shares these where that pays.
   *
   * @param domain their owner, which has not run and does not
   * @param frames machine frames full of zeros; a negative number is none
   * @param pages one for each
   * @return how many pages were copied
   * @throws IllegalStateException when the domain does not own one
   */
  public int thaw(int domain, long[] frames, FrozenPages pages) {
    return new Thaw(memory, table, allocator, domain, frames, pages).run();
  }

  /** How many ranges of frames are mapped; a statistic for tests. */
  public int mappedRanges() {
    return allocator.mappedRanges();
  }
}

package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.GuestMmu;

/**
 * What domains and vcpus need from the memory part (frame table, paging, grants): the border
 * between the two halves of the core. One per machine; thread-safe.
 *
 * <p>Results are 0 or a negative errno of the hypercall interface unless said otherwise.
 */
public interface DomainMemory {
  /**
   * A new domain exists: creates its grant table and, when it is translated, its space, with as
   * many frames of RAM from address 0 on as {@link Domain#maxPages()} says.
   */
  void attach(Domain domain);

  /** Creates the page-table walker of a new vcpu. */
  GuestMmu mmu(Vcpu vcpu);

  /** Creates the accessor for the guest pointers of a new vcpu. */
  GuestAccess guestAccess(Vcpu vcpu);

  /**
   * Allocates a zeroed frame of the hypervisor's that the domain may map writable, and that does
   * not count as one of its pages (shared info).
   *
   * @return the mfn, or -1 when the machine has no free frame
   */
  long allocateSharedFrame(Domain domain);

  /** Takes a writable reference to a frame of the domain (its number may be any value). */
  long acquireWritable(Domain domain, long mfn);

  /** Gives back what {@link #acquireWritable} took. */
  void releaseWritable(Domain domain, long mfn);

  /**
   * Makes a frame the kernel's page-table root of a vcpu (validated as a top-level table), drops
   * the reference to the old one and flushes the vcpu's translations. The vcpu is the caller or
   * does not run.
   *
   * @param mfn any value
   */
  long setKernelRoot(Vcpu vcpu, long mfn);

  /** The same for the root of the guest's user mode; 0 means none. */
  long setUserRoot(Vcpu vcpu, long mfn);

  /**
   * Installs the guest's descriptor table.
   *
   * @param frames at least {@code (entries + 511) / 512} frame numbers, any values
   * @param entries number of descriptors, any value
   */
  long setGdt(Vcpu vcpu, long[] frames, int entries);

  /** Installs the local descriptor table; checks base and count. */
  long setLdt(Vcpu vcpu, long base, long entries);

  /**
   * Reads a vcpu's descriptor tables, as they were installed.
   *
   * @param frames gets the frames of the global table; has room for 16
   */
  DescriptorTableState descriptorTables(Vcpu vcpu, long[] frames);

  /** Drops page-table roots and descriptor tables of a vcpu that will not run again. */
  void detach(Vcpu vcpu);

  /**
   * Drops everything a dead domain holds: grant mappings, grant table, every frame. None of its
   * vcpus runs, all are detached.
   */
  void release(Domain domain);

  /** The guest-physical memory of a translated domain; addresses are guest-physical. */
  PhysicalMemory physicalMemory(Domain domain);

  /**
   * What a frame of a domain is, for one who saves the domain.
   *
   * @param frame any value
   * @return the level of a page table, 0 for other frames, with {@link #PINNED} when it is pinned;
   *     or {@link #NOT_OWNED}
   */
  int frameKind(Domain domain, long frame);

  /** {@link #frameKind}: the page table is pinned. */
  int PINNED = 8;

  /** {@link #frameKind}: no frame of the domain's memory. */
  int NOT_OWNED = -1;

  /**
   * Sets whether writes of a domain's pages are noticed.
   *
   * @param on only while no vcpu of the domain runs
   * @return false when it is so already
   */
  boolean logWrites(Domain domain, boolean on);

  /**
   * Pages of a domain that were written since this was asked last, while that is noticed; a bit for
   * each. Page tables are told only when they become tables and when they are none any more; what
   * others may write without being noticed is told every time.
   *
   * @param count pages to tell of: those from 0 on
   * @param forget whether they count as not written from now on
   */
  long[] writtenPages(Domain domain, int count, boolean forget);

  /** Frames of the machine that nobody owns. */
  long freeFrames();

  /** Those of them that are kept for domains which are still to take them. */
  long claimedFrames();
}

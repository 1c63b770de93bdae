package dev.zendo.hypervisor.engine;

/**
 * What an executor asks of the hypervisor core while it executes a vcpu. Called on the thread that
 * runs the vcpu, at instruction boundaries or from the slow path of a memory access.
 */
public interface GuestMmu {
  /** Access kinds of {@link #translate}. */
  int READ = 0;

  /** A store, or the store half of a read-modify-write. */
  int WRITE = 1;

  /** An instruction fetch. */
  int EXECUTE = 2;

  /** {@link #descriptor}: not a descriptor (it would not be present, of no meaning). */
  long NO_DESCRIPTOR_PAGE = 0x0000_0000_dead_0001L;

  /**
   * Walks the page tables of the current mode and sets accessed and dirty bits as the processor
   * would. Addresses are canonical (engines raise #GP or #SS themselves otherwise).
   *
   * @param virtualAddress any canonical address
   * @param access {@link #READ}, {@link #WRITE} or {@link #EXECUTE}
   * @return the machine address of the page (multiple of 4096) when allowed; otherwise the one's
   *     complement of the page-fault error code as ring 3 sees it ({@code ~code}, always negative)
   */
  long translate(long virtualAddress, int access);

  /**
   * The top-level page table of the current mode, for engines that walk tables themselves where
   * {@link #translate} would succeed without setting a bit. They do it only while the vcpu executes
   * guest code.
   *
   * @return its host address, or 0 when only {@link #translate} can be used
   */
  default long root() {
    return 0;
  }

  /**
   * Offers a store that {@link #translate} refused, as an emulated page-table write ({@code ptwr}).
   * Never crosses a page.
   *
   * @param size 1, 2, 4 or 8 bytes
   * @return whether the store was done; otherwise the executor raises the page fault
   */
  boolean emulateStore(long virtualAddress, int size, long value);

  /**
   * The same for a read-modify-write: stores {@code value} if memory still holds {@code expected}.
   *
   * @return 1 when stored, 0 when memory had changed (read again), -1 when refused (page fault)
   */
  int emulateCompareAndSet(long virtualAddress, int size, long expected, long value);

  /**
   * Reads a descriptor for a selector load, far transfer, LAR, LSL, VERR or VERW from the global or
   * local descriptor table of the vcpu (or the hypervisor's own reserved part).
   *
   * @param selector 16 bits
   * @return the 8-byte descriptor, 0 when the selector lies beyond the table's limit, {@link
   *     #NO_DESCRIPTOR_PAGE} when the local table's page is missing: a page fault at {@link
   *     #descriptorAddress}
   */
  long descriptor(int selector);

  /** Virtual address of a descriptor of the local table, for the page fault. */
  default long descriptorAddress(int selector) {
    return selector & 0xfff8;
  }

  /** Told that a segment was loaded whose descriptor is not marked as accessed: marks it. */
  default void markAccessed(int selector) {}

  /**
   * Called before code of a frame is decoded: no vcpu may keep a cached writable translation of the
   * frame. Returns when every other vcpu has dropped its own; the caller drops its own itself.
   */
  void revokeWriteTranslations(long mfn);
}

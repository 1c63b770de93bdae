package dev.zendo.hypervisor.machine;

/**
 * The table that gives, for each machine frame, the pseudo-physical frame number its owner last set
 * (the M2P). It lies in machine frames that guests may read at {@link #VIRTUAL_START} and nobody
 * but the hypervisor writes; frames without a number read as all ones.
 *
 * <p>A page of the table is filled with ones when it is first needed, so that an unused table costs
 * nothing. Thread-safe.
 */
public final class MachToPhys implements AutoCloseable {
  /** Where guests see the table (MACH2PHYS_VIRT_START of arch-x86/xen-x86_64.h). */
  public static final long VIRTUAL_START = 0xffff800000000000L;

  /** End of the range that is set aside for it (MACH2PHYS_VIRT_END). */
  public static final long VIRTUAL_END = 0xffff804000000000L;

  /** The entry of a frame without number. */
  public static final long INVALID = -1;

  private static final int ENTRIES_PER_PAGE = MachineMemory.FRAME_SIZE / Long.BYTES;

  private final MachineMemory memory;
  private final long first;
  private final long pages;
  private final long filled;

  /**
   * The table for all frames of a machine.
   *
   * @param first the first of {@link #pagesFor} frames that belong to it
   */
  public MachToPhys(MachineMemory memory, long first) {
    this.memory = memory;
    this.first = first;
    this.pages = pagesFor(memory.frames());
    this.filled = HostMemory.allocate(pages, 64);
  }

  /** Gives back what the table keeps beside its frames; nobody may use it afterwards. */
  @Override
  public void close() {
    HostMemory.free(filled);
  }

  /** Number of frames the table needs for a machine of {@code frames} frames. */
  public static long pagesFor(long frames) {
    return (frames + ENTRIES_PER_PAGE - 1) / ENTRIES_PER_PAGE;
  }

  /** First frame of the table itself. */
  public long firstFrame() {
    return first;
  }

  /** Number of frames of the table itself. */
  public long pages() {
    return pages;
  }

  /**
   * The frame that guests see at an address of the table.
   *
   * @param virtualAddress any address
   * @return the frame, or -1 when nothing is there
   */
  public long frameAt(long virtualAddress) {
    long page = virtualAddress - VIRTUAL_START >>> MachineMemory.FRAME_SHIFT;
    if (page >= pages) {
      return -1;
    }
    fill(page);
    return first + page;
  }

  /** Pseudo-physical number of a frame of the machine, or {@link #INVALID}. */
  public long get(long mfn) {
    fill(mfn / ENTRIES_PER_PAGE);
    return HostMemory.getLongAcquire(address(mfn));
  }

  /** Sets the pseudo-physical number of a frame of the machine. */
  public void set(long mfn, long pfn) {
    fill(mfn / ENTRIES_PER_PAGE);
    HostMemory.putLongRelease(address(mfn), pfn);
  }

  /** The frame has no number any more. */
  public void clear(long mfn) {
    if (isFilled(mfn / ENTRIES_PER_PAGE)) {
      HostMemory.putLongRelease(address(mfn), INVALID);
    }
  }

  private long address(long mfn) {
    return memory.address(first) + mfn * Long.BYTES;
  }

  private boolean isFilled(long page) {
    return HostMemory.getByteAcquire(filled + page) != 0;
  }

  private void fill(long page) {
    if (!isFilled(page)) {
      fillNow(page);
    }
  }

  private synchronized void fillNow(long page) {
    if (!isFilled(page)) {
      HostMemory.fill(memory.address(first + page), MachineMemory.FRAME_SIZE, (byte) -1);
      HostMemory.putByteRelease(filled + page, (byte) 1);
    }
  }
}

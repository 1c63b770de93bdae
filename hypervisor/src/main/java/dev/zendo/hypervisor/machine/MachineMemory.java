package dev.zendo.hypervisor.machine;

/**
 * The memory of the machine: one block of host memory, divided into 4096-byte frames numbered from
 * 0 (machine frame numbers, mfn). The host backs it lazily. A machine address is {@code mfn << 12 |
 * offset}; its host address is {@link #base()} plus the machine address.
 *
 * <p>This class knows nothing of owners or types; see the frame table. All methods may be called by
 * any thread; callers pass frames below {@link #frames()}.
 */
public final class MachineMemory implements AutoCloseable {
  /** Binary logarithm of the size of a frame. */
  public static final int FRAME_SHIFT = 12;

  /** Bytes of a frame. */
  public static final int FRAME_SIZE = 1 << FRAME_SHIFT;

  private final long base;
  private final long frames;

  /**
   * Reserves the memory.
   *
   * @param frames number of frames
   * @throws OutOfMemoryError when the host refuses the reservation
   */
  public MachineMemory(long frames) {
    this.frames = frames;
    this.base = HostMemory.allocate(frames << FRAME_SHIFT, FRAME_SIZE);
  }

  /** Gives the memory back to the host; nobody may use it afterwards. */
  @Override
  public void close() {
    HostMemory.free(base);
  }

  /** Host address of machine address 0. */
  public long base() {
    return base;
  }

  /** Number of frames. */
  public long frames() {
    return frames;
  }

  /** Whether {@code mfn} (any 64-bit value) names a frame of this machine. */
  public boolean contains(long mfn) {
    return Long.compareUnsigned(mfn, frames) < 0;
  }

  /** Host address of the first byte of a frame. */
  public long address(long mfn) {
    return base + (mfn << FRAME_SHIFT);
  }
}

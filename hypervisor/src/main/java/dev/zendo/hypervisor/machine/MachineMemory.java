package dev.zendo.hypervisor.machine;

import com.sun.jna.Platform;

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

  private static final boolean CAN_DISCARD = Platform.isLinux() && Platform.is64Bit();

  private final long base;
  private final long frames;
  private volatile boolean hugePages;

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

  /** Asks the host for huge pages, where it gives them on demand. */
  public void preferHugePages() {
    LibC.preferHugePages(base, frames << FRAME_SHIFT);
    hugePages = true;
  }

  /**
   * Has frames hold what pages of a layer hold until they are written.
   *
   * @throws UnsupportedOperationException when the host refuses; nothing has changed
   */
  void map(long mfn, long count, FrozenLayer layer, long page) {
    long offset = page << FRAME_SHIFT;
    LibC.mapPrivately(address(mfn), count << FRAME_SHIFT, layer.file(), offset);
  }

  /** Makes frames ordinary memory again, full of zeros; false when the host refuses. */
  boolean unmap(long mfn, long count) {
    try {
      LibC.mapZeros(address(mfn), count << FRAME_SHIFT);
    } catch (UnsupportedOperationException e) {
      return false;
    }
    if (hugePages) {
      LibC.preferHugePages(address(mfn), count << FRAME_SHIFT);
    }
    return true;
  }

  /**
   * Has frames that are not mapped from anywhere read as zeros, and gives what backed them to the
   * host.
   */
  public void discard(long mfn, long count) {
    if (!giveBack(mfn, count)) {
      HostMemory.fill(address(mfn), count << FRAME_SHIFT, (byte) 0);
    }
  }

  /**
   * Gives the host what backs frames; then they hold zeros, or what they are mapped from.
   *
   * @return false when it does not take it, and nothing has changed
   */
  boolean giveBack(long mfn, long count) {
    if (CAN_DISCARD) {
      try {
        LibC.discard(address(mfn), count << FRAME_SHIFT);
        return true;
      } catch (UnsupportedOperationException e) {
        // Memory that is locked, for one.
      }
    }
    return false;
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

package dev.zendo.hypervisor.engine;

import dev.zendo.hypervisor.machine.DirtyFrames;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Which machine frames hold code that some engine has decoded. A frame marked here is in nobody's
 * cached writable translations, so every guest store to it takes an executor's slow path, which
 * calls {@link #written}; everybody else who writes guest memory (hypercalls, grant copies, the
 * control domain) or gives a frame another owner calls it as well.
 *
 * <p>Thread-safe. Marks are bytes in host memory, so that emitted code may test them.
 */
public final class CodeMap {
  /** Told that decoded code of a frame is void; called on the writing thread. */
  public interface Listener {
    /** Drops everything decoded from the frame. */
    void invalidate(long mfn);

    /**
     * Drops at least what was decoded from the given bytes of the frame.
     *
     * @param offset first byte written, below 4096
     * @param bytes number of bytes, all in the frame
     */
    default void invalidate(long mfn, int offset, int bytes) {
      invalidate(mfn);
    }
  }

  private final long marks;
  private final DirtyFrames dirty;
  private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();

  /** A map for a machine of the given number of frames. */
  public CodeMap(long frames) {
    marks = HostMemory.allocate(frames, 64);
    dirty = new DirtyFrames(frames);
  }

  /** Hears of the same writes, and of those of guests, while somebody wants to know of them. */
  public DirtyFrames dirty() {
    return dirty;
  }

  /** Gives its host memory back; nobody may use it afterwards. */
  public void close() {
    HostMemory.free(marks);
  }

  /** Host address of the mark byte of frame 0; the byte is non-zero when the frame holds code. */
  public long marks() {
    return marks;
  }

  /** Adds an engine's cache of decoded code. */
  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  /** Whether code of the frame has been decoded. */
  public boolean hasCode(long mfn) {
    return HostMemory.getByteAcquire(marks + mfn) != 0;
  }

  /** Marks a frame, before its bytes are decoded. */
  public void mark(long mfn) {
    HostMemory.putByteRelease(marks + mfn, (byte) 1);
    HostMemory.fullFence();
  }

  /** Must be called after bytes of the frame changed other than through an executor's fast path. */
  public void written(long mfn) {
    dirty.mark(mfn);
    if (hasCode(mfn)) {
      HostMemory.putByteRelease(marks + mfn, (byte) 0);
      for (Listener listener : listeners) {
        listener.invalidate(mfn);
      }
    }
  }

  /**
   * Must be called after a few bytes of a marked frame changed whose mark shall stay: engines keep
   * what they decoded from its other bytes.
   */
  public void written(long mfn, int offset, int bytes) {
    for (Listener listener : listeners) {
      listener.invalidate(mfn, offset, bytes);
    }
  }
}

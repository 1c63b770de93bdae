package dev.zendo.dom0.net.wire;

/**
 * Frames to use again: those of usual size, and those for large packets. It keeps a bounded number
 * and never refuses one: bounds on what is on its way are those of queues. Thread-safe.
 */
public final class FramePool {
  /** Most bytes of a frame. */
  public static final int MAX_BYTES = 0xffff + Ip.ETHERNET;

  private static final int SMALL_BYTES = 2048;
  private static final int SMALL_KEPT = 2048;
  private static final int LARGE_KEPT = 128;

  private final Stack small = new Stack(SMALL_KEPT);
  private final Stack large = new Stack(LARGE_KEPT);

  /** Takes a frame with room for at least so many bytes, and with that length. */
  public Frame take(int bytes) {
    boolean fits = bytes <= SMALL_BYTES;
    Frame frame = (fits ? small : large).pop();
    if (frame == null) {
      frame = new Frame(this, fits ? SMALL_BYTES : MAX_BYTES);
    }
    return frame.reuse(bytes);
  }

  void give(Frame frame) {
    (frame.data().length == SMALL_BYTES ? small : large).push(frame);
  }

  private static final class Stack {
    private final Frame[] frames;
    private int count;

    Stack(int capacity) {
      frames = new Frame[capacity];
    }

    synchronized void push(Frame frame) {
      if (count < frames.length) {
        frames[count++] = frame;
      }
    }

    synchronized Frame pop() {
      if (count == 0) {
        return null;
      }
      Frame frame = frames[--count];
      frames[count] = null;
      return frame;
    }
  }
}

package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.wire.Frame;

/** Frames that wait for a guest's buffers, in order and bounded. One thread. */
final class FrameQueue {
  private static final int CAPACITY = 1024;

  /** Bytes that may wait: two rings full of pages. */
  private static final long MAX_BYTES = 2 << 20;

  private final Frame[] frames = new Frame[CAPACITY];
  private int head;
  private int count;
  private long bytes;

  /** Adds a frame; false when there is no room. */
  boolean offer(Frame frame) {
    if (count == CAPACITY || bytes + frame.length() > MAX_BYTES) {
      return false;
    }
    frames[(head + count) % CAPACITY] = frame;
    count++;
    bytes += frame.length();
    return true;
  }

  /** The first frame, which stays; null when there is none. */
  Frame peek() {
    return count == 0 ? null : frames[head];
  }

  /** Takes the first frame. */
  Frame poll() {
    Frame frame = frames[head];
    frames[head] = null;
    head = (head + 1) % CAPACITY;
    count--;
    bytes -= frame.length();
    return frame;
  }

  void clear() {
    while (count > 0) {
      poll().release();
    }
  }
}

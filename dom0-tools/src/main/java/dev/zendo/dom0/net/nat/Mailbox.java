package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import java.util.ArrayDeque;
import java.util.List;

/** Frames on their way from one thread to another, bounded. Thread-safe. */
final class Mailbox {
  private static final int MOST = 2048;
  private static final long MAX_BYTES = 8 << 20;

  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private long bytes;
  private long dropped;

  /** Passes a frame on, or drops it when too many wait. */
  synchronized void put(Frame frame) {
    if (frames.size() >= MOST || bytes + frame.length() > MAX_BYTES) {
      dropped++;
      frame.release();
      return;
    }
    frames.add(frame);
    bytes += frame.length();
  }

  /** Takes all frames that wait. */
  synchronized void take(List<Frame> to) {
    to.addAll(frames);
    frames.clear();
    bytes = 0;
  }

  synchronized boolean isEmpty() {
    return frames.isEmpty();
  }

  /** Frames for which there was no room. */
  synchronized long dropped() {
    return dropped;
  }
}

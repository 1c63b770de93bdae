package dev.zendo.dom0.net.bridge;

import dev.zendo.dom0.net.wire.Frame;

/** What stands behind a port of a switch. On the switch's thread; it must not block. */
public interface Station {
  /** Takes a frame, which is now its own. It must not send through the switch from here. */
  void deliver(Frame frame);

  /** Frames were delivered, and no more come for now. */
  void flush();

  /** Whether it wants frames for this group of stations. */
  default boolean wantsGroup(long address) {
    return true;
  }
}

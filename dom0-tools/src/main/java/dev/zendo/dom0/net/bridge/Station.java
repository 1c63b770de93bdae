package dev.zendo.dom0.net.bridge;

import dev.zendo.dom0.net.wire.Frame;

/** What stands behind a port of a switch. On the switch's thread; it must not block. */
public interface Station {
  /** Takes a frame, which is now its own. It must not send through the switch from here. */
  void deliver(Frame frame);

  /** Frames were delivered, and no more come for now. */
  void flush();

  /**
   * Whether it has room for a frame, so that who sends it need not wait. After it said no it calls
   * {@link BridgePort#room} as soon as it is worth asking again, and never lets anybody wait for
   * long.
   *
   * @param pieces frames that it would get
   */
  default boolean hasRoom(Frame frame, int pieces) {
    return true;
  }

  /** Whether it wants frames for this group of stations. */
  default boolean wantsGroup(long address) {
    return true;
  }
}

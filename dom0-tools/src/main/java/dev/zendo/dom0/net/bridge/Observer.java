package dev.zendo.dom0.net.bridge;

import dev.zendo.dom0.net.wire.Frame;

/** Looks at what passes a switch. On the switch's thread; it must not block. */
public interface Observer {
  /** A frame came in; the observer must neither change nor keep it. */
  void passed(BridgePort from, Frame frame);

  /** A frame goes out, once for each station that gets it; as for those that come in. */
  default void delivered(BridgePort to, Frame frame) {
    // Most look at each frame once.
  }
}

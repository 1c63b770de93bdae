package dev.zendo.dom0.net.bridge;

import dev.zendo.dom0.net.wire.Frame;

/** Looks at what passes a switch. On the switch's thread; it must not block. */
@FunctionalInterface
public interface Observer {
  /** A frame came in; the observer must neither change nor keep it. */
  void passed(BridgePort from, Frame frame);
}

package dev.zendo.dom0.net.nat;

import java.nio.channels.SelectionKey;

/** Who waits for a socket; attached to the selector's keys. */
interface Ready {
  /** The socket is ready for some of what the key waits for. */
  void ready(SelectionKey key, long now);

  /** Gives the socket up, after an error of ours. */
  void giveUp();
}

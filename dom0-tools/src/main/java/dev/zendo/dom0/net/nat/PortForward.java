package dev.zendo.dom0.net.nat;

/** A port of the host that leads to a guest. */
interface PortForward {
  /** The port, also when any was asked for. Any thread. */
  int port();

  /** Closes it. After the network's thread has ended. */
  void close();
}

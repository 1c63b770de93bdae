package dev.zendo.dom0.net.nat;

import java.io.IOException;
import java.nio.ByteBuffer;

/** How a guest's datagrams leave. On the network's thread. */
interface DatagramWay {
  /** Sends a datagram. */
  void send(ByteBuffer datagram) throws IOException;

  /** Gives up what belongs to this way alone. */
  void close();
}

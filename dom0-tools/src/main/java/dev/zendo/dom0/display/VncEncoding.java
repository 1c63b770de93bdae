package dev.zendo.dom0.display;

import java.io.DataOutputStream;
import java.io.IOException;

/** A way to send a rectangle (RFC 6143 section 7.7). One thread. */
interface VncEncoding extends AutoCloseable {
  /** Its number in the protocol. */
  int number();

  /** Widest rectangle that it can send, in pixels. */
  int widest();

  /** Sends what follows the header of a rectangle. */
  void write(Area area, VncTiles tiles, VncPixels format, DataOutputStream out) throws IOException;

  @Override
  void close();
}

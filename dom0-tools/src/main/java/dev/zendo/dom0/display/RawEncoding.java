package dev.zendo.dom0.display;

import java.io.DataOutputStream;
import java.io.IOException;

/** Pixels as they are (RFC 6143 section 7.7.1), which every client understands. */
final class RawEncoding implements VncEncoding {
  static final int NUMBER = 0;

  private final byte[] bytes = new byte[VncTiles.MOST * VncTiles.MOST * Integer.BYTES];

  @Override
  public int number() {
    return NUMBER;
  }

  @Override
  public int widest() {
    return VncTiles.MOST;
  }

  @Override
  public void write(Area area, VncTiles tiles, VncPixels format, DataOutputStream out)
      throws IOException {
    int count = area.width() * area.height();
    format.convert(tiles.read(area), count, bytes);
    out.write(bytes, 0, count * format.bytes());
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}

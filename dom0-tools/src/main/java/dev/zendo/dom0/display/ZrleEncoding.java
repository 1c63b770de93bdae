package dev.zendo.dom0.display;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.zip.Deflater;

/**
 * Tiles of 64 x 64 pixels, those of few colours as numbers of a palette, in one zlib stream for the
 * whole connection (RFC 6143 section 7.7.6). Runs are left to zlib.
 */
final class ZrleEncoding implements VncEncoding {
  static final int NUMBER = 16;

  private static final int RAW = 0;
  private static final int SOLID = 1;
  private static final int MAX_PALETTE = 16;

  private final Deflater deflater = new Deflater();
  private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
  private final byte[] packed = new byte[1 << 14];
  private final byte[] bytes = new byte[VncTiles.MOST * VncTiles.MOST * Integer.BYTES];
  private final int[] palette = new int[MAX_PALETTE];

  @Override
  public int number() {
    return NUMBER;
  }

  @Override
  public int widest() {
    return 1 << 14;
  }

  @Override
  public void write(Area area, VncTiles tiles, VncPixels format, DataOutputStream out)
      throws IOException {
    plain.reset();
    for (int x = 0; x < area.width(); x += VncTiles.MOST) {
      int width = Math.min(VncTiles.MOST, area.width() - x);
      int[] pixels = tiles.read(new Area(area.x() + x, area.y(), width, area.height()));
      tile(pixels, width, area.height(), format);
    }
    byte[] compressed = compress(plain.toByteArray());
    out.writeInt(compressed.length);
    out.write(compressed);
  }

  private void tile(int[] pixels, int width, int height, VncPixels format) {
    int count = width * height;
    int colours = colours(pixels, count);
    if (colours > MAX_PALETTE) {
      plain.write(RAW);
      colours(pixels, count, format);
    } else if (colours == 1) {
      plain.write(SOLID);
      colours(palette, 1, format);
    } else {
      plain.write(colours);
      colours(palette, colours, format);
      numbers(pixels, width, height, colours);
    }
  }

  /** Collects the colours; one more than a palette has if there are more. */
  private int colours(int[] pixels, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      if (number(pixels[i], found) == found) {
        if (found == MAX_PALETTE) {
          return found + 1;
        }
        palette[found++] = pixels[i];
      }
    }
    return found;
  }

  private int number(int colour, int known) {
    int number = 0;
    while (number < known && palette[number] != colour) {
      number++;
    }
    return number;
  }

  /** Writes colours in as few bytes as the protocol allows. */
  private void colours(int[] from, int count, VncPixels format) {
    format.convert(from, count, bytes);
    int size = format.bytes();
    int skipped = format.isCompact() ? format.padding() : size;
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < size; k++) {
        if (k != skipped) {
          plain.write(bytes[i * size + k]);
        }
      }
    }
  }

  /** Writes the number of each pixel's colour in 1, 2 or 4 bits; lines begin with a byte. */
  private void numbers(int[] pixels, int width, int height, int colours) {
    int bits = colours <= 2 ? 1 : colours <= 4 ? 2 : 4;
    for (int y = 0; y < height; y++) {
      int collected = 0;
      int filled = 0;
      for (int x = 0; x < width; x++) {
        collected = collected << bits | number(pixels[y * width + x], colours);
        filled += bits;
        if (filled == Byte.SIZE) {
          plain.write(collected);
          collected = 0;
          filled = 0;
        }
      }
      if (filled > 0) {
        plain.write(collected << Byte.SIZE - filled);
      }
    }
  }

  private byte[] compress(byte[] data) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    deflater.setInput(data);
    int count;
    do {
      count = deflater.deflate(packed, 0, packed.length, Deflater.SYNC_FLUSH);
      compressed.write(packed, 0, count);
    } while (count == packed.length);
    return compressed.toByteArray();
  }

  @Override
  public void close() {
    deflater.end();
  }
}

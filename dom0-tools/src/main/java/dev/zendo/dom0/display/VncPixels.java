package dev.zendo.dom0.display;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * How a VNC client wants its pixels (RFC 6143 section 7.4): true colours of 8, 16 or 32 bits.
 *
 * @param bits of a pixel
 * @param depth how many of them say the colour
 * @param bigEndian order of its bytes
 * @param redMax largest red
 * @param greenMax largest green
 * @param blueMax largest blue
 * @param redShift where red begins
 * @param greenShift where green begins
 * @param blueShift where blue begins
 */
record VncPixels(
    int bits,
    int depth,
    boolean bigEndian,
    int redMax,
    int greenMax,
    int blueMax,
    int redShift,
    int greenShift,
    int blueShift) {
  /** What the server says it has: the pixels of a {@link Picture}. */
  static final VncPixels SERVER = new VncPixels(32, 24, false, 255, 255, 255, 16, 8, 0);

  static VncPixels read(DataInputStream in) throws IOException {
    int bits = in.readUnsignedByte();
    int depth = in.readUnsignedByte();
    boolean bigEndian = in.readByte() != 0;
    boolean trueColour = in.readByte() != 0;
    VncPixels pixels =
        new VncPixels(
            bits,
            depth,
            bigEndian,
            in.readUnsignedShort(),
            in.readUnsignedShort(),
            in.readUnsignedShort(),
            in.readUnsignedByte(),
            in.readUnsignedByte(),
            in.readUnsignedByte());
    in.skipNBytes(3);
    if (!trueColour || bits != 8 && bits != 16 && bits != 32) {
      throw new IOException("pixels of " + bits + " bits, or with a colour map");
    }
    return pixels;
  }

  void write(DataOutputStream out) throws IOException {
    out.writeByte(bits);
    out.writeByte(depth);
    out.writeBoolean(bigEndian);
    out.writeBoolean(true);
    out.writeShort(redMax);
    out.writeShort(greenMax);
    out.writeShort(blueMax);
    out.writeByte(redShift);
    out.writeByte(greenShift);
    out.writeByte(blueShift);
    out.write(new byte[3]);
  }

  int bytes() {
    return bits / 8;
  }

  /** Bits of a pixel that can be set. */
  private int used() {
    return bits(redMax) << redShift | bits(greenMax) << greenShift | bits(blueMax) << blueShift;
  }

  /** All bits that numbers up to a largest one have. */
  private static int bits(int most) {
    return most == 0 ? 0 : -1 >>> Integer.numberOfLeadingZeros(most);
  }

  /** Whether one of four bytes is never used, which compressed pixels leave out (7.7.5). */
  boolean isCompact() {
    return bits == 32 && depth <= 24 && ((used() & 0xff000000) == 0 || (used() & 0xff) == 0);
  }

  /** Which byte of a compact pixel is not used. */
  int padding() {
    boolean most = (used() & 0xff000000) == 0;
    return most == bigEndian ? 0 : 3;
  }

  /** Converts the first pixels of a {@link Picture}. */
  void convert(int[] from, int count, byte[] to) {
    int size = bytes();
    for (int i = 0; i < count; i++) {
      int value =
          (from[i] >> 16 & 0xff) * redMax / 255 << redShift
              | (from[i] >> 8 & 0xff) * greenMax / 255 << greenShift
              | (from[i] & 0xff) * blueMax / 255 << blueShift;
      for (int k = 0; k < size; k++) {
        int shift = 8 * (bigEndian ? size - 1 - k : k);
        to[i * size + k] = (byte) (value >> shift);
      }
    }
  }
}

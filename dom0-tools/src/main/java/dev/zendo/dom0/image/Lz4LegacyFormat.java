package dev.zendo.dom0.image;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.EOFException;
import java.io.IOException;

/**
 * The legacy frame of LZ4 ({@code lz4 -l}), which Linux uses: a magic number, then blocks that
 * unpack to at most 8 MiB, each after its packed size. The frame has no end mark.
 */
final class Lz4LegacyFormat {
  private static final int MAGIC = 0x184c2102;
  private static final int BLOCK = 8 << 20;

  /** Largest packed size of a block: the bound in the LZ4 block format for 8 MiB. */
  private static final int MAX_PACKED = BLOCK + BLOCK / 255 + 16;

  private Lz4LegacyFormat() {}

  static void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
    Lz4Decompressor decompressor = new Lz4Decompressor();
    int at = offset + 4;
    int end = offset + length;
    while (at < end) {
      if (end - at < 4) {
        throw new EOFException();
      }
      int size = LittleEndian.getInt(packed, at);
      at += 4;
      if (size == MAGIC) {
        continue;
      }
      if (size <= 0 || size > MAX_PACKED) {
        throw new IOException("block of " + Integer.toUnsignedString(size) + " bytes");
      }
      if (size > end - at) {
        throw new EOFException();
      }
      unpackBlock(decompressor, packed, at, size, out);
      at += size;
    }
  }

  private static void unpackBlock(
      Lz4Decompressor decompressor, byte[] packed, int at, int size, Unpacked out)
      throws IOException {
    // The last block usually fits what is left of the expected size, so try before growing.
    int room = Math.min(BLOCK, out.left() == 0 ? out.roomUpTo(BLOCK) : out.left());
    try {
      out.advance(decompressor.decompress(packed, at, size, out.array(), out.size(), room));
      return;
    } catch (MalformedInputException e) {
      if (room == BLOCK) {
        throw new IOException(e);
      }
    }
    room = Math.min(BLOCK, out.roomUpTo(BLOCK));
    try {
      out.advance(decompressor.decompress(packed, at, size, out.array(), out.size(), room));
    } catch (MalformedInputException e) {
      throw room == BLOCK ? new IOException(e) : new Unpacked.TooLarge();
    }
  }
}

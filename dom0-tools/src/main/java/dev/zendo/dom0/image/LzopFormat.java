package dev.zendo.dom0.image;

import io.airlift.compress.lzo.LzoDecompressor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;

/**
 * The file format of {@code lzop}, which Linux uses for LZO images: a header with flags, then
 * blocks, each with its unpacked and packed size and the checksums that the flags announce.
 */
final class LzopFormat {
  private static final int MAGIC_BYTES = 9;
  private static final int FLAG_ADLER32_UNPACKED = 0x1;
  private static final int FLAG_ADLER32_PACKED = 0x2;
  private static final int FLAG_EXTRA_FIELD = 0x40;
  private static final int FLAG_CRC32_UNPACKED = 0x100;
  private static final int FLAG_CRC32_PACKED = 0x200;
  private static final int FLAG_FILTER = 0x800;

  /** From this version on the header names a level and the time has 64 bits. */
  private static final int VERSION_LEVEL = 0x940;

  private static final int MAX_BLOCK = 64 << 20;

  private final ByteBuffer in;
  private final byte[] packed;
  private final Unpacked out;
  private final LzoDecompressor decompressor = new LzoDecompressor();
  private int flags;

  private LzopFormat(byte[] packed, int offset, int length, Unpacked out) {
    this.packed = packed;
    this.in = ByteBuffer.wrap(packed, offset, length); // big-endian, as the format is
    this.out = out;
  }

  static void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
    LzopFormat format = new LzopFormat(packed, offset, length, out);
    format.header();
    boolean more = true;
    while (more) {
      more = format.block();
    }
  }

  private void need(long bytes) throws IOException {
    if (bytes > in.remaining()) {
      throw new EOFException();
    }
  }

  private void skip(long bytes) throws IOException {
    need(bytes);
    in.position(in.position() + (int) bytes);
  }

  private int int32() throws IOException {
    need(4);
    return in.getInt();
  }

  private void header() throws IOException {
    skip(MAGIC_BYTES);
    need(4);
    int version = in.getShort() & 0xffff;
    skip(2); // version of the library
    if (version >= VERSION_LEVEL) {
      skip(2); // version needed to extract
    }
    skip(version >= VERSION_LEVEL ? 2 : 1); // method and level
    flags = int32();
    if ((flags & FLAG_FILTER) != 0) {
      skip(4);
    }
    skip(version >= VERSION_LEVEL ? 12 : 8); // mode and time
    need(1);
    skip(in.get() & 0xff); // name
    skip(4); // checksum of the header
    if ((flags & FLAG_EXTRA_FIELD) != 0) {
      skip((int32() & 0xffffffffL) + 4);
    }
  }

  /** Unpacks a block; false at the end mark. */
  private boolean block() throws IOException {
    int size = int32();
    if (size == 0) {
      return false;
    }
    int packedSize = int32();
    if (size < 0 || size > MAX_BLOCK || packedSize <= 0 || packedSize > size) {
      throw new IOException("block sizes " + packedSize + ", " + size);
    }
    boolean stored = packedSize == size;
    Long adler = (flags & FLAG_ADLER32_UNPACKED) != 0 ? Long.valueOf(unsigned()) : null;
    Long crc = (flags & FLAG_CRC32_UNPACKED) != 0 ? Long.valueOf(unsigned()) : null;
    skip((flags & FLAG_ADLER32_PACKED) != 0 && !stored ? 4 : 0);
    skip((flags & FLAG_CRC32_PACKED) != 0 && !stored ? 4 : 0);
    need(packedSize);
    out.room(size);
    int from = in.position();
    if (stored) {
      System.arraycopy(packed, from, out.array(), out.size(), size);
    } else {
      int made = decompressor.decompress(packed, from, packedSize, out.array(), out.size(), size);
      if (made != size) {
        throw new IOException("block unpacks to " + made + " bytes, not " + size);
      }
    }
    verify(adler, new Adler32(), size);
    verify(crc, new CRC32(), size);
    out.advance(size);
    skip(packedSize);
    return true;
  }

  private long unsigned() throws IOException {
    return int32() & 0xffffffffL;
  }

  private void verify(Long expected, Checksum checksum, int size) throws IOException {
    if (expected == null) {
      return;
    }
    checksum.update(out.array(), out.size(), size);
    if (checksum.getValue() != expected) {
      throw new IOException("checksum differs");
    }
  }
}

package dev.zendo.dom0.image;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.SingleXZInputStream;

/** The compressions that Linux offers for kernel images, recognised by their first bytes. */
enum Compression {
  GZIP("gzip", 0x1f, 0x8b) {
    @Override
    void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
      try (InputStream in = new GZIPInputStream(stream(packed, offset, length), BUFFER)) {
        out.readAll(in);
      }
    }
  },
  BZIP2("bzip2", 'B', 'Z', 'h') {
    @Override
    void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
      try (InputStream in = new BZip2CompressorInputStream(stream(packed, offset, length))) {
        out.readAll(in);
      }
    }
  },
  LZMA("LZMA", 0x5d, 0, 0) {
    @Override
    void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
      try (InputStream in = new LZMAInputStream(stream(packed, offset, length), DICTIONARY_KIB)) {
        out.readAll(in);
      }
    }
  },
  XZ("XZ", 0xfd, '7', 'z', 'X', 'Z', 0) {
    @Override
    void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
      try (InputStream in =
          new SingleXZInputStream(stream(packed, offset, length), DICTIONARY_KIB)) {
        out.readAll(in);
      }
    }
  },
  LZO("LZO", 0x89, 'L', 'Z', 'O') {
    @Override
    void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
      LzopFormat.unpack(packed, offset, length, out);
    }
  },
  LZ4("LZ4", 0x02, 0x21, 0x4c, 0x18) {
    @Override
    void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
      Lz4LegacyFormat.unpack(packed, offset, length, out);
    }
  },
  ZSTD("zstd", 0x28, 0xb5, 0x2f, 0xfd) {
    @Override
    void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException {
      try (InputStream in = new ZstdInputStreamNoFinalizer(stream(packed, offset, length))) {
        out.readAll(in);
      }
    }
  };

  private static final int BUFFER = 1 << 16;

  /**
   * Bound on the memory of the LZMA decoders; Linux uses dictionaries of 32 and 128 MiB at most.
   */
  private static final int DICTIONARY_KIB = 200 << 10;

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // never written after construction
  private final int[] magic;

  Compression(String label, int... magic) {
    this.label = label;
    this.magic = magic;
  }

  /** The usual name, for messages. */
  String label() {
    return label;
  }

  /**
   * Recognises packed bytes.
   *
   * @return the compression, or null when these bytes are none of them
   */
  static Compression of(byte[] data, int offset, int length) {
    for (Compression each : values()) {
      if (each.matches(data, offset, length)) {
        return each;
      }
    }
    return null;
  }

  /** All names, for messages. */
  static String labels() {
    return Arrays.stream(values()).map(Compression::label).collect(Collectors.joining(", "));
  }

  private boolean matches(byte[] data, int offset, int length) {
    if (length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((data[offset + i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Unpacks one stream.
   *
   * @param name of the image, for messages
   * @param expected size after unpacking if known, else 0
   * @param limit largest size after unpacking
   * @throws ImageException when the data is truncated or corrupt, or larger than the limit
   */
  byte[] unpack(String name, byte[] packed, int offset, int length, long expected, long limit) {
    if (expected > limit) {
      throw tooLarge(name, limit);
    }
    Unpacked out = new Unpacked(expected, limit);
    try {
      unpack(packed, offset, length, out);
    } catch (Unpacked.TooLarge e) {
      throw tooLarge(name, limit);
    } catch (IOException | RuntimeException e) {
      throw new ImageException(
          name
              + ": the "
              + label
              + " data in it is "
              + (isTruncation(e) ? "truncated" : "corrupt")
              + " (after "
              + out.size()
              + " unpacked bytes); fetch or build the image again",
          e);
    }
    return out.toArray();
  }

  private ImageException tooLarge(String name, long limit) {
    return new ImageException(
        name
            + ": unpacks ("
            + label
            + ") to more than "
            + (limit >> 20)
            + " MiB, the memory of the domain; give it more with --memory, or check the image");
  }

  /** Libraries announce the end of input in three ways. */
  private static boolean isTruncation(Exception e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
    return e instanceof EOFException
        || message.contains("truncated")
        || message.contains("unexpected end");
  }

  abstract void unpack(byte[] packed, int offset, int length, Unpacked out) throws IOException;

  private static InputStream stream(byte[] packed, int offset, int length) {
    return new ByteArrayInputStream(packed, offset, length);
  }
}

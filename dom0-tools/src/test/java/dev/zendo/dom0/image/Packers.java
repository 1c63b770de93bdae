package dev.zendo.dom0.image;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.lzo.LzoCompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.Adler32;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/** Packs bytes as the tools that Linux uses for its images do. */
final class Packers {
  private Packers() {}

  static byte[] pack(Compression compression, byte[] data) throws IOException {
    return switch (compression) {
      case GZIP -> stream(data, GZIPOutputStream::new);
      case BZIP2 -> stream(data, BZip2CompressorOutputStream::new);
      case LZMA -> stream(data, out -> new LZMAOutputStream(out, new LZMA2Options(1), -1));
      case XZ ->
          stream(
              data,
              out ->
                  new XZOutputStream(
                      out,
                      new FilterOptions[] {new X86Options(), new LZMA2Options(1)},
                      XZ.CHECK_CRC32));
      case ZSTD -> Zstd.compress(data, 3);
      case LZ4 -> lz4(data, 8 << 20);
      case LZO -> lzo(data);
    };
  }

  private interface Wrapper {
    OutputStream wrap(OutputStream out) throws IOException;
  }

  private static byte[] stream(byte[] data, Wrapper wrapper) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = wrapper.wrap(packed)) {
      out.write(data);
    }
    return packed.toByteArray();
  }

  static byte[] lz4(byte[] data, int blockSize) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(little(0x184c2102));
    for (int at = 0; at < data.length; at += blockSize) {
      int size = Math.min(blockSize, data.length - at);
      byte[] block = LZ4Factory.safeInstance().fastCompressor().compress(data, at, size);
      out.writeBytes(little(block.length));
      out.writeBytes(block);
    }
    return out.toByteArray();
  }

  private static byte[] lzo(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'});
    // versions, method, level, flags (checksum of unpacked bytes), mode, times, name, checksum
    ByteBuffer header = ByteBuffer.allocate(29);
    header.putShort((short) 0x1030).putShort((short) 0x2080).putShort((short) 0x940);
    header.put((byte) 1).put((byte) 5).putInt(1);
    out.writeBytes(header.array());
    LzoCompressor compressor = new LzoCompressor();
    int blockSize = 256 << 10;
    for (int at = 0; at < data.length; at += blockSize) {
      int size = Math.min(blockSize, data.length - at);
      byte[] packed = new byte[compressor.maxCompressedLength(size)];
      int length = compressor.compress(data, at, size, packed, 0, packed.length);
      byte[] block =
          length < size ? Arrays.copyOf(packed, length) : Arrays.copyOfRange(data, at, at + size);
      Adler32 checksum = new Adler32();
      checksum.update(data, at, size);
      out.writeBytes(
          ByteBuffer.allocate(12)
              .putInt(size)
              .putInt(block.length)
              .putInt((int) checksum.getValue())
              .array());
      out.writeBytes(block);
    }
    out.writeBytes(new byte[4]);
    return out.toByteArray();
  }

  static byte[] little(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  /** A bzImage around a packed payload. */
  static byte[] bzImage(byte[] payload, int unpackedSize, boolean appendSize) {
    int setup = 4;
    int offset = 0x2cc;
    int start = (setup + 1) * 512 + offset;
    int length = payload.length + (appendSize ? 4 : 0);
    ByteBuffer image = ByteBuffer.allocate(start + length + 100).order(ByteOrder.LITTLE_ENDIAN);
    image.put(0x1f1, (byte) setup).putInt(0x202, 0x53726448).putShort(0x206, (short) 0x20f);
    image.putInt(0x248, offset).putInt(0x24c, length);
    image.position(start).put(payload);
    if (appendSize) {
      image.putInt(unpackedSize);
    }
    return image.array();
  }
}

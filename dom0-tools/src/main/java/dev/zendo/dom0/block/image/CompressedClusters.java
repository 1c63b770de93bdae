package dev.zendo.dom0.block.image;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Reads compressed clusters; the last one stays unpacked in memory. Thread-safe. */
final class CompressedClusters {
  private static final int SECTOR = 512;

  private final Storage storage;
  private final int clusterBits;
  private final boolean zstd;
  private final int sizeShift;

  private long cachedEntry;
  private byte[] cached;

  CompressedClusters(Storage storage, Qcow2Header header) {
    this.storage = storage;
    this.clusterBits = header.clusterBits();
    this.zstd = header.zstd();
    this.sizeShift = 62 - (clusterBits - 8);
  }

  /** Where the compressed bytes start. */
  long offset(long entry) {
    return entry & (1L << sizeShift) - 1;
  }

  /** How many bytes there are at most. */
  int length(long entry) {
    int more = (int) (entry >>> sizeShift) & (1 << clusterBits - 8) - 1;
    return (more + 1) * SECTOR - (int) (offset(entry) & SECTOR - 1);
  }

  /** Copies a part of an unpacked cluster. */
  synchronized void read(long entry, int from, ByteBuffer to) throws IOException {
    if (cached == null || cachedEntry != entry) {
      cached = null;
      cached = unpack(entry);
      cachedEntry = entry;
    }
    to.put(cached, from, to.remaining());
  }

  private byte[] unpack(long entry) throws IOException {
    byte[] packed = new byte[length(entry)];
    storage.read(ByteBuffer.wrap(packed), offset(entry));
    byte[] cluster = new byte[1 << clusterBits];
    Inflater inflater = new Inflater(true);
    try (InputStream in = stream(packed, inflater)) {
      if (in.readNBytes(cluster, 0, cluster.length) < cluster.length) {
        throw new IOException("it ends early");
      }
      return cluster;
    } catch (IOException e) {
      throw new BadImageException(
          storage.name(),
          "is corrupt: the compressed cluster at 0x"
              + Long.toHexString(offset(entry))
              + " cannot be unpacked ("
              + e.getMessage()
              + ")");
    } finally {
      inflater.end();
    }
  }

  private InputStream stream(byte[] packed, Inflater inflater) throws IOException {
    InputStream in = new ByteArrayInputStream(packed);
    return zstd ? new ZstdInputStreamNoFinalizer(in) : new InflaterInputStream(in, inflater);
  }
}

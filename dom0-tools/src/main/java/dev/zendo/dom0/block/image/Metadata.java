package dev.zendo.dom0.block.image;

import java.io.IOException;

/**
 * The clusters in which an image keeps its own tables. Data must never go there, whatever a hostile
 * image says. Used under the image's exclusive lock, or its shared lock for {@link #contains}.
 */
final class Metadata {
  private final String image;
  private final int clusterBits;
  private final long end;
  private final LongSet clusters = new LongSet();

  /** For an image whose file has so many bytes. */
  Metadata(String image, int clusterBits, long fileSize) {
    this.image = image;
    this.clusterBits = clusterBits;
    this.end = fileSize;
  }

  private BadImageException corrupt(long offset, String what) {
    return new BadImageException(
        image,
        "is corrupt: the table at 0x" + Long.toHexString(offset) + what + "; see qemu-img check");
  }

  /** Notes a table of the file as it was found. */
  void add(long offset) throws IOException {
    if ((offset & (1L << clusterBits) - 1) != 0 || offset <= 0 || offset >= end) {
      throw corrupt(offset, " is not inside the file");
    }
    if (!clusters.add(offset >>> clusterBits)) {
      throw corrupt(offset, " lies upon another one");
    }
  }

  /** Notes a table of several clusters. */
  void addRange(long offset, long bytes) throws IOException {
    for (long done = 0; done < bytes; done += 1L << clusterBits) {
      add(offset + done);
    }
  }

  /** Notes clusters that have been taken for a table. */
  void take(long cluster, long count) {
    for (long i = 0; i < count; i++) {
      clusters.add(cluster + i);
    }
  }

  /** Forgets clusters of a table that has moved. */
  void drop(long cluster, long count) {
    for (long i = 0; i < count; i++) {
      clusters.remove(cluster + i);
    }
  }

  /** Whether the cluster belongs to the image itself. */
  boolean contains(long cluster) {
    return cluster == 0 || clusters.contains(cluster);
  }
}

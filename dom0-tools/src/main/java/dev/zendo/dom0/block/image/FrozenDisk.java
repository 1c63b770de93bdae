package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Disks that do not change any more, and images on top of them: the copy of a disk is a raw file
 * with holes, an overlay a qcow2 image that has the copy as its backing file.
 */
public final class FrozenDisk {
  private static final int CHUNK = 1 << 20;
  private static final int BLOCK = 64 << 10;
  private static final int CLUSTER_BITS = 16;
  private static final int CLUSTER = 1 << CLUSTER_BITS;
  private static final int VERSION = 3;
  private static final int HEADER = 104;
  private static final int REFCOUNT_ORDER = 4;
  private static final String FORMAT = "raw";

  private FrozenDisk() {}

  /**
   * Copies all of a disk that nobody writes meanwhile; what is zero becomes a hole.
   *
   * @param to a file that is not there yet
   */
  public static void copy(DiskImage from, Path to) throws IOException {
    try (FileChannel file =
        FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
      ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
      for (long at = 0; at < from.size(); at += CHUNK) {
        chunk.clear().limit((int) Math.min(CHUNK, from.size() - at));
        from.read(chunk, at);
        writeBlocks(file, chunk.flip(), at, zeros);
      }
      if (file.size() < from.size()) {
        // The last byte, which is zero, makes it as long as the disk.
        file.write(ByteBuffer.allocate(1), from.size() - 1);
      }
      file.force(true);
    }
  }

  private static void writeBlocks(FileChannel file, ByteBuffer chunk, long at, ByteBuffer zeros)
      throws IOException {
    int end = chunk.limit();
    for (int from = 0; from < end; from += BLOCK) {
      chunk.limit(Math.min(end, from + BLOCK)).position(from);
      zeros.clear().limit(chunk.remaining());
      if (!chunk.equals(zeros)) {
        while (chunk.hasRemaining()) {
          file.write(chunk, at + chunk.position());
        }
      }
    }
  }

  /**
   * Makes an image that shows another one where nothing has been written to it.
   *
   * @param overlay a file that is not there yet
   * @param backing a raw image in the same folder, a whole number of sectors long
   */
  public static void overlay(Path overlay, Path backing) throws IOException {
    long size = Files.size(backing);
    int l1Size = (int) Math.max(1, Qcow2Header.l1Needed(size, CLUSTER_BITS));
    int clusters = 3 + (l1Size * Long.BYTES + CLUSTER - 1) / CLUSTER;
    ByteBuffer image = ByteBuffer.allocate(3 * CLUSTER);
    header(image, size, l1Size, backing.getFileName().toString());
    image.putLong(CLUSTER, 2L * CLUSTER);
    for (int i = 0; i < clusters; i++) {
      image.putShort(2 * CLUSTER + i * Short.BYTES, (short) 1);
    }
    try (FileChannel file =
        FileChannel.open(overlay, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      image.clear();
      while (image.hasRemaining()) {
        file.write(image);
      }
      file.write(ByteBuffer.allocate(1), (long) clusters * CLUSTER - 1);
    }
  }

  private static void header(ByteBuffer image, long size, int l1Size, String backing) {
    byte[] name = backing.getBytes(StandardCharsets.UTF_8);
    byte[] format = FORMAT.getBytes(StandardCharsets.US_ASCII);
    int nameAt = HEADER + 8 + 8 + 8;
    image.putInt(Qcow2Header.MAGIC).putInt(VERSION);
    image.putLong(nameAt).putInt(name.length);
    image.putInt(CLUSTER_BITS).putLong(size).putInt(0);
    image.putInt(l1Size).putLong(3L * CLUSTER);
    image.putLong(CLUSTER).putInt(1);
    // No snapshots, no features.
    image.putInt(0).putLong(0).putLong(0).putLong(0).putLong(0);
    image.putInt(REFCOUNT_ORDER).putInt(HEADER);
    image.putInt(Qcow2Header.EXTENSION_BACKING_FORMAT).putInt(format.length).put(format);
    image.position(nameAt).put(name);
  }
}

package dev.zendo.dom0.bootloader;

import dev.zendo.dom0.block.image.DiskImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A part of a disk, read at any byte. Not thread-safe. */
final class ImageBytes {
  private static final int SECTOR = 512;

  /** What may be read of a disk by all its parts together; a boot needs less. */
  private static final long MOST_BYTES = 4L << 30;

  private final DiskImage image;
  private final long start;
  private final long length;
  private final long[] left;

  private ImageBytes(DiskImage image, long start, long length, long[] left) {
    this.image = image;
    this.start = start;
    this.length = length;
    this.left = left;
  }

  /** All of a disk. */
  static ImageBytes of(DiskImage image) {
    return new ImageBytes(image, 0, image.size(), new long[] {MOST_BYTES});
  }

  /** Bytes that there are. */
  long length() {
    return length;
  }

  /**
   * A part of it, cut where this one ends; null if nothing of it is there.
   *
   * @param sector the first one
   * @param sectors how many
   */
  ImageBytes part(long sector, long sectors) {
    long all = length / SECTOR;
    if (sector < 0 || sectors <= 0 || sector >= all) {
      return null;
    }
    long count = Math.min(sectors, all - sector);
    return new ImageBytes(image, start + sector * SECTOR, count * SECTOR, left);
  }

  /** Counts work that reads nothing as if it did. */
  void spend(long bytes) throws BadFilesystemException {
    left[0] -= bytes;
    if (left[0] < 0) {
      throw new BadFilesystemException("more would have to be read than any boot needs");
    }
  }

  /**
   * Reads bytes.
   *
   * @return a little-endian buffer of its own with as many bytes as asked for
   * @throws BadFilesystemException when they are not there
   */
  ByteBuffer read(long offset, int bytes) throws IOException {
    if (offset < 0 || bytes < 0 || bytes > length || offset > length - bytes) {
      throw new BadFilesystemException("it refers to what lies behind its end");
    }
    int skip = (int) ((start + offset) % SECTOR);
    int rounded = (skip + bytes + SECTOR - 1) / SECTOR * SECTOR;
    spend(rounded);
    ByteBuffer buffer = ByteBuffer.allocate(rounded);
    image.read(buffer, start + offset - skip);
    return buffer.slice(skip, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

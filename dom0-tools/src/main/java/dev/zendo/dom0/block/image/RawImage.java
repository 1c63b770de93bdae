package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A disk whose bytes are those of a file or block device. Thread-safe. The end of a file is rounded
 * up to a whole sector, that of a device down.
 */
public final class RawImage implements DiskImage {
  private static final int SECTOR = 512;

  private final HostFile file;
  private final boolean readOnly;
  private volatile long size;

  private RawImage(HostFile file, boolean readOnly) throws IOException {
    this.file = file;
    this.readOnly = readOnly;
    this.size = measure();
  }

  /**
   * Opens an image.
   *
   * @throws BadImageException when it cannot be used, or somebody else's use forbids it
   */
  public static RawImage open(Path path, ImageAccess access) throws IOException {
    HostFile file = HostFile.open(path, access);
    try {
      return new RawImage(file, !access.writes());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private long measure() throws IOException {
    long bytes = file.size();
    return (file.isRegular() ? bytes + SECTOR - 1 : bytes) & -SECTOR;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int sectorSize() {
    return SECTOR;
  }

  @Override
  public boolean readOnly() {
    return readOnly;
  }

  @Override
  public int discardGranularity() {
    return 4096;
  }

  @Override
  public void read(ByteBuffer to, long offset) throws IOException {
    Objects.checkFromIndexSize(offset, to.remaining(), size);
    file.read(to, offset);
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    BadImageException.requireWritable(this, file.name());
    Objects.checkFromIndexSize(offset, from.remaining(), size);
    file.write(from, offset);
  }

  @Override
  public void flush() throws IOException {
    file.sync();
  }

  @Override
  public void discard(long offset, long bytes) throws IOException {
    BadImageException.requireWritable(this, file.name());
    Objects.checkFromIndexSize(offset, bytes, size);
    if (bytes > 0) {
      file.punch(offset, bytes);
    }
  }

  @Override
  public synchronized void resize(long bytes) throws IOException {
    if (bytes != 0) {
      BadImageException.requireWritable(this, file.name());
      if (bytes % SECTOR != 0 || bytes < size || !file.isRegular()) {
        throw new BadImageException(
            file.name(), "cannot be resized to " + bytes + " bytes; files can grow by sectors");
      }
      file.truncate(bytes);
    }
    size = measure();
  }

  @Override
  public void close() throws IOException {
    try {
      if (!readOnly) {
        file.sync();
      }
    } finally {
      file.close();
    }
  }
}

package dev.zendo.dom0.bootloader;

import dev.zendo.dom0.block.image.DiskImage;
import java.nio.ByteBuffer;

/** A disk that is an array; it can be read. */
final class MemoryImage implements DiskImage {
  private final byte[] bytes;

  MemoryImage(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public int sectorSize() {
    return 512;
  }

  @Override
  public boolean readOnly() {
    return true;
  }

  @Override
  public int discardGranularity() {
    return 4096;
  }

  @Override
  public void read(ByteBuffer to, long offset) {
    if (offset % 512 != 0 || to.remaining() % 512 != 0) {
      throw new IllegalArgumentException("not whole sectors");
    }
    to.put(bytes, Math.toIntExact(offset), to.remaining());
  }

  @Override
  public void write(ByteBuffer from, long offset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void flush() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void discard(long offset, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void resize(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}

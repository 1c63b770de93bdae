package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A file in memory whose power may fail: then of the sectors written since the last sync each is
 * there or not, in any combination.
 */
final class LossyStorage implements Storage {
  private static final int SECTOR = 512;

  private byte[] bytes;
  private int size;
  private final List<Change> changes = new ArrayList<>();
  private byte[] durable;

  private record Change(int at, byte[] data) {}

  LossyStorage(byte[] contents) {
    bytes = contents.clone();
    size = contents.length;
    durable = contents.clone();
  }

  /** What the host finds after a loss of power at this moment. */
  synchronized byte[] afterPowerLoss(Random random) {
    byte[] found = Arrays.copyOf(durable, size);
    // Several times the same sector: any of its versions, also an old one.
    for (Change change : changes) {
      if (random.nextBoolean()) {
        System.arraycopy(change.data, 0, found, change.at, change.data.length);
      }
    }
    return found;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public synchronized long size() {
    return size;
  }

  @Override
  public synchronized void read(ByteBuffer to, long offset) {
    if (offset < size) {
      to.put(bytes, (int) offset, (int) Math.min(to.remaining(), size - offset));
    }
    HostFile.zero(to);
  }

  @Override
  public synchronized void write(ByteBuffer from, long offset) throws IOException {
    long end = offset + from.remaining();
    if (end > 64 << 20) {
      throw new IOException("the disk is full");
    }
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(end, 2L * bytes.length));
    }
    size = Math.max(size, (int) end);
    int at = (int) offset;
    while (from.hasRemaining()) {
      int part = Math.min(from.remaining(), SECTOR - at % SECTOR);
      from.get(bytes, at, part);
      changes.add(new Change(at, Arrays.copyOfRange(bytes, at, at + part)));
      at += part;
    }
  }

  @Override
  public synchronized void sync() {
    changes.clear();
    durable = Arrays.copyOf(bytes, size);
  }

  @Override
  public void punch(long offset, long length) throws IOException {
    // Beyond the end there is nothing to punch.
    long end = Math.min(size, offset + length);
    if (offset < end) {
      write(ByteBuffer.allocate((int) (end - offset)), offset);
    }
  }

  @Override
  public void truncate(long bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}

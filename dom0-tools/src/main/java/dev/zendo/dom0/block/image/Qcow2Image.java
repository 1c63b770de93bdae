package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.StampedLock;

/**
 * A disk in QEMU's format qcow2, versions 2 and 3: thin, on top of a backing file, with compressed
 * clusters, beside internal snapshots. Thread-safe.
 *
 * <p>Data are written at once, tables when a flush asks for it, in an order that leaves the file
 * consistent whenever the power fails: first data and reference counts, then level 2 tables, then
 * the level 1 table, each made durable before the next. Clusters that are given up count as used
 * until no durable table refers to them. So the worst that can be found later is a leak.
 *
 * <p>Clusters that are used once are read and written in place under the shared lock; what changes
 * a table takes the exclusive lock.
 */
public final class Qcow2Image implements DiskImage {
  private static final int SECTOR = 512;

  private final Storage storage;
  private final DiskImage backing;
  private final boolean readOnly;
  private final Qcow2Header header;
  private final int clusterBits;
  private final int clusterSize;
  private final L2Tables tables;
  private final CompressedClusters compressed;
  private final Metadata metadata;
  private final Refcounts refcounts;
  private final ClusterWriter writer;
  private final StampedLock lock = new StampedLock();
  private final Object flushing = new Object();
  private volatile long size;

  /**
   * Takes over an open file and, if the header names one, its open backing file.
   *
   * @throws BadImageException when it cannot be used
   */
  Qcow2Image(Storage storage, Qcow2Header header, DiskImage backing, boolean readOnly)
      throws IOException {
    this.storage = storage;
    this.header = header;
    this.backing = backing;
    this.readOnly = readOnly;
    this.clusterBits = header.clusterBits();
    this.clusterSize = header.clusterSize();
    this.size = header.size() & -SECTOR;
    this.tables = new L2Tables(storage, header);
    this.compressed = new CompressedClusters(storage, header);
    if (readOnly) {
      metadata = null;
      refcounts = null;
      writer = null;
    } else {
      requireSound();
      metadata = new Metadata(storage.name(), clusterBits, storage.size());
      tables.register(metadata);
      refcounts = new Refcounts(storage, header, metadata);
      writer = new ClusterWriter(this, storage, header, tables, refcounts, metadata, compressed);
      clearAutoclear();
    }
  }

  private void requireSound() throws IOException {
    if ((header.incompatible() & (Qcow2Header.DIRTY | Qcow2Header.CORRUPT)) != 0) {
      throw new BadImageException(
          storage.name(), "was not closed properly; repair it with qemu-img check -r all");
    }
  }

  private void clearAutoclear() throws IOException {
    if (header.autoclear() != 0) {
      storage.write(ByteBuffer.allocate(Long.BYTES), Qcow2Header.AT_AUTOCLEAR);
      storage.sync();
    }
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
    return clusterSize;
  }

  /** Whether something shows where this image has nothing. */
  boolean hasBacking() {
    return backing != null;
  }

  @Override
  public void read(ByteBuffer to, long offset) throws IOException {
    Objects.checkFromIndexSize(offset, to.remaining(), size);
    int limit = to.limit();
    long at = offset;
    try {
      while (to.position() < limit) {
        int before = to.position();
        long stamp = lock.readLock();
        try {
          long entry = tables.entry(at >>> clusterBits);
          to.limit(before + runLength(entry, at, limit - before));
          readRun(entry, at, to);
        } finally {
          lock.unlockRead(stamp);
        }
        at += to.position() - before;
      }
    } finally {
      to.limit(limit);
    }
  }

  /** How many bytes from {@code offset} on are of the same kind and lie one behind the other. */
  private int runLength(long first, long offset, int wanted) throws IOException {
    int length = clusterSize - ((int) offset & clusterSize - 1);
    long cluster = offset >>> clusterBits;
    long expected = first;
    while (length < wanted && !L2Entry.compressed(first)) {
      expected = L2Entry.data(expected) ? expected + clusterSize : expected;
      long next = tables.entry(++cluster);
      if (!alike(next, expected)) {
        break;
      }
      length += clusterSize;
    }
    return Math.min(length, wanted);
  }

  private static boolean alike(long entry, long expected) {
    if (L2Entry.data(expected)) {
      return entry == expected;
    }
    return L2Entry.zero(expected) ? L2Entry.zero(entry) : L2Entry.absent(entry);
  }

  /** Fills the buffer, all of which is of one kind; under any lock. */
  void readRun(long entry, long offset, ByteBuffer to) throws IOException {
    int inCluster = (int) offset & clusterSize - 1;
    if (L2Entry.compressed(entry)) {
      compressed.read(entry, inCluster, to);
    } else if (L2Entry.zero(entry)) {
      HostFile.zero(to);
    } else if (L2Entry.absent(entry)) {
      readBacking(offset, to);
    } else {
      storage.read(to, hostOffset(entry) + inCluster);
    }
  }

  private void readBacking(long offset, ByteBuffer to) throws IOException {
    if (backing != null && offset < backing.size()) {
      int limit = to.limit();
      long there = backing.size() - offset;
      to.limit((int) Math.min(limit, to.position() + there));
      backing.read(to, offset);
      to.limit(limit);
    }
    HostFile.zero(to);
  }

  /** Where the data of an entry are, checked. */
  long hostOffset(long entry) throws IOException {
    long offset = L2Entry.offset(entry);
    if ((offset & clusterSize - 1) != 0) {
      throw new BadImageException(
          storage.name(), "is corrupt: a cluster at 0x" + Long.toHexString(offset));
    }
    return offset;
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    BadImageException.requireWritable(this, storage.name());
    Objects.checkFromIndexSize(offset, from.remaining(), size);
    int limit = from.limit();
    long at = offset;
    try {
      while (from.position() < limit) {
        int before = from.position();
        if (!writeInPlace(from, limit, at)) {
          writeElsewhere(from, limit, at);
        }
        at += from.position() - before;
        from.limit(limit);
      }
    } finally {
      from.limit(limit);
    }
  }

  private boolean writeInPlace(ByteBuffer from, int limit, long offset) throws IOException {
    long stamp = lock.readLock();
    try {
      long entry = tables.entry(offset >>> clusterBits);
      if (!L2Entry.inPlace(entry)) {
        return false;
      }
      int length = runLength(entry, offset, limit - from.position());
      long host = hostOffset(entry);
      int inCluster = (int) offset & clusterSize - 1;
      requireData(host >>> clusterBits, host + inCluster + length - 1 >>> clusterBits);
      from.limit(from.position() + length);
      storage.write(from, host + inCluster);
      return true;
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** Data must not overwrite tables, nor make the file larger than its clusters are. */
  private void requireData(long first, long last) throws IOException {
    for (long cluster = first; cluster <= last; cluster++) {
      if (metadata.contains(cluster) || cluster >= refcounts.end()) {
        throw new BadImageException(
            storage.name(),
            "is corrupt: data at 0x"
                + Long.toHexString(cluster << clusterBits)
                + " among the tables or outside the file; see qemu-img check");
      }
    }
  }

  private void writeElsewhere(ByteBuffer from, int limit, long offset) throws IOException {
    long stamp = lock.writeLock();
    try {
      writer.write(from, limit, offset);
      if (tables.crowded() || refcounts.crowded()) {
        writeTables();
      }
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** Under the exclusive lock: brings the file's tables up to date, except for the last sync. */
  private void writeTables() throws IOException {
    if (refcounts.dirty()) {
      refcounts.write();
    }
    if (tables.dirty()) {
      storage.sync();
      tables.writeTables();
    }
  }

  @Override
  public void flush() throws IOException {
    if (readOnly) {
      return;
    }
    synchronized (flushing) {
      LongList freed;
      long stamp = lock.writeLock();
      try {
        writeTables();
        freed = writer.takeFreed();
      } finally {
        lock.unlockWrite(stamp);
      }
      storage.sync();
      if (!freed.isEmpty()) {
        stamp = lock.writeLock();
        try {
          writer.release(freed);
        } finally {
          lock.unlockWrite(stamp);
        }
      }
    }
  }

  @Override
  public void discard(long offset, long bytes) throws IOException {
    BadImageException.requireWritable(this, storage.name());
    Objects.checkFromIndexSize(offset, bytes, size);
    long first = offset + clusterSize - 1 >>> clusterBits;
    long end = offset + bytes == size ? size + clusterSize - 1 : offset + bytes;
    long cluster = first;
    while (cluster < end >>> clusterBits) {
      long stamp = lock.writeLock();
      try {
        cluster = writer.discard(cluster, end >>> clusterBits);
        if (tables.crowded()) {
          writeTables();
        }
      } finally {
        lock.unlockWrite(stamp);
      }
    }
  }

  @Override
  public void resize(long bytes) throws IOException {
    if (bytes == 0) {
      return;
    }
    BadImageException.requireWritable(this, storage.name());
    if (bytes < size || bytes % SECTOR != 0) {
      throw new BadImageException(storage.name(), "cannot shrink to " + bytes + " bytes");
    }
    if (header.snapshots() != 0) {
      throw new BadImageException(
          storage.name(), "has snapshots; delete them with qemu-img snapshot -d to resize it");
    }
    if (backing != null && backing.size() > size) {
      throw new BadImageException(
          storage.name(), "is shorter than its backing file; resize it with qemu-img rebase");
    }
    if (Qcow2Header.l1Needed(bytes, clusterBits) * 8 > Qcow2Header.MAX_L1_BYTES) {
      throw new BadImageException(
          storage.name(), "cannot grow that far; convert it to larger clusters");
    }
    long stamp = lock.writeLock();
    try {
      writeTables();
      storage.sync();
      writer.grow(bytes);
      size = bytes;
    } finally {
      lock.unlockWrite(stamp);
    }
    flush();
  }

  @Override
  public void close() throws IOException {
    try {
      if (!readOnly) {
        flush();
        // Once more for what the first one has set free.
        flush();
      }
    } finally {
      try {
        storage.close();
      } finally {
        if (backing != null) {
          backing.close();
        }
      }
    }
  }
}

package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * All that changes the tables of an image: writes to clusters that it does not have to itself yet,
 * discards, growth. Under the image's exclusive lock.
 */
final class ClusterWriter {
  private final Qcow2Image image;
  private final Storage storage;
  private final Qcow2Header header;
  private final int clusterBits;
  private final int clusterSize;
  private final L2Tables tables;
  private final Refcounts refcounts;
  private final Metadata metadata;
  private final CompressedClusters compressed;
  private final ByteBuffer scratch;

  /** Host clusters that the tables in memory no longer use, but those in the file may. */
  private LongList freed = new LongList();

  ClusterWriter(
      Qcow2Image image,
      Storage storage,
      Qcow2Header header,
      L2Tables tables,
      Refcounts refcounts,
      Metadata metadata,
      CompressedClusters compressed) {
    this.image = image;
    this.storage = storage;
    this.header = header;
    this.clusterBits = header.clusterBits();
    this.clusterSize = header.clusterSize();
    this.tables = tables;
    this.refcounts = refcounts;
    this.metadata = metadata;
    this.compressed = compressed;
    this.scratch = ByteBuffer.allocateDirect(clusterSize);
  }

  /** What has been given up since the last call. */
  LongList takeFreed() {
    LongList taken = freed;
    freed = new LongList();
    return taken;
  }

  /** Counts down what {@link #takeFreed} gave, after no durable table refers to it. */
  void release(LongList clusters) throws IOException {
    for (int i = 0; i < clusters.size(); i++) {
      long cluster = clusters.get(i);
      if (refcounts.release(cluster) && !metadata.contains(cluster)) {
        storage.punch(cluster << clusterBits, clusterSize);
      }
    }
  }

  /**
   * Writes from the buffer's position on, at least a sector and as far as one go leads, and leaves
   * the position behind what is written.
   */
  void write(ByteBuffer from, int limit, long offset) throws IOException {
    long cluster = offset >>> clusterBits;
    L2Table table = ownTable(cluster);
    int slot = tables.slot(cluster);
    int inCluster = (int) offset & clusterSize - 1;
    int wanted = limit - from.position();
    int count = Math.min(run(table, slot), (inCluster + wanted - 1 >>> clusterBits) + 1);
    long entry = table.get(slot);
    if (L2Entry.zero(entry) && (entry & L2Entry.COPIED) != 0 && L2Entry.offset(entry) != 0) {
      fillPrepared(from, limit, offset, table, slot);
    } else if (!L2Entry.inPlace(entry)) {
      writeNew(from, limit, offset, table, slot, Math.max(1, count));
    }
    // Otherwise another thread was quicker, and the caller finds a cluster to write in place.
  }

  /** How many clusters from this slot on need a new place. */
  private int run(L2Table table, int from) {
    int slots = 1 << header.l2Bits();
    int slot = from;
    while (slot < slots && needsPlace(table.get(slot))) {
      slot++;
    }
    return slot - from;
  }

  private static boolean needsPlace(long entry) {
    return !L2Entry.inPlace(entry)
        && !(L2Entry.zero(entry) && (entry & L2Entry.COPIED) != 0 && L2Entry.offset(entry) != 0);
  }

  /** The table for a cluster of the disk, in a place that no snapshot shares. */
  private L2Table ownTable(long cluster) throws IOException {
    int index = (int) (cluster >>> header.l2Bits());
    long l1Entry = tables.l1Entry(index);
    L2Table table = tables.table(index);
    if (table != null && (l1Entry & L2Entry.COPIED) != 0) {
      return table;
    }
    long place = refcounts.allocate();
    metadata.take(place, 1);
    if (table == null) {
      return tables.create(index, place << clusterBits);
    }
    long old = table.offset() >>> clusterBits;
    tables.move(table, place << clusterBits);
    metadata.drop(old, 1);
    freed.add(old);
    return table;
  }

  /** Writes to a cluster that was set apart for this but reads as zeros so far. */
  private void fillPrepared(ByteBuffer from, int limit, long offset, L2Table table, int slot)
      throws IOException {
    long entry = table.get(slot);
    long host = image.hostOffset(entry);
    if (metadata.contains(host >>> clusterBits) || host >>> clusterBits >= refcounts.end()) {
      throw new BadImageException(
          storage.name(), "is corrupt: a cluster among the tables; see qemu-img check");
    }
    place(from, limit, offset, 1, host, table, slot, false);
    tables.set(table, slot, entry & ~L2Entry.ZERO);
  }

  private void writeNew(
      ByteBuffer from, int limit, long offset, L2Table table, int slot, int wanted)
      throws IOException {
    long end = refcounts.end();
    long first = refcounts.allocate();
    int count = 1;
    while (count < wanted && refcounts.allocateAt(first + count)) {
      count++;
    }
    boolean done = false;
    try {
      place(from, limit, offset, count, first << clusterBits, table, slot, first >= end);
      done = true;
    } finally {
      if (!done) {
        for (int i = 0; i < count; i++) {
          refcounts.release(first + i);
        }
      }
    }
    for (int i = 0; i < count; i++) {
      giveUp(table.get(slot + i));
      tables.set(table, slot + i, first + i << clusterBits | L2Entry.COPIED);
    }
  }

  /**
   * Fills clusters of the file: the new data and around them what the disk shows so far.
   *
   * @param fresh whether the clusters are zero because the file never reached so far
   */
  private void place(
      ByteBuffer from,
      int limit,
      long offset,
      int count,
      long host,
      L2Table table,
      int slot,
      boolean fresh)
      throws IOException {
    int head = (int) offset & clusterSize - 1;
    long room = ((long) count << clusterBits) - head;
    int length = (int) Math.min(room, limit - from.position());
    int behind = (int) (room - length);
    long start = offset - head;
    if (head > 0) {
      copy(table.get(slot), start, 0, head, host, fresh);
    }
    if (behind > 0) {
      int last = count - 1;
      copy(
          table.get(slot + last),
          start + ((long) last << clusterBits),
          clusterSize - behind,
          behind,
          host + ((long) last << clusterBits),
          fresh);
    }
    from.limit(from.position() + length);
    storage.write(from, host + head);
  }

  /** Copies a part of what a cluster of the disk shows to its new place. */
  private void copy(long entry, long start, int at, int length, long host, boolean fresh)
      throws IOException {
    boolean zero = L2Entry.zero(entry) || L2Entry.absent(entry) && !image.hasBacking();
    if (zero && fresh) {
      return;
    }
    scratch.clear().limit(length);
    image.readRun(entry, start + at, scratch);
    scratch.flip();
    storage.write(scratch, host + at);
  }

  /** Notes that a cluster of the file is no longer used for what this entry says. */
  private void giveUp(long entry) {
    if (L2Entry.compressed(entry)) {
      long offset = compressed.offset(entry);
      long last = offset + compressed.length(entry) - 1 >>> clusterBits;
      for (long cluster = offset >>> clusterBits; cluster <= last; cluster++) {
        freed.add(cluster);
      }
    } else if (L2Entry.offset(entry) != 0) {
      freed.add(L2Entry.offset(entry) >>> clusterBits);
    }
  }

  /**
   * Lets whole clusters of the disk read as zeros, where that costs nothing.
   *
   * @return where to go on: {@code end}, or the first cluster of the next table
   */
  long discard(long first, long end) throws IOException {
    int index = (int) (first >>> header.l2Bits());
    long stop = Math.min(end, (long) (index + 1) << header.l2Bits());
    // Version 2 cannot say that a cluster is zero and hides the backing file.
    boolean speechless = image.hasBacking() && header.version() < 3;
    L2Table table = tables.table(index);
    if (table != null && !speechless) {
      for (long cluster = first; cluster < stop; cluster++) {
        discard(table, cluster);
      }
    }
    return stop;
  }

  private void discard(L2Table table, long cluster) throws IOException {
    int slot = tables.slot(cluster);
    long entry = table.get(slot);
    if (L2Entry.compressed(entry) || L2Entry.offset(entry) != 0) {
      L2Table own = ownTable(cluster);
      giveUp(entry);
      tables.set(own, slot, image.hasBacking() ? L2Entry.ZERO : 0);
    }
  }

  /** Makes the disk larger; everything before has been flushed. */
  void grow(long bytes) throws IOException {
    long needed = Qcow2Header.l1Needed(bytes, clusterBits);
    if (needed > tables.l1Size()) {
      moveL1((int) needed);
    }
    storage.write(ByteBuffer.allocate(8).putLong(0, bytes), Qcow2Header.AT_SIZE);
    storage.sync();
  }

  private void moveL1(int entries) throws IOException {
    int clusters = (int) ((8L * entries + clusterSize - 1) >>> clusterBits);
    long place = refcounts.allocateRun(clusters);
    metadata.take(place, clusters);
    long[] grown = tables.grown(entries);
    L2Tables.writeLongs(storage, place << clusterBits, grown, 0, entries);
    refcounts.write();
    storage.sync();
    ByteBuffer numbers = ByteBuffer.allocate(12).putInt(entries).putLong(place << clusterBits);
    storage.write(numbers.flip(), Qcow2Header.AT_L1_SIZE);
    storage.sync();
    long old = tables.l1Offset() >>> clusterBits;
    int oldClusters = (int) ((8L * tables.l1Size() + clusterSize - 1) >>> clusterBits);
    tables.use(grown, place << clusterBits);
    metadata.drop(old, oldClusters);
    for (int i = 0; i < oldClusters; i++) {
      freed.add(old + i);
    }
  }
}

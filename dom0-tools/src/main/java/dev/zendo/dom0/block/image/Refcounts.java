package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each cluster of the file is used, and so which are free. Under the image's exclusive
 * lock. Changes stay in memory until {@link #write}; only a larger table is written at once.
 */
final class Refcounts {
  private static final int CACHE_BYTES = 4 << 20;
  private static final int MIN_BLOCKS = 8;

  private final Storage storage;
  private final Metadata metadata;
  private final int clusterBits;
  private final int order;
  private final int blockBits;
  private final LinkedHashMap<Integer, Block> blocks;

  private long tableOffset;
  private long[] table;
  private int tableDirtyFrom = Integer.MAX_VALUE;
  private int tableDirtyTo;
  private int dirtyBlocks;

  /** No cluster before it is free. */
  private long hint;

  /** First cluster that was never in the file: it is zero where nobody writes. */
  private long end;

  /** Reference counts of some clusters, as they stand in the file. */
  private static final class Block {
    private final long offset;
    private final byte[] bytes;
    private int dirtyFrom = Integer.MAX_VALUE;
    private int dirtyTo;

    Block(long offset, int size) {
      this.offset = offset;
      this.bytes = new byte[size];
    }

    boolean dirty() {
      return dirtyFrom < dirtyTo;
    }
  }

  Refcounts(Storage storage, Qcow2Header header, Metadata metadata) throws IOException {
    this.storage = storage;
    this.metadata = metadata;
    this.clusterBits = header.clusterBits();
    this.order = header.refcountOrder();
    this.blockBits = clusterBits + 3 - order;
    this.tableOffset = header.tableOffset();
    int entries = header.tableClusters() << clusterBits - 3;
    this.table = L2Tables.readLongs(storage, tableOffset, entries);
    this.end = (storage.size() + header.clusterSize() - 1) >>> clusterBits;
    int keep = Math.max(MIN_BLOCKS, CACHE_BYTES >> clusterBits);
    this.blocks =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Integer, Block> eldest) {
            return size() > keep && !eldest.getValue().dirty();
          }
        };
    metadata.addRange(tableOffset, (long) entries * Long.BYTES);
    for (long entry : table) {
      if (entry != 0) {
        metadata.add(entry);
      }
    }
  }

  /** First cluster that was never in the file. */
  long end() {
    return end;
  }

  private int blockOf(long cluster) {
    long index = cluster >>> blockBits;
    return index < table.length ? (int) index : table.length;
  }

  private Block block(int index) throws IOException {
    Block block = blocks.get(index);
    if (block == null) {
      block = new Block(table[index], 1 << clusterBits);
      storage.read(ByteBuffer.wrap(block.bytes), block.offset);
      blocks.put(index, block);
    }
    return block;
  }

  private int slot(long cluster) {
    return (int) cluster & (1 << blockBits) - 1;
  }

  /** How often a cluster is used. */
  long get(long cluster) throws IOException {
    int index = blockOf(cluster);
    return index == table.length || table[index] == 0 ? 0 : read(block(index).bytes, slot(cluster));
  }

  /** Numbers of a byte and more are big-endian, smaller ones start at a byte's lowest bit. */
  private long read(byte[] bytes, int slot) {
    if (order < 3) {
      int shift = (slot << order) & 7;
      return bytes[slot << order >> 3] >> shift & (1 << (1 << order)) - 1;
    }
    long value = 0;
    int size = 1 << order - 3;
    for (int i = 0; i < size; i++) {
      value = value << 8 | bytes[slot * size + i] & 0xff;
    }
    return value;
  }

  private void store(Block block, int slot, long value) {
    int from;
    int to;
    if (order < 3) {
      from = slot << order >> 3;
      to = from + 1;
      int shift = (slot << order) & 7;
      int mask = (1 << (1 << order)) - 1;
      block.bytes[from] = (byte) (block.bytes[from] & ~(mask << shift) | (int) value << shift);
    } else {
      int size = 1 << order - 3;
      from = slot * size;
      to = from + size;
      for (int i = 0; i < size; i++) {
        block.bytes[to - 1 - i] = (byte) (value >>> 8 * i);
      }
    }
    if (!block.dirty()) {
      dirtyBlocks++;
    }
    block.dirtyFrom = Math.min(block.dirtyFrom, from);
    block.dirtyTo = Math.max(block.dirtyTo, to);
  }

  /**
   * Takes a free cluster that others may follow.
   *
   * @return its number
   */
  long allocate() throws IOException {
    long cluster = hint;
    while (true) {
      int index = blockOf(cluster);
      if (index == table.length) {
        growTable();
      } else if (table[index] == 0) {
        cluster = createBlock(index, cluster) + 1;
      } else {
        long free = search(index, cluster);
        if (free >= 0) {
          take(index, free);
          hint = free + 1;
          return free;
        }
        cluster = (long) (index + 1) << blockBits;
      }
    }
  }

  /** The first free cluster from {@code cluster} on that a block knows of; -1 for none. */
  private long search(int index, long cluster) throws IOException {
    byte[] bytes = block(index).bytes;
    int slots = 1 << blockBits;
    long base = (long) index << blockBits;
    for (int slot = slot(cluster); slot < slots; slot++) {
      if (read(bytes, slot) == 0 && !metadata.contains(base + slot)) {
        return base + slot;
      }
    }
    return -1;
  }

  private void take(int index, long cluster) throws IOException {
    store(block(index), slot(cluster), 1);
    end = Math.max(end, cluster + 1);
  }

  /** Takes this very cluster if it is free and needs no new block. */
  boolean allocateAt(long cluster) throws IOException {
    int index = blockOf(cluster);
    if (index == table.length
        || table[index] == 0
        || read(block(index).bytes, slot(cluster)) != 0
        || metadata.contains(cluster)) {
      return false;
    }
    take(index, cluster);
    if (hint == cluster) {
      hint = cluster + 1;
    }
    return true;
  }

  /** Takes a run of clusters for a table of the image. */
  long allocateRun(int count) throws IOException {
    if (count >= 1 << blockBits) {
      throw new BadImageException(
          storage.name(), "cannot grow that far; convert it to larger clusters");
    }
    while (true) {
      long first = allocate();
      int got = 1;
      while (got < count && allocateAt(first + got)) {
        got++;
      }
      if (got == count) {
        return first;
      }
      // Whatever stopped it is not free, or needs a block of its own: go on behind.
      for (int i = 0; i < got; i++) {
        release(first + i);
      }
      hint = first + got;
    }
  }

  /** Makes the block for a range of clusters; it stands in that range and counts itself. */
  private long createBlock(int index, long from) throws IOException {
    long cluster = from;
    while (metadata.contains(cluster)) {
      cluster++;
    }
    if (cluster >>> blockBits != index) {
      throw new BadImageException(
          storage.name(), "is corrupt: tables without reference counts; see qemu-img check");
    }
    Block block = new Block(cluster << clusterBits, 1 << clusterBits);
    blocks.put(index, block);
    dirtyBlocks++;
    block.dirtyFrom = 0;
    block.dirtyTo = block.bytes.length;
    metadata.take(cluster, 1);
    table[index] = block.offset;
    tableDirtyFrom = Math.min(tableDirtyFrom, index);
    tableDirtyTo = Math.max(tableDirtyTo, index + 1);
    take(index, cluster);
    return cluster;
  }

  /**
   * Replaces the table by a larger one. It and the blocks for itself stand behind the end of the
   * file, where nothing refers to yet; the header is the last to be written.
   */
  private void growTable() throws IOException {
    int first = (int) Math.max(table.length, (end + (1L << blockBits) - 1) >>> blockBits);
    int perBlock = 1 << blockBits;
    int perCluster = 1 << clusterBits - 3;
    int newBlocks = 1;
    int clusters;
    while (true) {
      long entries = Math.max(table.length * 3L / 2, first + newBlocks + 1L);
      clusters = (int) ((entries + perCluster - 1) / perCluster);
      if ((long) clusters << clusterBits > Qcow2Header.MAX_TABLE_BYTES) {
        throw new BadImageException(
            storage.name(), "cannot grow further; convert it to larger clusters");
      }
      int needed = (newBlocks + clusters + perBlock - 1) / perBlock;
      if (needed <= newBlocks) {
        break;
      }
      newBlocks = needed;
    }
    write();
    storage.sync();
    placeTable(first, newBlocks, clusters);
  }

  private void placeTable(int first, int newBlocks, int clusters) throws IOException {
    long start = (long) first << blockBits;
    long[] larger = Arrays.copyOf(table, clusters << clusterBits - 3);
    for (int i = 0; i < newBlocks; i++) {
      Block block = new Block(start + i << clusterBits, 1 << clusterBits);
      long firstCounted = start + ((long) i << blockBits);
      long used = Math.min(1L << blockBits, start + newBlocks + clusters - firstCounted);
      for (int slot = 0; slot < used; slot++) {
        store(block, slot, 1);
      }
      if (block.dirty()) {
        dirtyBlocks--;
      }
      block.dirtyFrom = Integer.MAX_VALUE;
      block.dirtyTo = 0;
      storage.write(ByteBuffer.wrap(block.bytes), block.offset);
      larger[first + i] = block.offset;
    }
    long offset = start + newBlocks << clusterBits;
    L2Tables.writeLongs(storage, offset, larger, 0, larger.length);
    storage.sync();
    ByteBuffer header = ByteBuffer.allocate(12).putLong(offset).putInt(clusters).flip();
    storage.write(header, Qcow2Header.AT_TABLE_OFFSET);
    storage.sync();
    long oldTable = tableOffset >>> clusterBits;
    int oldClusters = table.length >>> clusterBits - 3;
    table = larger;
    tableOffset = offset;
    end = start + newBlocks + clusters;
    metadata.take(start, newBlocks + clusters);
    metadata.drop(oldTable, oldClusters);
    for (int i = 0; i < oldClusters; i++) {
      release(oldTable + i);
    }
  }

  /**
   * Counts one use less.
   *
   * @return whether the cluster is free now
   */
  boolean release(long cluster) throws IOException {
    long count = get(cluster);
    if (count == 0) {
      // The image was inconsistent before; a leak is the worst that comes of it.
      return false;
    }
    store(block(blockOf(cluster)), slot(cluster), count - 1);
    if (count == 1) {
      hint = Math.min(hint, cluster);
    }
    return count == 1;
  }

  /** Whether so much differs from the file that it should be written. */
  boolean crowded() {
    return dirtyBlocks > Math.max(MIN_BLOCKS, CACHE_BYTES >> clusterBits) / 2;
  }

  /** Whether anything differs from the file. */
  boolean dirty() {
    return dirtyBlocks > 0 || tableDirtyFrom < tableDirtyTo;
  }

  /** Writes what differs from the file; the entries of new blocks after these are durable. */
  void write() throws IOException {
    if (dirtyBlocks > 0) {
      for (Block block : blocks.values()) {
        if (block.dirty()) {
          int length = block.dirtyTo - block.dirtyFrom;
          ByteBuffer bytes = ByteBuffer.wrap(block.bytes, block.dirtyFrom, length);
          storage.write(bytes, block.offset + block.dirtyFrom);
          block.dirtyFrom = Integer.MAX_VALUE;
          block.dirtyTo = 0;
          dirtyBlocks--;
        }
      }
    }
    if (tableDirtyFrom < tableDirtyTo) {
      storage.sync();
      L2Tables.writeLongs(storage, tableOffset, table, tableDirtyFrom, tableDirtyTo);
      tableDirtyFrom = Integer.MAX_VALUE;
      tableDirtyTo = 0;
    }
  }
}

package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The level 1 table and a cache of level 2 tables. Looking up needs the image's shared lock,
 * everything else its exclusive lock. Tables that differ from the file stay in memory until {@link
 * #writeTables}.
 */
final class L2Tables {
  /** Memory for tables; what differs from the file may go beyond. */
  private static final int CACHE_BYTES = 32 << 20;

  private static final int MIN_TABLES = 8;

  private final Storage storage;
  private final int clusterBits;
  private final int l2Bits;
  private final int limit;
  private final List<L2Table> loaded = new ArrayList<>();
  private int hand;

  private long l1Offset;
  private long[] l1;
  private int l1DirtyFrom = Integer.MAX_VALUE;
  private int l1DirtyTo;
  private AtomicReferenceArray<L2Table> tables;
  private final List<L2Table> dirty = new ArrayList<>();

  L2Tables(Storage storage, Qcow2Header header) throws IOException {
    this.storage = storage;
    this.clusterBits = header.clusterBits();
    this.l2Bits = header.l2Bits();
    this.limit = Math.max(MIN_TABLES, CACHE_BYTES >> clusterBits);
    this.l1Offset = header.l1Offset();
    this.l1 = readLongs(storage, l1Offset, header.l1Size());
    this.tables = new AtomicReferenceArray<>(l1.length);
  }

  static long[] readLongs(Storage storage, long offset, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count * Long.BYTES);
    storage.read(bytes, offset);
    bytes.flip();
    long[] values = new long[count];
    bytes.asLongBuffer().get(values);
    return values;
  }

  static void writeLongs(Storage storage, long offset, long[] values, int from, int to)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((to - from) * Long.BYTES);
    bytes.asLongBuffer().put(values, from, to - from);
    storage.write(bytes, offset + (long) from * Long.BYTES);
  }

  /** Entries of the level 1 table. */
  int l1Size() {
    return l1.length;
  }

  /** Where the level 1 table starts. */
  long l1Offset() {
    return l1Offset;
  }

  long l1Entry(int index) {
    return l1[index];
  }

  /** Clusters that are level 1 or level 2 tables, checked to be inside the file and distinct. */
  void register(Metadata metadata) throws IOException {
    metadata.addRange(l1Offset, (long) l1.length * Long.BYTES);
    for (long entry : l1) {
      if (L2Entry.offset(entry) != 0) {
        metadata.add(L2Entry.offset(entry));
      }
    }
  }

  /** The entry for the cluster of the disk with this number. */
  long entry(long cluster) throws IOException {
    L2Table table = table((int) (cluster >>> l2Bits));
    return table == null ? 0 : table.get(slot(cluster));
  }

  int slot(long cluster) {
    return (int) cluster & (1 << l2Bits) - 1;
  }

  /** The table for an entry of level 1; null when there is none. */
  L2Table table(int index) throws IOException {
    L2Table table = tables.get(index);
    if (table == null) {
      long offset = L2Entry.offset(l1[index]);
      return offset == 0 ? null : load(index, offset);
    }
    table.touch();
    return table;
  }

  private synchronized L2Table load(int index, long offset) throws IOException {
    L2Table table = tables.get(index);
    if (table != null) {
      return table;
    }
    if ((offset & (1L << clusterBits) - 1) != 0) {
      throw new BadImageException(
          storage.name(), "is corrupt: a level 2 table at 0x" + Long.toHexString(offset));
    }
    evict();
    table = new L2Table(index, offset, readLongs(storage, offset, 1 << l2Bits));
    keep(table);
    return table;
  }

  private void keep(L2Table table) {
    table.touch();
    loaded.add(table);
    tables.set(table.index(), table);
  }

  /** Makes room by the clock algorithm; if all tables differ from the file, nothing goes. */
  private void evict() {
    int tries = 2 * loaded.size();
    while (loaded.size() >= limit && tries-- > 0) {
      hand = hand >= loaded.size() ? 0 : hand;
      L2Table table = loaded.get(hand);
      if (table.takeUsed() || table.dirty()) {
        hand++;
      } else {
        tables.set(table.index(), null);
        int last = loaded.size() - 1;
        loaded.set(hand, loaded.get(last));
        loaded.remove(last);
      }
    }
  }

  /** Whether so much differs from the file that it should be written. */
  boolean crowded() {
    return dirty.size() > limit / 2;
  }

  /** Puts a new, empty table at a cluster that nobody else uses. */
  L2Table create(int index, long offset) {
    L2Table table = new L2Table(index, offset, new long[1 << l2Bits]);
    synchronized (this) {
      evict();
      keep(table);
    }
    moved(table, offset);
    return table;
  }

  /** Lets a table stand in another cluster, because others use its own. */
  void move(L2Table table, long offset) {
    moved(table, offset);
  }

  private void moved(L2Table table, long offset) {
    changing(table);
    table.move(offset);
    l1[table.index()] = offset | L2Entry.COPIED;
    l1DirtyFrom = Math.min(l1DirtyFrom, table.index());
    l1DirtyTo = Math.max(l1DirtyTo, table.index() + 1);
  }

  void set(L2Table table, int slot, long entry) {
    changing(table);
    table.set(slot, entry);
  }

  private void changing(L2Table table) {
    if (!table.dirty()) {
      dirty.add(table);
    }
  }

  /** Whether anything differs from the file. */
  boolean dirty() {
    return !dirty.isEmpty() || l1DirtyFrom < l1DirtyTo;
  }

  /**
   * Writes what differs. All that the tables refer to must be durable; level 1 entries are written
   * after the tables to which they lead are durable.
   */
  void writeTables() throws IOException {
    while (!dirty.isEmpty()) {
      L2Table table = dirty.get(dirty.size() - 1);
      writeLongs(storage, table.offset(), table.entries(), table.dirtyFrom(), table.dirtyTo());
      table.clean();
      dirty.remove(dirty.size() - 1);
    }
    if (l1DirtyFrom < l1DirtyTo) {
      storage.sync();
      writeLongs(storage, l1Offset, l1, l1DirtyFrom, l1DirtyTo);
      l1DirtyFrom = Integer.MAX_VALUE;
      l1DirtyTo = 0;
    }
  }

  /** The entries with room for more, as a table that shall stand elsewhere. */
  long[] grown(int entries) {
    return Arrays.copyOf(l1, entries);
  }

  /** Goes on with a larger level 1 table that has been written. */
  void use(long[] grown, long offset) {
    AtomicReferenceArray<L2Table> more = new AtomicReferenceArray<>(grown.length);
    for (L2Table table : loaded) {
      more.set(table.index(), table);
    }
    l1 = grown;
    l1Offset = offset;
    tables = more;
  }
}

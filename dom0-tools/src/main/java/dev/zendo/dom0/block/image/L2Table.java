package dev.zendo.dom0.block.image;

/**
 * A level 2 table in memory: where the clusters of a part of the disk are. Read under the image's
 * shared lock, changed under its exclusive lock.
 */
final class L2Table {
  private final int index;
  private final long[] entries;
  private long offset;
  private int dirtyFrom = Integer.MAX_VALUE;
  private int dirtyTo;

  private boolean used;

  L2Table(int index, long offset, long[] entries) {
    this.index = index;
    this.offset = offset;
    this.entries = entries;
  }

  /** The entry of the level 1 table that leads here. */
  int index() {
    return index;
  }

  /** Where it stands in the file. */
  long offset() {
    return offset;
  }

  /** Lets it stand elsewhere, where nothing of it has been written yet. */
  void move(long to) {
    offset = to;
    dirtyFrom = 0;
    dirtyTo = entries.length;
  }

  long get(int at) {
    return entries[at];
  }

  void set(int at, long entry) {
    entries[at] = entry;
    dirtyFrom = Math.min(dirtyFrom, at);
    dirtyTo = Math.max(dirtyTo, at + 1);
  }

  boolean dirty() {
    return dirtyFrom < dirtyTo;
  }

  int dirtyFrom() {
    return dirtyFrom;
  }

  int dirtyTo() {
    return dirtyTo;
  }

  void clean() {
    dirtyFrom = Integer.MAX_VALUE;
    dirtyTo = 0;
  }

  /** A hint for the cache: somebody needs it. Any thread. */
  void touch() {
    if (!used) {
      used = true;
    }
  }

  /** Whether somebody needed it since the last call. */
  boolean takeUsed() {
    boolean was = used;
    used = false;
    return was;
  }

  long[] entries() {
    return entries;
  }
}

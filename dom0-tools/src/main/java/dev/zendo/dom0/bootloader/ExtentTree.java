package dev.zendo.dom0.bootloader;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Blocks of a file of ext4: a tree of extents whose root stands in the inode. */
final class ExtentTree implements BlockRuns {
  private static final int MAGIC = 0xf30a;
  private static final int MAX_DEPTH = 5;
  private static final int ENTRY_BYTES = 12;

  /** Longer ones are reserved, but have not been written. */
  private static final int MAX_WRITTEN = 32768;

  private final ExtFilesystem filesystem;
  private final ByteBuffer root;

  ExtentTree(ExtFilesystem filesystem, ByteBuffer root) {
    this.filesystem = filesystem;
    this.root = root;
  }

  private static long block(ByteBuffer node, int entry) {
    return node.getInt(ENTRY_BYTES * (entry + 1)) & 0xffff_ffffL;
  }

  private static long place(ByteBuffer node, int low, int high) {
    return node.getInt(low) & 0xffff_ffffL | (node.getShort(high) & 0xffffL) << 32;
  }

  private static int entries(ByteBuffer node) throws BadFilesystemException {
    int entries = node.getShort(2) & 0xffff;
    if ((node.getShort(0) & 0xffff) != MAGIC || ENTRY_BYTES * (entries + 1) > node.limit()) {
      throw new BadFilesystemException("a tree of extents is damaged");
    }
    return entries;
  }

  @Override
  public Run at(long block) throws IOException {
    ByteBuffer node = root;
    long end = Long.MAX_VALUE;
    int depth = MAX_DEPTH + 1;
    while (true) {
      int entries = entries(node);
      int below = node.getShort(6) & 0xffff;
      if (below >= depth || depth <= MAX_DEPTH && below != depth - 1) {
        throw new BadFilesystemException("a tree of extents is damaged");
      }
      depth = below;
      int entry = 0;
      while (entry < entries && block(node, entry) <= block) {
        entry++;
      }
      end = entry < entries ? Math.min(end, block(node, entry)) : end;
      if (entry == 0) {
        return new Run(HOLE, end - block);
      }
      int at = ENTRY_BYTES * entry;
      if (depth == 0) {
        return leaf(node, at, block, end);
      }
      node = filesystem.block(place(node, at + 4, at + 8));
    }
  }

  private static Run leaf(ByteBuffer node, int at, long block, long end) {
    long first = node.getInt(at) & 0xffff_ffffL;
    int length = node.getShort(at + 4) & 0xffff;
    boolean written = length <= MAX_WRITTEN;
    long last = first + (written ? length : length - MAX_WRITTEN);
    if (block >= last) {
      return new Run(HOLE, end - block);
    }
    long place = written ? place(node, at + 8, at + 6) + block - first : HOLE;
    return new Run(place, Math.min(last, end) - block);
  }
}

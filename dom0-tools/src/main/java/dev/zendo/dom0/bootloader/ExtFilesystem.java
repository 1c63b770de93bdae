package dev.zendo.dom0.bootloader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file system of the kinds ext2, ext3 and ext4 (Linux, Documentation/filesystems/ext4), read
 * only. Its journal is not looked at, so what a guest that was killed had only there is missing, as
 * for pygrub. Not thread-safe.
 */
final class ExtFilesystem {
  /** Gets the contents of a file piece by piece; what it does not get is zeros. */
  interface Sink {
    void accept(long offset, ByteBuffer bytes) throws IOException;
  }

  private static final int SUPERBLOCK = 1024;
  private static final int MAGIC = 0xef53;
  private static final int MAX_LOG_BLOCK = 6;
  private static final int CACHED_BLOCKS = 64;
  private static final int PIECE = 1 << 20;

  /** All but compression, a journal alone, and block groups that share descriptors. */
  private static final int KNOWN = 0x3_f7c6;

  private static final int WIDE = 0x80;

  private final ImageBytes bytes;
  private final int blockBytes;
  private final int inodeBytes;
  private final int descriptorBytes;
  private final boolean wide;
  private final long inodes;
  private final long inodesPerGroup;
  private final long descriptors;

  private final Map<Long, ByteBuffer> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ByteBuffer> eldest) {
          return size() > CACHED_BLOCKS;
        }
      };

  /**
   * Reads the superblock.
   *
   * @throws BadFilesystemException when there is none, or one of a file system that cannot be read
   */
  ExtFilesystem(ImageBytes bytes) throws IOException {
    this.bytes = bytes;
    ByteBuffer head = superblock(bytes);
    int logBlock = head.getInt(24);
    boolean old = head.getInt(76) == 0;
    int features = old ? 0 : head.getInt(96);
    if ((features & ~KNOWN) != 0) {
      throw new BadFilesystemException(
          String.format("its ext4 file system has features that are not read (%#x)", features));
    }
    wide = (features & WIDE) != 0;
    inodeBytes = old ? 128 : head.getShort(88) & 0xffff;
    descriptorBytes = wide ? head.getShort(254) & 0xffff : 32;
    inodes = head.getInt(0) & 0xffff_ffffL;
    inodesPerGroup = head.getInt(40) & 0xffff_ffffL;
    if (logBlock < 0
        || logBlock > MAX_LOG_BLOCK
        || inodeBytes < 128
        || inodeBytes > SUPERBLOCK << logBlock
        || descriptorBytes < (wide ? 64 : 32)
        || descriptorBytes > SUPERBLOCK
        || inodesPerGroup == 0) {
      throw new BadFilesystemException("the superblock of its file system is damaged");
    }
    blockBytes = SUPERBLOCK << logBlock;
    descriptors = ((head.getInt(20) & 0xffff_ffffL) + 1) * blockBytes;
  }

  private static ByteBuffer superblock(ImageBytes bytes) throws IOException {
    if (bytes.length() >= 2 * SUPERBLOCK) {
      ByteBuffer head = bytes.read(SUPERBLOCK, SUPERBLOCK);
      if ((head.getShort(56) & 0xffff) == MAGIC) {
        return head;
      }
    }
    throw new BadFilesystemException("there is no ext2, ext3 or ext4 file system");
  }

  /** Bytes of a block. */
  int blockBytes() {
    return blockBytes;
  }

  /** Where a block is. */
  private long offset(long block) throws BadFilesystemException {
    if (block < 0 || block >= bytes.length() / blockBytes) {
      throw new BadFilesystemException("its file system refers to what lies behind its end");
    }
    return block * blockBytes;
  }

  /** A block with numbers of others; callers only read it. */
  ByteBuffer block(long number) throws IOException {
    ByteBuffer block = cache.get(number);
    if (block == null) {
      block = bytes.read(offset(number), blockBytes);
      cache.put(number, block);
    }
    return block;
  }

  /** A file by its number. */
  Inode inode(long number) throws IOException {
    if (number < 1 || number > inodes) {
      throw new BadFilesystemException("its file system refers to a file that cannot exist");
    }
    long group = (number - 1) / inodesPerGroup;
    long at = descriptors + group * descriptorBytes;
    ByteBuffer descriptor = bytes.read(at, descriptorBytes);
    long table = descriptor.getInt(8) & 0xffff_ffffL;
    if (wide) {
      table |= (descriptor.getInt(40) & 0xffff_ffffL) << 32;
    }
    long index = (number - 1) % inodesPerGroup;
    ByteBuffer raw = bytes.read(offset(table) + index * inodeBytes, 128);
    int mode = raw.getShort(0) & 0xffff;
    long size = raw.getInt(4) & 0xffff_ffffL;
    if ((mode & 0xf000) == 0x8000) {
      size |= (raw.getInt(108) & 0xffff_ffffL) << 32;
    }
    ByteBuffer blocks = raw.slice(40, Inode.BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return new Inode(mode, size, raw.getInt(32), blocks);
  }

  /**
   * Reads a whole file.
   *
   * @param most bytes that it may have
   */
  byte[] contents(Inode inode, int most) throws IOException {
    checkSize(inode, most);
    // Holes cost nothing to read, but must not be free of charge.
    bytes.spend(inode.size());
    byte[] contents = new byte[(int) inode.size()];
    read(inode, most, (at, piece) -> piece.get(contents, (int) at, piece.remaining()));
    return contents;
  }

  private static void checkSize(Inode inode, long most) throws BadFilesystemException {
    if (inode.size() < 0 || inode.size() > most) {
      throw new BadFilesystemException(
          "a file has "
              + Long.toUnsignedString(inode.size())
              + " bytes, of which "
              + most
              + " are allowed");
    }
    if (inode.isEncrypted()) {
      throw new BadFilesystemException("a file is encrypted");
    }
  }

  /**
   * Hands over what is written of a file, in order.
   *
   * @param most bytes that it may have
   */
  void read(Inode inode, long most, Sink sink) throws IOException {
    checkSize(inode, most);
    if (inode.holdsItself()) {
      if (inode.size() > Inode.BLOCK_BYTES) {
        throw new BadFilesystemException("a file is kept among its attributes");
      }
      sink.accept(0, inode.blocks().duplicate().limit((int) inode.size()));
      return;
    }
    BlockRuns runs =
        inode.hasExtents()
            ? new ExtentTree(this, inode.blocks())
            : new BlockMap(this, inode.blocks());
    long blocks = (inode.size() + blockBytes - 1) / blockBytes;
    for (long block = 0; block < blocks; ) {
      BlockRuns.Run run = runs.at(block);
      long count = Math.min(run.count(), blocks - block);
      if (run.first() == BlockRuns.HOLE) {
        block += count;
        continue;
      }
      count = Math.min(count, PIECE / blockBytes);
      offset(run.first() + count - 1);
      long at = block * blockBytes;
      int length = (int) Math.min(count * blockBytes, inode.size() - at);
      sink.accept(at, bytes.read(offset(run.first()), length));
      block += count;
    }
  }
}

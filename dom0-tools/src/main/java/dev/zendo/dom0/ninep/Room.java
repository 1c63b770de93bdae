package dev.zendo.dom0.ninep;

import com.sun.jna.Memory;

/**
 * What statfs says of a share.
 *
 * @param unit of the next three, in bytes
 * @param blocks in all
 * @param free blocks
 * @param available blocks for who is not the superuser
 * @param files in all
 * @param freeFiles that may still be made
 * @param id of the file system
 * @param longestName in bytes
 */
record Room(
    int unit,
    long blocks,
    long free,
    long available,
    long files,
    long freeFiles,
    long id,
    int longestName) {
  /** V9FS_MAGIC of linux/magic.h. */
  private static final int MAGIC = 0x01021997;

  /** What the host says of a file's file system. */
  static Room of(HostFile file) throws HostError {
    Memory status = new Memory(LibC.STATVFS_SIZE);
    LibC.check(LibC.fstatvfs(file.descriptor(), status));
    return new Room(
        (int) status.getLong(8),
        status.getLong(16),
        status.getLong(24),
        status.getLong(32),
        status.getLong(40),
        status.getLong(48),
        status.getLong(64),
        (int) status.getLong(80));
  }

  /** What there is of it within the limits of a share. */
  Room within(Usage usage) {
    long left = usage.freeBytes() / unit;
    return new Room(
        unit,
        Math.min(blocks, usage.limits().bytes() / unit),
        Math.min(free, left),
        Math.min(available, left),
        Math.min(files, usage.limits().files()),
        Math.min(freeFiles, usage.freeFiles()),
        id,
        longestName);
  }

  void write(MessageWriter out) throws HostError {
    out.u32(MAGIC);
    out.u32(unit);
    out.u64(blocks);
    out.u64(free);
    out.u64(available);
    out.u64(files);
    out.u64(freeFiles);
    out.u64(id);
    out.u32(longestName);
  }
}

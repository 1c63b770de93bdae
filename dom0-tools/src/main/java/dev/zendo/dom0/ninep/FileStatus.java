package dev.zendo.dom0.ninep;

import com.sun.jna.Pointer;
import dev.zendo.hypercalls.io.NinePValues;

/**
 * What {@code statx} says of a file. Times are pairs of seconds since 1970 and nanoseconds.
 *
 * @param device number of the file system on the host
 * @param rdev device that a special file stands for, in Linux's own coding
 */
record FileStatus(
    int mode,
    int uid,
    int gid,
    long links,
    long device,
    long rdev,
    long inode,
    long size,
    int blockSize,
    long blocks,
    Time accessed,
    Time modified,
    Time changed) {
  private static final int S_IFMT = 0170000;
  private static final int S_IFDIR = 0040000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFLNK = 0120000;

  /** A moment. */
  record Time(long seconds, int nanoseconds) {
    private static Time at(Pointer status, int offset) {
      return new Time(status.getLong(offset), status.getInt(offset + 8));
    }
  }

  /** Reads Linux's {@code struct statx}, whose layout is the same on all processors. */
  static FileStatus of(Pointer status) {
    return new FileStatus(
        status.getShort(28) & 0xffff,
        status.getInt(20),
        status.getInt(24),
        Integer.toUnsignedLong(status.getInt(16)),
        device(status.getInt(136), status.getInt(140)),
        device(status.getInt(128), status.getInt(132)),
        status.getLong(32),
        status.getLong(40),
        status.getInt(4),
        status.getLong(48),
        Time.at(status, 64),
        Time.at(status, 112),
        Time.at(status, 96));
  }

  private static long device(int major, int minor) {
    return (minor & 0xffL) | (major & 0xfffL) << 8 | (minor & 0xfff00L) << 12;
  }

  boolean isDirectory() {
    return (mode & S_IFMT) == S_IFDIR;
  }

  boolean isRegular() {
    return (mode & S_IFMT) == S_IFREG;
  }

  boolean isLink() {
    return (mode & S_IFMT) == S_IFLNK;
  }

  /** How 9P knows the file. */
  Qid qid() {
    int type = NinePValues.QT_FILE;
    if (isDirectory()) {
      type = NinePValues.QT_DIRECTORY;
    } else if (isLink()) {
      type = NinePValues.QT_SYMLINK;
    }
    int version = (int) (modified.seconds() * 31 + modified.nanoseconds());
    return qid(type, version, device, inode);
  }

  /** The qid of an inode, which is unique within its file system only. */
  static Qid qid(int type, int version, long device, long inode) {
    return new Qid(type, version, inode ^ device << 48);
  }
}

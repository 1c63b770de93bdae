package dev.zendo.hypercalls.io;

/** Sizes, flags and special values of 9P2000.L. Flags of files and modes are those of Linux. */
public final class NinePValues {
  /** Bytes before the body of a message: its size (4), type (1) and tag (2). */
  public static final int HEADER_SIZE = 7;

  /** Names in one Twalk. */
  public static final int MAX_WALK = 16;

  public static final int NO_FID = -1;
  public static final int NO_TAG = 0xffff;

  public static final int QT_DIRECTORY = 0x80;
  public static final int QT_SYMLINK = 0x02;
  public static final int QT_FILE = 0;

  public static final int OPEN_WRITE_ONLY = 1;
  public static final int OPEN_READ_WRITE = 2;
  public static final int OPEN_ACCESS_MASK = 3;
  public static final int OPEN_EXCLUSIVE = 0x80;
  public static final int OPEN_TRUNCATE = 0x200;
  public static final int OPEN_APPEND = 0x400;

  public static final int UNLINK_DIRECTORY = 0x200;

  public static final int GETATTR_BASIC = 0x7ff;

  public static final int SETATTR_MODE = 0x1;
  public static final int SETATTR_UID = 0x2;
  public static final int SETATTR_GID = 0x4;
  public static final int SETATTR_SIZE = 0x8;
  public static final int SETATTR_ATIME = 0x10;
  public static final int SETATTR_MTIME = 0x20;
  public static final int SETATTR_CTIME = 0x40;
  public static final int SETATTR_ATIME_SET = 0x80;
  public static final int SETATTR_MTIME_SET = 0x100;

  public static final int LOCK_SUCCESS = 0;
  public static final int LOCK_UNLOCKED = 2;

  private NinePValues() {}
}

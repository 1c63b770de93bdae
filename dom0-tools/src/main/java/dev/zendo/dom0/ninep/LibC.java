package dev.zendo.dom0.ninep;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The host's system calls for files, in the forms that start from an open directory, which Java's
 * own classes do not have all of. 64-bit Linux only. Where the result is negative, {@link
 * #check(int)} throws the error's number. Thread-safe.
 */
final class LibC {
  static final int O_RDONLY = 0;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_TRUNC = 01000;
  static final int O_NOCTTY = 0400;
  static final int O_NONBLOCK = 04000;
  static final int O_CLOEXEC = 02000000;
  static final int O_PATH = 010000000;
  static final int O_DIRECTORY = arm() ? 040000 : 0200000;
  static final int O_NOFOLLOW = arm() ? 0100000 : 0400000;

  static final int AT_FDCWD = -100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_SYMLINK_FOLLOW = 0x400;
  static final int AT_EMPTY_PATH = 0x1000;

  /** All of {@code struct statx}. */
  static final int STATX_SIZE = 256;

  /** The fields of {@code struct stat} and the time of birth. */
  static final int STATX_ALL = 0xfff;

  /** {@code struct statvfs}, with room to spare. */
  static final int STATVFS_SIZE = 128;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  private static boolean arm() {
    return "aarch64".equals(System.getProperty("os.arch"));
  }

  static native int openat(int directory, byte[] name, int flags, int mode);

  static native int close(int file);

  static native long pread(int file, Pointer to, long count, long offset);

  static native long pwrite(int file, Pointer from, long count, long offset);

  static native int fsync(int file);

  static native int fdatasync(int file);

  static native int mkdirat(int directory, byte[] name, int mode);

  static native int unlinkat(int directory, byte[] name, int flags);

  static native int renameat(int from, byte[] name, int to, byte[] newName);

  static native int linkat(int from, byte[] name, int to, byte[] newName, int flags);

  static native long readlinkat(int directory, byte[] name, byte[] target, long size);

  static native int symlinkat(byte[] target, int directory, byte[] name);

  static native long listxattr(byte[] path, byte[] list, long size);

  static native long getxattr(byte[] path, byte[] name, byte[] value, long size);

  static native int setxattr(byte[] path, byte[] name, byte[] value, long size, int flags);

  static native int removexattr(byte[] path, byte[] name);

  static native int statx(int directory, byte[] name, int flags, int mask, Pointer result);

  static native int fstatvfs(int file, Pointer result);

  static native int truncate(byte[] path, long size);

  static native int chmod(byte[] path, int mode);

  static native int utimensat(int directory, byte[] path, Pointer times, int flags);

  static native Pointer fdopendir(int file);

  static native Pointer readdir(Pointer stream);

  static native void seekdir(Pointer stream, long position);

  static native int closedir(Pointer stream);

  /** The error of the last call of this thread that failed. */
  static int lastError() {
    return Native.getLastError();
  }

  /** Throws what the last call of this thread left if its result is negative. */
  static int check(int result) throws HostError {
    if (result < 0) {
      throw new HostError(Native.getLastError());
    }
    return result;
  }

  /** The same for results that are counts. */
  static int check(long result) throws HostError {
    if (result < 0) {
      throw new HostError(Native.getLastError());
    }
    return (int) result;
  }
}

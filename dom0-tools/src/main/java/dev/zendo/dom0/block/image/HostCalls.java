package dev.zendo.dom0.block.image;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;

/**
 * What Java does not offer for files, from the C library of a 64-bit Linux host. Thread-safe.
 * Elsewhere {@link #AVAILABLE} is false and nothing may be called.
 */
final class HostCalls {
  /** Whether the host has these calls. */
  static final boolean AVAILABLE = Platform.isLinux() && Platform.is64Bit();

  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;

  /** {@code F_OFD_SETLK}: locks that belong to the open file, not to the process. */
  private static final int SET_OPEN_FILE_LOCK = 37;

  private static final short READ_LOCK = 0;
  private static final short WRITE_LOCK = 1;

  /** {@code struct flock}: type 0, whence 2, start 8, length 16, process 24. */
  private static final int FLOCK_SIZE = 32;

  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;

  private static final int EAGAIN = 11;
  private static final int EACCES = 13;

  private HostCalls() {}

  private static Function function(String name) {
    return NativeLibrary.getInstance("c").getFunction(name);
  }

  /** Opens a file that exists; returns its descriptor. */
  static int open(String path, boolean writable) throws IOException {
    int flags = (writable ? O_RDWR : 0) | O_CLOEXEC;
    int file = function("open").invokeInt(new Object[] {path, flags});
    if (file < 0) {
      throw failed(path, "cannot be opened");
    }
    return file;
  }

  static void close(int file) {
    function("close").invokeInt(new Object[] {file});
  }

  /** Locks one byte of the file; false when somebody else's lock is in the way. */
  static boolean lock(int file, String path, long at, boolean exclusive) throws IOException {
    try (Memory flock = new Memory(FLOCK_SIZE)) {
      flock.clear();
      flock.setShort(0, exclusive ? WRITE_LOCK : READ_LOCK);
      flock.setLong(8, at);
      flock.setLong(16, 1);
      if (function("fcntl").invokeInt(new Object[] {file, SET_OPEN_FILE_LOCK, flock}) == 0) {
        return true;
      }
      int error = Native.getLastError();
      if (error == EAGAIN || error == EACCES) {
        return false;
      }
      throw failed(path, "cannot be locked");
    }
  }

  /** Turns a range into a hole; false when file system or device cannot do it. */
  static boolean punch(int file, long offset, long bytes) {
    return function("fallocate")
            .invokeInt(new Object[] {file, KEEP_SIZE | PUNCH_HOLE, offset, bytes})
        == 0;
  }

  private static IOException failed(String path, String what) {
    return new BadImageException(path, what + " (error " + Native.getLastError() + ")");
  }
}

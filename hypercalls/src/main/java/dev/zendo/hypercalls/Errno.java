package dev.zendo.hypercalls;

/**
 * Error numbers. A hypercall that fails returns the negative of one; the numbers are those of
 * Linux.
 */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int E2BIG = 7;
  public static final int ENOEXEC = 8;
  public static final int EBADF = 9;
  public static final int ECHILD = 10;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int ENOSPC = 28;
  public static final int EROFS = 30;
  public static final int EMLINK = 31;
  public static final int EDOM = 33;
  public static final int ERANGE = 34;
  public static final int EDEADLK = 35;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOLCK = 37;
  public static final int ENOSYS = 38;
  public static final int ENOTEMPTY = 39;
  public static final int ENODATA = 61;
  public static final int ETIME = 62;
  public static final int EBADMSG = 74;
  public static final int EOVERFLOW = 75;
  public static final int EILSEQ = 84;
  public static final int ERESTART = 85;
  public static final int ENOTSOCK = 88;
  public static final int EMSGSIZE = 90;
  public static final int EOPNOTSUPP = 95;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENOBUFS = 105;
  public static final int EISCONN = 106;
  public static final int ENOTCONN = 107;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;

  private static final String[] NAMES = new String[ECONNREFUSED + 1];

  static {
    NAMES[EPERM] = "EPERM";
    NAMES[ENOENT] = "ENOENT";
    NAMES[ESRCH] = "ESRCH";
    NAMES[EINTR] = "EINTR";
    NAMES[EIO] = "EIO";
    NAMES[ENXIO] = "ENXIO";
    NAMES[E2BIG] = "E2BIG";
    NAMES[ENOEXEC] = "ENOEXEC";
    NAMES[EBADF] = "EBADF";
    NAMES[ECHILD] = "ECHILD";
    NAMES[EAGAIN] = "EAGAIN";
    NAMES[ENOMEM] = "ENOMEM";
    NAMES[EACCES] = "EACCES";
    NAMES[EFAULT] = "EFAULT";
    NAMES[EBUSY] = "EBUSY";
    NAMES[EEXIST] = "EEXIST";
    NAMES[EXDEV] = "EXDEV";
    NAMES[ENODEV] = "ENODEV";
    NAMES[ENOTDIR] = "ENOTDIR";
    NAMES[EISDIR] = "EISDIR";
    NAMES[EINVAL] = "EINVAL";
    NAMES[ENFILE] = "ENFILE";
    NAMES[EMFILE] = "EMFILE";
    NAMES[ENOSPC] = "ENOSPC";
    NAMES[EROFS] = "EROFS";
    NAMES[EMLINK] = "EMLINK";
    NAMES[EDOM] = "EDOM";
    NAMES[ERANGE] = "ERANGE";
    NAMES[EDEADLK] = "EDEADLK";
    NAMES[ENAMETOOLONG] = "ENAMETOOLONG";
    NAMES[ENOLCK] = "ENOLCK";
    NAMES[ENOSYS] = "ENOSYS";
    NAMES[ENOTEMPTY] = "ENOTEMPTY";
    NAMES[ENODATA] = "ENODATA";
    NAMES[ETIME] = "ETIME";
    NAMES[EBADMSG] = "EBADMSG";
    NAMES[EOVERFLOW] = "EOVERFLOW";
    NAMES[EILSEQ] = "EILSEQ";
    NAMES[ERESTART] = "ERESTART";
    NAMES[ENOTSOCK] = "ENOTSOCK";
    NAMES[EMSGSIZE] = "EMSGSIZE";
    NAMES[EOPNOTSUPP] = "EOPNOTSUPP";
    NAMES[EADDRINUSE] = "EADDRINUSE";
    NAMES[EADDRNOTAVAIL] = "EADDRNOTAVAIL";
    NAMES[ENOBUFS] = "ENOBUFS";
    NAMES[EISCONN] = "EISCONN";
    NAMES[ENOTCONN] = "ENOTCONN";
    NAMES[ETIMEDOUT] = "ETIMEDOUT";
    NAMES[ECONNREFUSED] = "ECONNREFUSED";
  }

  private Errno() {}

  /** The name of an error number, such as {@code "EINVAL"} for 22, or null when it has none. */
  public static String name(int errno) {
    return errno > 0 && errno < NAMES.length ? NAMES[errno] : null;
  }

  /** The number of an error name, or -1 when there is no such name. */
  public static int number(String name) {
    for (int i = 1; i < NAMES.length; i++) {
      if (name.equals(NAMES[i])) {
        return i;
      }
    }
    return -1;
  }
}

package dev.zendo.dom0.ninep;

/** The host or the rules of a share refuse a request. A guest sees the number. */
final class HostError extends Exception {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /** An error by its number on Linux, which is the number on the wire, too. */
  HostError(int errno) {
    super("error " + errno, null, false, false);
    this.errno = errno;
  }

  int errno() {
    return errno;
  }
}

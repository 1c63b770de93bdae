package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;

/**
 * The value of an extended attribute that a fid stands for: one that was read, or one that the
 * guest writes piece by piece and that is set when the fid is given back. One thread at a time.
 *
 * @param name of an attribute that is written; null for what is read
 * @param value all of it
 * @param flags of setxattr(2)
 */
record AttributeValue(String name, byte[] value, int flags) {
  /** What a guest reads. */
  static AttributeValue read(byte[] value) {
    return new AttributeValue(null, value, 0);
  }

  /** What a guest will write. */
  static AttributeValue written(String name, long size, int flags) throws HostError {
    if (size < 0 || size > ExtendedAttributes.MAX_VALUE) {
      throw new HostError(Errno.E2BIG);
    }
    return new AttributeValue(name, new byte[(int) size], flags);
  }

  boolean isWritten() {
    return name != null;
  }

  /** Copies from an offset on; how many bytes there were. */
  int copy(long offset, byte[] to, int at, int most) throws HostError {
    if (isWritten()) {
      throw new HostError(Errno.EBADF);
    }
    if (offset < 0) {
      throw new HostError(Errno.EINVAL);
    }
    int count = (int) Math.min(most, Math.max(0, value.length - offset));
    System.arraycopy(value, (int) Math.min(offset, value.length), to, at, count);
    return count;
  }

  /** Takes a piece. */
  void fill(long offset, byte[] from, int at, int count) throws HostError {
    if (!isWritten()) {
      throw new HostError(Errno.EBADF);
    }
    if (offset < 0 || offset > value.length - count) {
      throw new HostError(Errno.ENOSPC);
    }
    System.arraycopy(from, at, value, (int) offset, count);
  }
}

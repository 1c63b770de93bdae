package dev.zendo.dom0.ninep;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How much a share may hold, for all connections of its guest.
 *
 * @param bytes of files and their attributes, as {@link Usage} counts them
 * @param files names in all directories
 * @param told whether the log says that they were reached
 */
record Limits(long bytes, long files, AtomicBoolean told) {
  static final Limits NONE = new Limits(Long.MAX_VALUE, Long.MAX_VALUE);

  Limits(long bytes, long files) {
    this(bytes, files, new AtomicBoolean());
  }

  /** Whether there is anything to count. */
  boolean limited() {
    return bytes != Long.MAX_VALUE || files != Long.MAX_VALUE;
  }
}

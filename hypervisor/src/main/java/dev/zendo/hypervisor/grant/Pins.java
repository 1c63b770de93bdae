package dev.zendo.hypervisor.grant;

/**
 * How often a grant is in use, in one int: four counts of 8 bits for host mappings and device
 * mappings, read-only and writable. A count that has reached 128 takes no more.
 */
final class Pins {
  static final int HOST_READ = 1;
  static final int HOST_WRITE = 1 << 8;
  static final int DEVICE_READ = 1 << 16;
  static final int DEVICE_WRITE = 1 << 24;

  private static final int WRITE_MASK = 0xff << 8 | 0xff << 24;

  private Pins() {}

  /** Whether any of the counts that an increment touches is full. */
  static boolean isFull(int pins, int increment) {
    return (pins & increment << 7) != 0;
  }

  /** Whether anybody may write. */
  static boolean anyWriter(int pins) {
    return (pins & WRITE_MASK) != 0;
  }
}

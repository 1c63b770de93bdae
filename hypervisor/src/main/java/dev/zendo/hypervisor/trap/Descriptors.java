package dev.zendo.hypervisor.trap;

/**
 * Segment descriptors (SDM volume 3, 3.4.5) as ring 3 may load them. Stateless; a descriptor is its
 * 8 bytes, 0 when the selector lies beyond the table.
 */
public final class Descriptors {
  private static final long PRESENT = 1L << 47;
  private static final long SEGMENT = 1L << 44;
  private static final long CODE = 1L << 43;
  private static final long CONFORMING = 1L << 42;
  private static final long READ_WRITE = 1L << 41;
  private static final long LONG = 1L << 53;
  private static final long DEFAULT_BIG = 1L << 54;

  private Descriptors() {}

  /** Whether the segment is present. */
  public static boolean present(long descriptor) {
    return (descriptor & PRESENT) != 0;
  }

  /** Whether it is a 64-bit code segment. */
  public static boolean longCode(long descriptor) {
    return (descriptor & LONG) != 0;
  }

  /** Whether DS, ES, FS or GS may be loaded with it at privilege 3. */
  public static boolean loadableData(long descriptor, int selector) {
    if ((descriptor & SEGMENT) == 0 || !present(descriptor)) {
      return false;
    }
    boolean code = (descriptor & CODE) != 0;
    if (code && (descriptor & READ_WRITE) == 0) {
      return false;
    }
    boolean conforming = code && (descriptor & CONFORMING) != 0;
    return conforming || privilege(descriptor) == 3;
  }

  /** Whether CS may be loaded with it by a return to privilege 3, apart from its present bit. */
  static boolean returnableCode(long descriptor) {
    if ((descriptor & (SEGMENT | CODE)) != (SEGMENT | CODE)) {
      return false;
    }
    if ((descriptor & CONFORMING) == 0 && privilege(descriptor) != 3) {
      return false;
    }
    return (descriptor & (LONG | DEFAULT_BIG)) != (LONG | DEFAULT_BIG);
  }

  /** Whether SS may be loaded with it at privilege 3, apart from its present bit. */
  static boolean loadableStack(long descriptor) {
    return (descriptor & (SEGMENT | CODE | READ_WRITE)) == (SEGMENT | READ_WRITE)
        && privilege(descriptor) == 3;
  }

  private static int privilege(long descriptor) {
    return (int) (descriptor >>> 45) & 3;
  }
}

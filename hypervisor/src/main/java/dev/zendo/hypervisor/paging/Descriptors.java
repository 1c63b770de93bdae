package dev.zendo.hypervisor.paging;

/**
 * Segment descriptors (SDM volume 3, 3.4.5) as guests may have them: code and data segments of
 * privilege level 3 and call gates that always fault.
 */
public final class Descriptors {
  private static final long PRESENT = 1L << 47;
  private static final long DPL = 3L << 45;
  private static final long CODE_OR_DATA = 1L << 44;
  private static final long TYPE = 0x1fL << 40;
  private static final long CALL_GATE = 0x0cL << 40;
  private static final long GATE_RESERVED = 0xffL << 32;

  /** First selector of the hypervisor's own part of the global table (FIRST_RESERVED_GDT_BYTE). */
  public static final int FIRST_RESERVED_SELECTOR = 0xe000;

  private Descriptors() {}

  /** Whether a guest may have the descriptor in one of its tables, {@link #adjust}ed. */
  public static boolean isAllowed(long descriptor) {
    if ((descriptor & PRESENT) == 0 || (descriptor & CODE_OR_DATA) != 0) {
      return true;
    }
    long type = descriptor & TYPE;
    if (type == 0) {
      return true;
    }
    long targetLevel = descriptor >>> 16 & 3;
    return type == CALL_GATE && targetLevel == 3 && (descriptor & GATE_RESERVED) == 0;
  }

  /** The descriptor with the privilege level that the hypervisor gives it. */
  public static long adjust(long descriptor) {
    if ((descriptor & PRESENT) == 0) {
      return descriptor;
    }
    return (descriptor & TYPE) == CALL_GATE ? descriptor & ~DPL : descriptor | DPL;
  }

  /**
   * A descriptor of the hypervisor's own part of the global table.
   *
   * @param selector from {@link #FIRST_RESERVED_SELECTOR} on
   */
  public static long reserved(int selector) {
    return switch (selector & 0xfff8) {
      case 0xe008 -> 0x00af9b000000ffffL;
      case 0xe010 -> 0x00cf93000000ffffL;
      case 0xe020 -> 0x00cffb000000ffffL;
      case 0xe028 -> 0x00cff3000000ffffL;
      case 0xe030 -> 0x00affb000000ffffL;
      default -> 0;
    };
  }
}

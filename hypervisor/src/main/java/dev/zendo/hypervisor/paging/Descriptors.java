package dev.zendo.hypervisor.paging;

/**
 * Segment descriptors (SDM volume 3, 3.4.5) as guests may have them: code and data segments of
 * privilege level 3 and call gates that always fault.
 */
public final class Descriptors {
  private static final long PRESENT = 1L << 47;
  private static final long DPL = 3L << 45;
  private static final long CODE_OR_DATA = 1L << 44;
  private static final long ACCESSED = 1L << 40;
  private static final long TYPE = 0x1fL << 40;
  private static final long CALL_GATE = 0x0cL << 40;
  private static final long GATE_RESERVED = 0xffL << 32;

  /** Privilege level in the target selector of a call gate. */
  private static final long GATE_TARGET_LEVEL = 3L << 16;

  private static final int FLAT_CODE_SELECTOR = 0xe033;

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
    return type == CALL_GATE && isGateTarget(descriptor) && (descriptor & GATE_RESERVED) == 0;
  }

  /** Whether a gate leads to a guest's own segment or the flat 64-bit code segment. */
  private static boolean isGateTarget(long descriptor) {
    int selector = (int) (descriptor >>> 16) & 0xffff;
    return (selector & ~7) < FIRST_RESERVED_SELECTOR
        || (selector & 4) != 0
        || selector == FLAT_CODE_SELECTOR;
  }

  /**
   * The descriptor as the hypervisor stores it: segments get privilege level 3, gates level 0, so
   * that their use always faults.
   */
  public static long adjust(long descriptor) {
    if ((descriptor & PRESENT) == 0) {
      return descriptor;
    }
    if ((descriptor & CODE_OR_DATA) != 0) {
      return descriptor | DPL;
    }
    return (descriptor & TYPE) == CALL_GATE ? descriptor & ~DPL | GATE_TARGET_LEVEL : descriptor;
  }

  /** The descriptor marked as accessed when it is a present segment; others as they are. */
  static long accessed(long descriptor) {
    long segment = PRESENT | CODE_OR_DATA;
    return (descriptor & segment) == segment ? descriptor | ACCESSED : descriptor;
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

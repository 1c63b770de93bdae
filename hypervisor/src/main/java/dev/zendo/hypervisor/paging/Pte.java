package dev.zendo.hypervisor.paging;

/**
 * Bits of a page-table entry (SDM volume 3, 4.5) and the rules of Xen for entries of
 * paravirtualized guests. Levels are 1 (the lowest) to 4.
 */
public final class Pte {
  public static final long PRESENT = 1;
  public static final long WRITE = 1 << 1;
  public static final long USER = 1 << 2;
  public static final long WRITE_THROUGH = 1 << 3;
  public static final long CACHE_DISABLE = 1 << 4;
  public static final long ACCESSED = 1 << 5;
  public static final long DIRTY = 1 << 6;

  /** Page size in upper levels, memory type selector (PAT) in the lowest. */
  public static final long LARGE = 1 << 7;

  public static final long GLOBAL = 1 << 8;

  /** Bits 9 to 11, free for the guest. */
  public static final long AVAILABLE = 7 << 9;

  /** Bit 52: the guest kernel's page, though the processor sees a user page. */
  public static final long GUEST_KERNEL = 1L << 52;

  /** Bits 52 to 62: ignored by the processor. */
  public static final long AVAILABLE_HIGH = 0x7ffL << 52;

  public static final long NO_EXECUTE = 1L << 63;

  /** Frame number field, as address: bits 12 to 51. */
  public static final long ADDRESS = 0x000ffffffffff000L;

  /** The frame number of all ones, which stands for no frame. */
  public static final long NO_FRAME = ADDRESS >>> 12;

  /** Entries of a table. */
  public static final int ENTRIES = 512;

  /** First slot of a top-level table that belongs to the hypervisor. */
  public static final int FIRST_RESERVED_SLOT = 256;

  /** First slot after the hypervisor's. */
  public static final int END_RESERVED_SLOT = 272;

  private static final long ALLOWED_ANY =
      PRESENT | WRITE | USER | ACCESSED | DIRTY | AVAILABLE | AVAILABLE_HIGH | NO_EXECUTE | ADDRESS;

  /** What may differ between two L1 entries that hold the same references. */
  private static final long NO_REFERENCE =
      NO_EXECUTE | AVAILABLE_HIGH | AVAILABLE | GLOBAL | DIRTY | ACCESSED | USER;

  private Pte() {}

  /** Frame number of an entry. */
  public static long frame(long entry) {
    return (entry & ADDRESS) >>> 12;
  }

  /** Whether the processor would use the entry. */
  public static boolean isPresent(long entry) {
    return (entry & PRESENT) != 0;
  }

  /** Whether the entry allows writes. */
  public static boolean isWritable(long entry) {
    return (entry & WRITE) != 0;
  }

  /** Whether an unprivileged domain may use the flags of a present entry at a level. */
  public static boolean flagsAllowed(long entry, int level) {
    return forbiddenFlags(entry, level) == 0;
  }

  /** The bits of a present entry at a level that an unprivileged domain may not use. */
  static long forbiddenFlags(long entry, int level) {
    long allowed = level == 1 ? ALLOWED_ANY | GLOBAL : ALLOWED_ANY;
    return entry & ~allowed;
  }

  /** Whether two present L1 entries name the same frame with the same rights to it. */
  public static boolean sameReferences(long a, long b) {
    return ((a ^ b) & ~NO_REFERENCE) == 0;
  }

  /**
   * Whether a translation made from one present entry may be wrong after it was replaced: anything
   * but the bits that only software looks at differs.
   */
  public static boolean outdates(long entry, long old) {
    return isPresent(old) && ((old ^ entry) & ~(AVAILABLE | AVAILABLE_HIGH)) != 0;
  }

  /** What is stored when a guest installs an entry at a level: Xen's own marks are added. */
  public static long adjust(long entry, int level) {
    if (!isPresent(entry)) {
      return entry;
    }
    if (level == 4) {
      return entry | USER | ACCESSED;
    }
    if (level > 1) {
      return entry | USER;
    }
    if ((entry & USER) == 0) {
      return entry | GUEST_KERNEL | USER;
    }
    return (entry & GUEST_KERNEL) == 0 ? entry | GLOBAL : entry;
  }

  /** Index into the table of a level for an address. */
  public static int index(long virtualAddress, int level) {
    return (int) (virtualAddress >>> 12 + 9 * (level - 1)) & ENTRIES - 1;
  }

  /** Whether a slot of a top-level table belongs to the hypervisor. */
  public static boolean isReservedSlot(int slot) {
    return slot >= FIRST_RESERVED_SLOT && slot < END_RESERVED_SLOT;
  }

  /** Whether a virtual address is one that guests may hand to hypercalls (any 64-bit value). */
  public static boolean isGuestAddress(long virtualAddress) {
    return virtualAddress >>> 47 == 0
        || Long.compareUnsigned(virtualAddress, 0xffff880000000000L) >= 0;
  }

  /** Whether a range of addresses lies in guest addresses; the count may be any value. */
  public static boolean isGuestRange(long virtualAddress, long bytes) {
    // A range that starts below the hole and is shorter than the hole ends before its end; longer
    // ones only matter when somebody copies that much, and then the walk stops it.
    return isGuestAddress(virtualAddress) && bytes >= 0;
  }
}

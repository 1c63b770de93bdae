package dev.zendo.hypervisor.engine;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * What a processor keeps of a descriptor when a segment register is loaded, as far as compatibility
 * mode uses it: base, limit and rights (SDM volume 3, 3.4.3). Later changes of the descriptor do
 * not show until the register is loaded again. 64-bit mode looks at none of it but the bases of FS
 * and GS, which are in {@link CpuState#FS_BASE} and {@link CpuState#GS_BASE}.
 *
 * <p>Stateless; works on the entry of a segment register in {@link CpuState#SEGMENTS}.
 */
public final class SegmentCache {
  /** Bytes of an entry. */
  public static final int SIZE = 32;

  /** Base address (8 bytes); not used for FS and GS. */
  public static final int BASE = 0;

  /** First offset that may be accessed (8 bytes). */
  public static final int FIRST = 8;

  /** Last offset that may be accessed (8 bytes). */
  public static final int LAST = 16;

  /** What the segment allows (4 bytes): {@link #READ}, {@link #WRITE}, {@link #BIG}. */
  public static final int RIGHTS = 24;

  /** Loads are allowed. */
  public static final int READ = 1;

  /** Stores are allowed. */
  public static final int WRITE = 2;

  /** A code segment's operands and addresses, or a stack segment's pointer, have 32 bits. */
  public static final int BIG = 4;

  private static final long PRESENT_SEGMENT = 1L << 47 | 1L << 44;
  private static final long EXECUTABLE = 1L << 43;
  private static final long EXPAND_DOWN = 1L << 42;
  private static final long ACCESSIBLE = 1L << 41;
  private static final long DEFAULT_BIG = 1L << 54;
  private static final long PAGES = 1L << 55;
  private static final long HIGHEST = 0xffffffffL;

  private SegmentCache() {}

  /** Offset of an entry in the state block; {@code segment} is {@link CpuState#ES} and so on. */
  public static int entry(int segment) {
    return CpuState.SEGMENTS + SIZE * segment;
  }

  /** Offset of the 8-byte base of a segment in the state block. */
  public static int baseField(int segment) {
    switch (segment) {
      case CpuState.FS:
        return CpuState.FS_BASE;
      case CpuState.GS:
        return CpuState.GS_BASE;
      default:
        return entry(segment) + BASE;
    }
  }

  /**
   * Loads a segment register, except its selector and the base of FS and GS.
   *
   * @param descriptor 8 bytes that passed the checks of a load; 0 for a null selector
   */
  public static void load(CpuState cpu, int segment, long descriptor) {
    long at = cpu.base() + entry(segment);
    long limit = limit(descriptor);
    boolean usable = (descriptor & PRESENT_SEGMENT) == PRESENT_SEGMENT;
    boolean code = (descriptor & EXECUTABLE) != 0;
    boolean accessible = (descriptor & ACCESSIBLE) != 0;
    boolean big = (descriptor & DEFAULT_BIG) != 0;
    boolean down = usable && !code && (descriptor & EXPAND_DOWN) != 0;
    int rights = big ? BIG : 0;
    if (usable) {
      rights |= code ? (accessible ? READ : 0) : accessible ? READ | WRITE : READ;
    }
    HostMemory.putLong(at + BASE, base(descriptor));
    HostMemory.putLong(at + FIRST, down ? limit + 1 : 0);
    HostMemory.putLong(at + LAST, !usable ? -1 : !down ? limit : big ? HIGHEST : 0xffff);
    HostMemory.putInt(at + RIGHTS, rights);
  }

  /** Base address of a segment. */
  public static long base(long descriptor) {
    return descriptor >>> 16 & 0xffffff | descriptor >>> 32 & 0xff000000L;
  }

  /** Limit of a segment in bytes, the last valid offset of one that does not expand down. */
  public static long limit(long descriptor) {
    long limit = descriptor & 0xffff | descriptor >>> 32 & 0xf0000;
    return (descriptor & PAGES) != 0 ? limit << 12 | 0xfff : limit;
  }

  /**
   * Whether CS, DS, ES and SS are all 32-bit segments of 4 GiB at 0 that allow every access, so
   * that offsets are linear addresses and nobody has to look here.
   */
  public static boolean isFlat(CpuState cpu) {
    return covers(cpu, CpuState.CS, READ | BIG)
        && covers(cpu, CpuState.SS, READ | WRITE | BIG)
        && covers(cpu, CpuState.DS, READ | WRITE)
        && covers(cpu, CpuState.ES, READ | WRITE);
  }

  private static boolean covers(CpuState cpu, int segment, int rights) {
    long at = cpu.base() + entry(segment);
    return (HostMemory.getInt(at + RIGHTS) & rights) == rights
        && HostMemory.getLong(at + BASE) == 0
        && HostMemory.getLong(at + FIRST) == 0
        && HostMemory.getLong(at + LAST) == HIGHEST;
  }

  /** Whether an access of {@code size} bytes at an offset is inside the segment and allowed. */
  public static boolean allows(long cpu, int segment, long offset, int size, int rights) {
    long at = cpu + entry(segment);
    return (HostMemory.getInt(at + RIGHTS) & rights) == rights
        && offset >= HostMemory.getLong(at + FIRST)
        && offset + size - 1 <= HostMemory.getLong(at + LAST);
  }

  /** Whether a segment has {@link #BIG}. */
  public static boolean isBig(CpuState cpu, int segment) {
    return (HostMemory.getInt(cpu.base() + entry(segment) + RIGHTS) & BIG) != 0;
  }
}

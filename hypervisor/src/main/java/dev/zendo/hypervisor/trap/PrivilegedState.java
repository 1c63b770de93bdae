package dev.zendo.hypervisor.trap;

/** Control register bits of a guest. */
public final class PrivilegedState {
  /** Bits of CR4 that a guest sets: TSD, DE, FSGSBASE, OSXSAVE. */
  private static final long CR4_GUEST = 1L << 2 | 1 << 3 | 1 << 16 | 1 << 18;

  /** Bits of CR4 that it always sees set: PAE, MCE, OSFXSR, OSXMMEXCPT. */
  private static final long CR4_FIXED = 0x660;

  private PrivilegedState() {}

  /** CR4 as a guest sees it after it wrote a value; other bits are ignored without an error. */
  public static long visibleCr4(long value) {
    return value & CR4_GUEST | CR4_FIXED;
  }
}

package dev.zendo.hypercalls;

/** Segment selectors of the hypervisor that every 64-bit guest may load (arch-x86/xen-x86_64.h). */
public final class Selectors {
  public static final int RING3_CS32 = 0xe023;
  public static final int RING3_CS64 = 0xe033;
  public static final int RING3_DS32 = 0xe02b;
  public static final int RING3_DS64 = 0;
  public static final int RING3_SS32 = 0xe02b;
  public static final int RING3_SS64 = 0xe02b;

  private Selectors() {}
}

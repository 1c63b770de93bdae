package dev.zendo.hypercalls;

/** Per-domain behaviours that vm_assist switches. */
public final class VmAssist {
  public static final int V4GB_SEGMENTS = 0;
  public static final int V4GB_SEGMENTS_NOTIFY = 1;
  public static final int WRITABLE_PAGETABLES = 2;
  public static final int PAE_EXTENDED_CR3 = 3;
  public static final int ARCHITECTURAL_IOPL = 4;
  public static final int RUNSTATE_UPDATE_FLAG = 5;
  public static final int M2P_STRICT = 32;

  private VmAssist() {}
}

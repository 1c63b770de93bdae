package dev.zendo.hypercalls.memory;

/** Flags of memory reservations. */
public final class MemFlags {
  public static final int POPULATE_ON_DEMAND = 1 << 16;
  public static final int EXACT_NODE_REQUEST = 1 << 17;
  public static final int VNODE = 1 << 18;

  private MemFlags() {}
}

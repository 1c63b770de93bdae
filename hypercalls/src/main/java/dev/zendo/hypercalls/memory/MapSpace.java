package dev.zendo.hypercalls.memory;

/** What add_to_physmap maps. */
public final class MapSpace {
  public static final int SHARED_INFO = 0;
  public static final int GRANT_TABLE = 1;
  public static final int GMFN = 2;
  public static final int GMFN_RANGE = 3;
  public static final int GMFN_FOREIGN = 4;
  public static final int DEV_MMIO = 5;

  private MapSpace() {}
}

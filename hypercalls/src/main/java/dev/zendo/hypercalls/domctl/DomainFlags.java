package dev.zendo.hypercalls.domctl;

/** Flags of getdomaininfo. */
public final class DomainFlags {
  public static final int DYING = 1;
  public static final int HVM_GUEST = 1 << 1;
  public static final int SHUTDOWN = 1 << 2;
  public static final int PAUSED = 1 << 3;
  public static final int BLOCKED = 1 << 4;
  public static final int RUNNING = 1 << 5;
  public static final int DEBUGGED = 1 << 6;
  public static final int XS_DOMAIN = 1 << 7;
  public static final int HAP = 1 << 8;
  public static final int SHUTDOWNMASK = 255;
  public static final int SHUTDOWNSHIFT = 16;

  private DomainFlags() {}
}

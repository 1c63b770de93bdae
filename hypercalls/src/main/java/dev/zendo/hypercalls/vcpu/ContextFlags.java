package dev.zendo.hypercalls.vcpu;

/** Flags of vcpu_guest_context. */
public final class ContextFlags {
  public static final int I387_VALID = 1;
  public static final int IN_KERNEL = 1 << 2;
  public static final int FAILSAFE_DISABLES_EVENTS = 1 << 3;
  public static final int SYSCALL_DISABLES_EVENTS = 1 << 4;
  public static final int ONLINE = 1 << 5;

  private ContextFlags() {}
}

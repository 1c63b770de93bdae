package dev.zendo.hypercalls.trap;

/** Flags of iret_context. */
public final class IretFlags {
  public static final int IN_SYSCALL = 1 << 8;

  private IretFlags() {}
}

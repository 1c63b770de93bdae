package dev.zendo.hypercalls;

/** Commands of vm_assist. */
public final class VmAssistCommand {
  public static final int ENABLE = 0;
  public static final int DISABLE = 1;

  private VmAssistCommand() {}
}

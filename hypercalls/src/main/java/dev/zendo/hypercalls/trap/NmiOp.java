package dev.zendo.hypercalls.trap;

/** Commands of nmi_op. */
public final class NmiOp {
  public static final int REGISTER_CALLBACK = 0;
  public static final int UNREGISTER_CALLBACK = 1;

  private NmiOp() {}
}

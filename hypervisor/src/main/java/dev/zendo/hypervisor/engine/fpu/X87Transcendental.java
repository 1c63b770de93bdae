package dev.zendo.hypervisor.engine.fpu;

/** The transcendental instructions. Only the thread that runs the vcpu calls it. */
public final class X87Transcendental {
  X87Transcendental(X87 x87) {}

  public void f2xm1() {}

  public void fyl2x() {}

  public void fyl2xp1() {}

  public void fptan() {}

  public void fpatan() {}

  public void fsin() {}

  public void fcos() {}

  public void fsincos() {}
}

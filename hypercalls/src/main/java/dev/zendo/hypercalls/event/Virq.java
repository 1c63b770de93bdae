package dev.zendo.hypercalls.event;

/**
 * Virtual interrupts (xen.h). TIMER, DEBUG, XENOPROF and XENPMU exist per vcpu, the others once per
 * domain or once at all.
 */
public final class Virq {
  public static final int TIMER = 0;
  public static final int DEBUG = 1;
  public static final int CONSOLE = 2;
  public static final int DOM_EXC = 3;
  public static final int TBUF = 4;
  public static final int DEBUGGER = 6;
  public static final int XENOPROF = 7;
  public static final int CON_RING = 8;
  public static final int PCPU_STATE = 9;
  public static final int MEM_EVENT = 10;
  public static final int ARGO = 11;
  public static final int ENOMEM = 12;
  public static final int XENPMU = 13;
  public static final int ARCH_0 = 16;
  public static final int ARCH_7 = 23;

  private Virq() {}
}

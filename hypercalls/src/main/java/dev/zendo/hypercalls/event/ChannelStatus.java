package dev.zendo.hypercalls.event;

/** What a port is bound to (evtchn_status). */
public final class ChannelStatus {
  public static final int CLOSED = 0;
  public static final int UNBOUND = 1;
  public static final int INTERDOMAIN = 2;
  public static final int PIRQ = 3;
  public static final int VIRQ = 4;
  public static final int IPI = 5;

  private ChannelStatus() {}
}

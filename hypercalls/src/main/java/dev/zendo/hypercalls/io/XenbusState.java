package dev.zendo.hypercalls.io;

/** States of a device in the store (io/xenbus.h). */
public final class XenbusState {
  public static final int UNKNOWN = 0;
  public static final int INITIALISING = 1;
  public static final int INIT_WAIT = 2;
  public static final int INITIALISED = 3;
  public static final int CONNECTED = 4;
  public static final int CLOSING = 5;
  public static final int CLOSED = 6;
  public static final int RECONFIGURING = 7;
  public static final int RECONFIGURED = 8;

  private XenbusState() {}
}

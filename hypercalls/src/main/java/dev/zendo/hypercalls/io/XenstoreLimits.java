package dev.zendo.hypercalls.io;

/** Sizes and states of a xenstore ring. */
public final class XenstoreLimits {
  public static final int RING_SIZE = 1024;
  public static final int PAYLOAD_MAX = 4096;
  public static final int ABS_PATH_MAX = 3072;
  public static final int REL_PATH_MAX = 2048;
  public static final int SERVER_FEATURE_RECONNECTION = 1;
  public static final int SERVER_FEATURE_ERROR = 2;
  public static final int CONNECTED = 0;
  public static final int RECONNECT = 1;
  public static final int ERROR_NONE = 0;
  public static final int ERROR_COMM = 1;
  public static final int ERROR_RINGIDX = 2;
  public static final int ERROR_PROTO = 3;

  private XenstoreLimits() {}
}

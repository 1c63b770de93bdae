package dev.zendo.hypercalls.io;

/** Where the rings of a framebuffer's page are, and what is in them (io/fbif.h). */
public final class FramebufferRings {
  /** Bytes of an event, whatever its type. */
  public static final int EVENT_SIZE = 40;

  /** First byte of the ring to the frontend. */
  public static final int IN_OFFSET = 1024;

  /** Events that it holds; indices are taken modulo this. */
  public static final int IN_EVENTS = 1024 / EVENT_SIZE;

  /** First byte of the ring from the frontend. */
  public static final int OUT_OFFSET = 2048;

  /** Events that it holds. */
  public static final int OUT_EVENTS = 2048 / EVENT_SIZE;

  /** To the frontend: somebody looks so often. */
  public static final int TYPE_REFRESH_PERIOD = 1;

  /** From the frontend: a rectangle has changed. */
  public static final int TYPE_UPDATE = 2;

  /** From the frontend: the picture has another size. */
  public static final int TYPE_RESIZE = 3;

  private FramebufferRings() {}
}

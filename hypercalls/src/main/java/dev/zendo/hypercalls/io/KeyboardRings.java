package dev.zendo.hypercalls.io;

/** Where the rings of a keyboard's page are, and what is in them (io/kbdif.h). */
public final class KeyboardRings {
  /** Bytes of an event, whatever its type. */
  public static final int EVENT_SIZE = 40;

  /** First byte of the ring to the frontend. */
  public static final int IN_OFFSET = 1024;

  /** Events that it holds; indices are taken modulo this. */
  public static final int IN_EVENTS = 2048 / EVENT_SIZE;

  /** The pointer moved by so much. */
  public static final int TYPE_MOTION = 1;

  /** A key or a button went down or up. */
  public static final int TYPE_KEY = 3;

  /** The pointer is there. */
  public static final int TYPE_POS = 4;

  private KeyboardRings() {}
}

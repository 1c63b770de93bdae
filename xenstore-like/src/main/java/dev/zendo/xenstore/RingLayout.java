package dev.zendo.xenstore;

/**
 * The page that a guest shares with the store (Xen's {@code io/xs_wire.h}, {@code struct
 * xenstore_domain_interface}): two byte rings with free-running 32-bit indices. The guest writes
 * the requests, their producer index and the responses' consumer index; the store writes the rest.
 */
public final class RingLayout {
  /** Bytes of each ring. */
  public static final int RING_SIZE = 1024;

  /** Offset of the ring from guest to store. */
  public static final int REQUESTS = 0;

  /** Offset of the ring from store to guest. */
  public static final int RESPONSES = 1024;

  /** Consumer index of the requests. */
  public static final int REQUEST_CONSUMER = 2048;

  /** Producer index of the requests. */
  public static final int REQUEST_PRODUCER = 2052;

  /** Consumer index of the responses. */
  public static final int RESPONSE_CONSUMER = 2056;

  /** Producer index of the responses. */
  public static final int RESPONSE_PRODUCER = 2060;

  /** Bits for what the store offers beyond the basics: 0. */
  public static final int SERVER_FEATURES = 2064;

  /** 0 when connected, 1 while a reconnect is in progress. */
  public static final int CONNECTION = 2068;

  /** Why the store has stopped serving: one of the {@code ERROR_} values. */
  public static final int ERROR = 2072;

  /** Bytes of the page that are used. */
  public static final int SIZE = 2076;

  /** No error. */
  public static final int ERROR_NONE = 0;

  /** The indices are further apart than the ring is long. */
  public static final int ERROR_INDEX = 2;

  /** A message breaks the protocol. */
  public static final int ERROR_PROTOCOL = 3;

  private RingLayout() {}

  /** Where in its ring the byte with a free-running index is. */
  public static int position(int index) {
    return index & (RING_SIZE - 1);
  }

  /** Whether the distance between two indices is possible. */
  public static boolean isValid(int consumer, int producer) {
    return Integer.compareUnsigned(producer - consumer, RING_SIZE) <= 0;
  }
}

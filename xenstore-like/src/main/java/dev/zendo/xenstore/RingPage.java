package dev.zendo.xenstore;

/**
 * Access to the shared page of a {@link RingLayout}, wherever it is mapped. The other side may
 * write to it at any time; indices are read with acquire and written with release order.
 */
public interface RingPage {
  /** Reads a 32-bit little-endian number; later reads are not moved before it. */
  int getIntAcquire(int offset);

  /** Writes a 32-bit little-endian number; earlier accesses are not moved behind it. */
  void putIntRelease(int offset, int value);

  /** Reads a byte. */
  byte get(int offset);

  /** Writes a byte. */
  void put(int offset, byte value);

  /** Reads {@code length} bytes at {@code offset} into {@code target}. */
  default void get(int offset, byte[] target, int at, int length) {
    for (int i = 0; i < length; i++) {
      target[at + i] = get(offset + i);
    }
  }

  /** Writes {@code length} bytes of {@code source} at {@code offset}. */
  default void put(int offset, byte[] source, int at, int length) {
    for (int i = 0; i < length; i++) {
      put(offset + i, source[at + i]);
    }
  }
}

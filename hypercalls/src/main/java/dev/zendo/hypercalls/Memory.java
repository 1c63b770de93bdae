package dev.zendo.hypercalls;

/**
 * Little-endian byte-addressed memory that typed structure views read and write.
 *
 * <p>An address is whatever the implementation says: an index into an array, a host address, a
 * guest-physical address. Implementations check nothing about structure; callers pass addresses
 * that lie inside the memory. Accesses may be unaligned.
 */
public interface Memory {
  /** Reads one byte. */
  byte getByte(long address);

  /** Reads two bytes. */
  short getShort(long address);

  /** Reads four bytes. */
  int getInt(long address);

  /** Reads eight bytes. */
  long getLong(long address);

  /** Writes one byte. */
  void putByte(long address, byte value);

  /** Writes two bytes. */
  void putShort(long address, short value);

  /** Writes four bytes. */
  void putInt(long address, int value);

  /** Writes eight bytes. */
  void putLong(long address, long value);
}

package dev.zendo.dom0.image;

/** Little-endian numbers in byte arrays. Callers check bounds first. */
final class LittleEndian {
  private LittleEndian() {}

  static int getShort(byte[] data, int at) {
    return (data[at] & 0xff) | (data[at + 1] & 0xff) << 8;
  }

  static int getInt(byte[] data, int at) {
    return getShort(data, at) | getShort(data, at + 2) << 16;
  }
}

package dev.zendo.dom0.display;

import dev.zendo.dom0.device.DeviceException;

/**
 * How the pixels of a framebuffer lie in its memory, checked against its length.
 *
 * @param width pixels of a line
 * @param height lines
 * @param stride bytes from line to line
 * @param offset bytes before the first pixel
 */
record Format(int width, int height, int stride, int offset) {
  /** Bytes of a pixel: the only depth that frontends use (io/fbif.h, XENFB_DEPTH). */
  static final int PIXEL_BYTES = 4;

  private static final int DEPTH = 32;

  /** Most pixels of a side. */
  private static final int MAX_SIDE = 8192;

  /**
   * Checks what a frontend says.
   *
   * @param depth bits of a pixel
   * @param length bytes of the framebuffer
   * @throws DeviceException when no such picture lies in it
   */
  static Format of(int width, int height, int stride, int depth, int offset, long length)
      throws DeviceException {
    if (depth != DEPTH) {
      throw new DeviceException("pixels of " + depth + " bits; only " + DEPTH + " is served");
    }
    if (width < 1 || width > MAX_SIDE || height < 1 || height > MAX_SIDE) {
      throw new DeviceException("a picture of " + width + " x " + height + " pixels");
    }
    if (stride < width * PIXEL_BYTES
        || offset < 0
        || offset + (long) stride * (height - 1) + (long) width * PIXEL_BYTES > length) {
      throw new DeviceException(
          width + " x " + height + " pixels do not lie in a framebuffer of " + length + " bytes");
    }
    return new Format(width, height, stride, offset);
  }
}

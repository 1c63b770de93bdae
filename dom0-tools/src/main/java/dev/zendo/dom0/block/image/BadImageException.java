package dev.zendo.dom0.block.image;

import java.io.IOException;

/** An image cannot be used. The message is one line: which image, what is wrong, what to do. */
public final class BadImageException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param image the image's name, which may hold anything
   * @param why the rest of the line
   */
  public BadImageException(String image, String why) {
    super((image + ": " + why).replaceAll("\\p{Cntrl}", "?"));
  }

  /** Refuses to change an image that is open for reading. */
  static void requireWritable(DiskImage image, String name) throws BadImageException {
    if (image.readOnly()) {
      throw new BadImageException(name, "is open for reading only");
    }
  }
}

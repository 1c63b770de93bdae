package dev.zendo.dom0.bootloader;

import java.io.IOException;

/** What a disk holds cannot be read. The message says what is wrong, not where. */
final class BadFilesystemException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param why a part of a line, which may hold what a guest wrote
   */
  BadFilesystemException(String why) {
    super(why.replaceAll("\\p{Cntrl}", "?"));
  }
}

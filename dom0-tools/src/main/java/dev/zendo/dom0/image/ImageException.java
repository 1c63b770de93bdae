package dev.zendo.dom0.image;

import dev.zendo.dom0.ToolException;

/** A kernel image cannot be used: not a kernel, truncated, corrupt, too large, or not for Xen. */
public final class ImageException extends ToolException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message one line: what is wrong with which image and what to do
   */
  public ImageException(String message) {
    super(message);
  }

  /**
   * Creates the exception with the failure of the library that noticed it.
   *
   * @param message one line: what is wrong with which image and what to do
   */
  public ImageException(String message, Throwable cause) {
    super(message, cause);
  }
}

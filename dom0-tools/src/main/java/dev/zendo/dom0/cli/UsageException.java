package dev.zendo.dom0.cli;

import dev.zendo.dom0.ToolException;

/** The command line was used wrongly. */
final class UsageException extends ToolException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message one line: what is wrong and what to do
   */
  UsageException(String message) {
    super(message);
  }
}

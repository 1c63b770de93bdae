package dev.zendo.dom0.migrate.stream;

import dev.zendo.dom0.ToolException;

/** A stream that cannot be read, or what cannot be written into one; the message is one line. */
public final class StreamException extends ToolException {
  private static final long serialVersionUID = 1L;

  /** One line. */
  public StreamException(String message) {
    super(message);
  }

  /** One line, for an error of the file. */
  public StreamException(String message, Throwable cause) {
    super(message, cause);
  }
}

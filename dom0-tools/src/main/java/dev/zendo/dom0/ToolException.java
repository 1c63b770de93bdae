package dev.zendo.dom0;

/**
 * A failure that a user can understand: the message is one line that says what is wrong and what to
 * do about it. The command line prints it without a stack trace and ends with status 2.
 */
public class ToolException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure without another one behind it.
   *
   * @param message one line
   */
  public ToolException(String message) {
    super(oneLine(message));
  }

  /**
   * A failure that was found through another one, which {@code -v} shows.
   *
   * @param message one line
   */
  public ToolException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Names and notes come from files that may want to play with the terminal. */
  private static String oneLine(String message) {
    return message.replaceAll("\\p{Cntrl}", "?");
  }
}

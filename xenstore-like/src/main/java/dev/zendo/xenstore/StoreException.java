package dev.zendo.xenstore;

/**
 * A refused operation: the protocol's error plus one sentence saying which rule was broken, naming
 * the path or quota. A refused operation has changed nothing.
 */
public final class StoreException extends RuntimeException {
  private final StoreError error;

  /** An error with a message for people. */
  public StoreException(StoreError error, String message) {
    super(error + ": " + message);
    this.error = error;
  }

  private StoreException(StoreError error, String message, boolean trace) {
    super(message, null, trace, trace);
    this.error = error;
  }

  /**
   * An exception without a stack trace, for the paths that a guest can drive at will: filling in a
   * trace would cost far more than the request itself.
   */
  static StoreException untraced(StoreError error, String message) {
    return new StoreException(error, error + ": " + message, false);
  }

  /** The same refusal with the stack trace of the calling thread, for in-process callers. */
  StoreException traced() {
    return new StoreException(error, getMessage(), true);
  }

  /** The error as the wire protocol names it. */
  public StoreError error() {
    return error;
  }
}

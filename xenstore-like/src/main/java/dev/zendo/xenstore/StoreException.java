package dev.zendo.xenstore;

import java.util.Optional;

/**
 * A refused operation: the protocol's error plus one sentence saying which rule was broken, naming
 * the path or quota. A refused operation has changed nothing.
 */
public final class StoreException extends RuntimeException {
  private final StoreError error;

  /** The name of the quota that was exhausted, or null. */
  private final String quota;

  /** An error with a message for people. */
  public StoreException(StoreError error, String message) {
    super(error + ": " + message);
    this.error = error;
    this.quota = null;
  }

  private StoreException(StoreError error, String quota, String message, boolean trace) {
    super(message, null, trace, trace);
    this.error = error;
    this.quota = quota;
  }

  /**
   * An exception without a stack trace, for the paths that a guest can drive at will: filling in a
   * trace would cost far more than the request itself.
   */
  static StoreException untraced(StoreError error, String message) {
    return new StoreException(error, null, error + ": " + message, false);
  }

  /** A quota that is exhausted, by the name it has in {@link Quotas#limits}. */
  static StoreException exhausted(
      StoreError error, Connection caller, String quota, int limit, Object... on) {
    String where = on.length == 0 ? "" : " on " + on[0];
    String message = "quota %s (%d) of %s is exhausted%s".formatted(quota, limit, caller, where);
    return new StoreException(error, quota, error + ": " + message, false);
  }

  /** The same refusal with the stack trace of the calling thread, for in-process callers. */
  StoreException traced() {
    return new StoreException(error, quota, getMessage(), true);
  }

  /** The error as the wire protocol names it. */
  public StoreError error() {
    return error;
  }

  /** The name of the quota that was exhausted, if that was the reason. */
  public Optional<String> quota() {
    return Optional.ofNullable(quota);
  }
}

package dev.zendo.xenstore;

/**
 * One event for one watch, waiting to be delivered. Two events of a client are equal when they name
 * the same path and token: the second would tell it nothing new.
 */
public final class WatchEvent {
  final Watch watch;
  private final String path;

  WatchEvent(Watch watch, String path) {
    this.watch = watch;
    this.path = path;
  }

  /**
   * The path that changed: relative to the home of the watch's owner when the watch was set with a
   * relative path, otherwise absolute, or the name of a special event.
   */
  public String path() {
    return path;
  }

  /** The token that the watch was set with. */
  public String token() {
    return watch.token;
  }

  /** Bytes of the payload of the message that carries this event. */
  int payloadLength() {
    return path.length() + 1 + watch.token.length() + 1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WatchEvent event
        && path.equals(event.path)
        && watch.token.equals(event.watch.token);
  }

  @Override
  public int hashCode() {
    return path.hashCode() * 31 + watch.token.hashCode();
  }

  @Override
  public String toString() {
    return path + " " + watch.token;
  }
}

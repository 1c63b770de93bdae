package dev.zendo.xenstore;

/**
 * One event for one watch, waiting to be delivered. Two events are equal when they belong to the
 * same watch and name the same path: the second would tell its receiver nothing new.
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
    return other instanceof WatchEvent event && watch == event.watch && path.equals(event.path);
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(watch) * 31 + path.hashCode();
  }

  @Override
  public String toString() {
    return path + " " + watch.token;
  }
}

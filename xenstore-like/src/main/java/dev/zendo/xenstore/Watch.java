package dev.zendo.xenstore;

/** One watch: who set it, on what, and how the paths of its events are written. Immutable. */
final class Watch {
  final Connection owner;

  /** The node watched, or null for a special event. */
  final Path path;

  /** The absolute path or the name of the special event. */
  final String key;

  final String token;

  /** How many characters of an absolute path the events leave out. */
  private final int strip;

  private Watch(Connection owner, Path path, String key, String token, int strip) {
    this.owner = owner;
    this.path = path;
    this.key = key;
    this.token = token;
    this.strip = strip;
  }

  /** A watch on what a client wrote: absolute, relative to its home, or {@code @special}. */
  static Watch of(Connection owner, String given, String token) {
    if (given.startsWith("@")) {
      if (given.length() > Path.MAX_RELATIVE) {
        throw StoreException.untraced(StoreError.EINVAL, Text.quote(given) + " is too long");
      }
      return new Watch(owner, null, given, token, 0);
    }
    Path path = owner.resolve(given);
    boolean relative = given.charAt(0) != '/';
    int strip = relative ? owner.home().toString().length() + 1 : 0;
    return new Watch(owner, path, path.toString(), token, strip);
  }

  /** The key of the watch that a client means; of one that cannot exist, if the path is invalid. */
  static String key(Connection owner, String given) {
    boolean literal = given.startsWith("/") || given.startsWith("@");
    return literal ? given : owner.home() + "/" + given;
  }

  /** The event for a change at {@code absolute}, which is the watched path or lies below it. */
  WatchEvent event(String absolute) {
    return new WatchEvent(this, absolute.substring(strip));
  }

  /** The event that names the watched path itself. */
  WatchEvent ownEvent() {
    return event(key);
  }
}

package dev.zendo.xenstore;

/** Told that something may have changed at or below a watched path. */
@FunctionalInterface
public interface WatchListener {
  /**
   * Called once right after the watch is set, and then for every change, one call at a time, in
   * order. Equal events that wait together are reported once. May use the store freely.
   *
   * @param path the path that changed: relative if the watch was set with a relative path; the
   *     watched path itself when an ancestor was removed; the name of a special event
   */
  void changed(String path);
}

package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All watches of a store, found by path: a trie with the watches of each path at its node, so that
 * a change costs as much as its path is deep, however many watches there are. Confined to the
 * holder of the store's lock.
 *
 * <p>An event reaches a watch when the change is at the watched path or below it, or removes it.
 * The order is: watches on the root first, then down to the changed path, then, for a removal, the
 * watches on the removed nodes below in path order; several watches on one path in the order in
 * which they were set. A watch of an unprivileged domain only gets the event if the domain may read
 * the changed node, its parent, or could read the node before.
 */
final class WatchTable {
  /** Watches on one path and the way to those below. */
  private static final class Level {
    final Map<String, Level> below = new HashMap<>(4);
    final List<Watch> watches = new ArrayList<>(2);

    boolean isEmpty() {
      return below.isEmpty() && watches.isEmpty();
    }
  }

  /** Takes the events. */
  interface Sink {
    void accept(Watch watch, WatchEvent event);
  }

  private final Level top = new Level();
  private final Map<String, List<Watch>> special = new HashMap<>();
  private final Sink sink;

  WatchTable(Sink sink) {
    this.sink = sink;
  }

  void add(Watch watch) {
    if (watch.path == null) {
      special.computeIfAbsent(watch.key, key -> new ArrayList<>()).add(watch);
      return;
    }
    Level level = top;
    for (int i = 0; i < watch.path.depth(); i++) {
      level = level.below.computeIfAbsent(watch.path.name(i), name -> new Level());
    }
    level.watches.add(watch);
  }

  void remove(Watch watch) {
    if (watch.path == null) {
      List<Watch> watches = special.get(watch.key);
      watches.remove(watch);
      if (watches.isEmpty()) {
        special.remove(watch.key);
      }
      return;
    }
    int depth = watch.path.depth();
    Level[] line = new Level[depth + 1];
    line[0] = top;
    for (int i = 0; i < depth; i++) {
      line[i + 1] = line[i].below.get(watch.path.name(i));
    }
    line[depth].watches.remove(watch);
    for (int i = depth; i > 0 && line[i].isEmpty(); i--) {
      line[i - 1].below.remove(watch.path.name(i - 1));
    }
  }

  /** Fires for a special event. */
  void fireSpecial(String name, Permissions permissions) {
    for (Watch watch : special.getOrDefault(name, List.of())) {
      if (permissions.allow(watch.owner, Access.READ)) {
        sink.accept(watch, watch.ownEvent());
      }
    }
  }

  /**
   * Fires for one change.
   *
   * @param change what happened
   * @param root the tree after it, which still has the parent
   */
  void fire(Change change, Node root) {
    Path path = change.path();
    Node before = change.before();
    Node after = change.after();
    Node parent = path.depth() == 0 ? null : root.find(path.parent());
    Level level = top;
    fireAt(level, path.toString(), before, after, parent);
    for (int i = 0; i < path.depth(); i++) {
      level = level.below.get(path.name(i));
      if (level == null) {
        return;
      }
      fireAt(level, path.toString(), before, after, parent);
    }
    if (before != null && after == null) {
      fireBelow(level, before);
    }
  }

  private void fireAt(Level level, String path, Node before, Node after, Node parent) {
    for (int i = 0; i < level.watches.size(); i++) {
      Watch watch = level.watches.get(i);
      if (mayKnow(watch.owner, before, after, parent)) {
        sink.accept(watch, watch.event(path));
      }
    }
  }

  /** Every watch on a node inside the removed subtree gets an event with its own path. */
  private void fireBelow(Level level, Node removed) {
    if (level.below.isEmpty()) {
      return;
    }
    for (int i = 0; i < removed.childCount(); i++) {
      Level next = level.below.get(removed.names[i]);
      if (next != null) {
        Node child = removed.child(i);
        for (Watch watch : next.watches) {
          if (mayKnow(watch.owner, child, null, removed)) {
            sink.accept(watch, watch.ownEvent());
          }
        }
        fireBelow(next, child);
      }
    }
  }

  private static boolean mayKnow(Connection owner, Node before, Node after, Node parent) {
    return owner.isPrivileged()
        || mayRead(owner, after)
        || mayRead(owner, parent)
        || mayRead(owner, before);
  }

  private static boolean mayRead(Connection owner, Node node) {
    return node != null && node.permissions.allow(owner, Access.READ);
  }
}

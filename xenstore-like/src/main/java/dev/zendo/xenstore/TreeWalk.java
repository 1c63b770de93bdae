package dev.zendo.xenstore;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Visits a subtree in path order, parents before children. Needs no recursion: a guest may nest
 * nodes more than a thousand deep.
 */
final class TreeWalk {
  /** Says whether to visit what is below the node as well. */
  interface Visitor {
    boolean visit(Path path, Node node);
  }

  private final Path path;
  private final Node node;

  TreeWalk(Path path, Node node) {
    this.path = path;
    this.node = node;
  }

  void forEach(Visitor visitor) {
    Deque<TreeWalk> open = new ArrayDeque<>();
    open.push(this);
    while (!open.isEmpty()) {
      TreeWalk next = open.pop();
      if (visitor.visit(next.path, next.node)) {
        for (int i = next.node.childCount() - 1; i >= 0; i--) {
          open.push(new TreeWalk(next.path.child(next.node.names[i]), next.node.child(i)));
        }
      }
    }
  }
}

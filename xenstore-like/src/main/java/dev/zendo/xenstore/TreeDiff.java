package dev.zendo.xenstore;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Finds what is different between two trees of one store. It costs as much as there are changed
 * nodes and siblings of changed nodes: what is the same object in both is not looked into.
 * Stateless.
 */
public final class TreeDiff {
  /** Takes the differences: parents come before their children. */
  public interface Visitor {
    /** A node is new, or its value or its permissions changed. */
    void set(Path path, Node node);

    /** A node is gone with all below it. */
    void removed(Path path);
  }

  private record Pair(Path path, Node before, Node after) {}

  private final Visitor visitor;
  private final Deque<Pair> open = new ArrayDeque<>();

  private TreeDiff(Visitor visitor) {
    this.visitor = visitor;
  }

  /** Reports what leads from one tree to the other. */
  public static void between(Node before, Node after, Visitor visitor) {
    TreeDiff diff = new TreeDiff(visitor);
    diff.compare(Path.ROOT, before, after);
    while (!diff.open.isEmpty()) {
      Pair pair = diff.open.pop();
      diff.compare(pair.path, pair.before, pair.after);
    }
  }

  /** Reports a whole tree. */
  public static void all(Node root, Visitor visitor) {
    between(null, root, visitor);
  }

  private void compare(Path path, Node before, Node after) {
    if (before == after) {
      return;
    }
    if (before == null) {
      visitor.set(path, after);
      for (int i = 0; i < after.childCount(); i++) {
        open.push(new Pair(path.child(after.names[i]), null, after.child(i)));
      }
      return;
    }
    if (before.value != after.value || !before.permissions.equals(after.permissions)) {
      visitor.set(path, after);
    }
    if (before.names == after.names) {
      for (int i = 0; i < after.childCount(); i++) {
        compareLater(path, after.names[i], before.child(i), after.child(i));
      }
    } else {
      merge(path, before, after);
    }
  }

  private void merge(Path path, Node before, Node after) {
    int b = 0;
    int a = 0;
    while (b < before.childCount() || a < after.childCount()) {
      int order =
          b == before.childCount()
              ? 1
              : a == after.childCount() ? -1 : before.names[b].compareTo(after.names[a]);
      if (order < 0) {
        visitor.removed(path.child(before.names[b++]));
      } else if (order > 0) {
        compareLater(path, after.names[a], null, after.child(a++));
      } else {
        compareLater(path, after.names[a], before.child(b++), after.child(a++));
      }
    }
  }

  private void compareLater(Path parent, String name, Node before, Node after) {
    if (before != after) {
      open.push(new Pair(parent.child(name), before, after));
    }
  }
}

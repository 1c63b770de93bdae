package dev.zendo.xenstore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * A working copy of the tree: holds a root, replaces it by changed ones, and counts by how much
 * each domain's number of nodes has changed. Knows nothing of permissions or quotas. Confined to
 * whoever holds the store's lock.
 */
final class TreeEditor {
  private final Generations generations;
  private final Map<Integer, Integer> ownedDelta = new HashMap<>(2);
  private Node root;

  TreeEditor(Node root, Generations generations) {
    this.root = root;
    this.generations = generations;
  }

  /** The source of generation numbers of one store; confined to the holder of its lock. */
  static final class Generations {
    private long last;

    long next() {
      return ++last;
    }
  }

  Node root() {
    return root;
  }

  Node find(Path path) {
    return root.find(path);
  }

  /** By how many nodes the domain owns more than in the tree this editor began with. */
  int ownedDelta(int domid) {
    return ownedDelta.getOrDefault(domid, 0);
  }

  Map<Integer, Integer> ownedDeltas() {
    return ownedDelta;
  }

  /** Sets the value of an existing node. */
  void setValue(Path path, byte[] value) {
    put(path, find(path).withValue(value, generations.next()));
  }

  /** Sets the permissions of an existing node. */
  void setPermissions(Path path, Permissions permissions) {
    Node node = find(path);
    count(node.permissions.owner(), -1);
    count(permissions.owner(), 1);
    put(path, node.withPermissions(permissions, generations.next()));
  }

  /** Adds a node below an existing parent. */
  void create(Path path, Permissions permissions, byte[] value) {
    create(path, path.depth() - 1, permissions, value);
  }

  /**
   * Adds a node and its missing ancestors, which get the same permissions and empty values.
   *
   * @param existing how many names of the path lead to existing nodes
   */
  void create(Path path, int existing, Permissions permissions, byte[] value) {
    count(permissions.owner(), path.depth() - existing);
    Node node = Node.leaf(value, permissions, generations.next());
    for (int depth = path.depth() - 1; depth > existing; depth--) {
      node =
          Node.leaf(new byte[0], permissions, 0)
              .withChild(path.name(depth), node, generations.next());
    }
    put(path.ancestor(existing + 1), node);
  }

  /** Puts a whole subtree in the place of what is there, if anything, below an existing parent. */
  void graft(Path path, Node subtree) {
    Node old = find(path);
    if (old != null) {
      countAll(old, -1);
    }
    countAll(subtree, 1);
    put(path, subtree);
  }

  /** Removes an existing node, not the root, and everything below it. */
  void remove(Path path) {
    countAll(find(path), -1);
    put(path, null);
  }

  /** Rebuilds the line of nodes from {@code path} up to the root around {@code node}. */
  private void put(Path path, Node node) {
    int depth = path.depth();
    if (depth == 0) {
      root = node;
      return;
    }
    Node[] line = new Node[depth];
    line[0] = root;
    for (int i = 1; i < depth; i++) {
      line[i] = line[i - 1].child(path.name(i - 1));
    }
    long generation = generations.next();
    Node changed =
        node == null
            ? line[depth - 1].withoutChild(path.name(), generation)
            : line[depth - 1].withChild(path.name(), node, generation);
    for (int i = depth - 2; i >= 0; i--) {
      changed = line[i].withChild(path.name(i), changed, generation);
    }
    root = changed;
  }

  private void countAll(Node subtree, int sign) {
    Deque<Node> open = new ArrayDeque<>();
    open.push(subtree);
    while (!open.isEmpty()) {
      Node node = open.pop();
      count(node.permissions.owner(), sign);
      for (int i = 0; i < node.childCount(); i++) {
        open.push(node.child(i));
      }
    }
  }

  private void count(int domid, int by) {
    ownedDelta.merge(domid, by, Integer::sum);
  }
}

package dev.zendo.xenstore;

import java.util.Arrays;
import java.util.List;

/**
 * One node of the tree: value, permissions and children sorted by name. Immutable and shared: a
 * change makes new nodes along the path to the root and keeps all others, so a reference to a root
 * is a snapshot of the whole store, and two trees hold the same subtree where they hold the same
 * object. Safe to read from any thread.
 *
 * <p>The <em>generation</em> is a number that is new whenever value, permissions or the set of
 * child names change (not when something below a child does); it is what {@code DIRECTORY_PART}
 * reports.
 */
public final class Node {
  private static final String[] NO_NAMES = {};
  private static final Node[] NO_NODES = {};
  private static final byte[] NO_VALUE = {};

  /** Never modified after construction, and never handed out without a copy outside the package. */
  final byte[] value;

  final Permissions permissions;

  /** Sorted; the same array object as long as no child is added or removed. */
  final String[] names;

  private final Node[] children;
  private final long generation;

  private Node(
      byte[] value, Permissions permissions, String[] names, Node[] children, long generation) {
    this.value = value;
    this.permissions = permissions;
    this.names = names;
    this.children = children;
    this.generation = generation;
  }

  /** A node without children. The array becomes the node's own. */
  static Node leaf(byte[] value, Permissions permissions, long generation) {
    return of(value, permissions, NO_NAMES, NO_NODES, generation);
  }

  /** A node with children, whose names are sorted. The arrays become the node's own. */
  static Node of(
      byte[] value, Permissions permissions, String[] names, Node[] children, long generation) {
    return new Node(value.length == 0 ? NO_VALUE : value, permissions, names, children, generation);
  }

  /** A copy of the value. */
  public byte[] value() {
    return value.clone();
  }

  /** The access control list. */
  public Permissions permissions() {
    return permissions;
  }

  /** The number described above: equal numbers guarantee an unchanged node. */
  public long generation() {
    return generation;
  }

  /** The names of the children in ascending order. */
  public List<String> childNames() {
    return List.of(names);
  }

  /** The number of children. */
  public int childCount() {
    return names.length;
  }

  /** The child called {@code name}, or null. */
  public Node child(String name) {
    int at = Arrays.binarySearch(names, name);
    return at < 0 ? null : children[at];
  }

  /** The child at {@code index} in name order. */
  public Node child(int index) {
    return children[index];
  }

  /** The descendant at {@code path}, seen from this node as the root, or null. */
  public Node find(Path path) {
    Node node = this;
    for (int i = 0; i < path.depth() && node != null; i++) {
      node = node.child(path.name(i));
    }
    return node;
  }

  /** How many names of {@code path} lead to existing nodes, seen from this node as the root. */
  int existingDepth(Path path) {
    Node node = this;
    for (int i = 0; i < path.depth(); i++) {
      node = node.child(path.name(i));
      if (node == null) {
        return i;
      }
    }
    return path.depth();
  }

  Node withValue(byte[] newValue, long newGeneration) {
    return new Node(
        newValue.length == 0 ? NO_VALUE : newValue, permissions, names, children, newGeneration);
  }

  Node withPermissions(Permissions newPermissions, long newGeneration) {
    return new Node(value, newPermissions, names, children, newGeneration);
  }

  /** Adds or replaces a child; only adding gives this node the new generation. */
  Node withChild(String name, Node child, long newGeneration) {
    int at = Arrays.binarySearch(names, name);
    if (at >= 0) {
      Node[] replaced = children.clone();
      replaced[at] = child;
      return new Node(value, permissions, names, replaced, generation);
    }
    int insert = -at - 1;
    String[] longerNames = new String[names.length + 1];
    Node[] longer = new Node[names.length + 1];
    System.arraycopy(names, 0, longerNames, 0, insert);
    System.arraycopy(children, 0, longer, 0, insert);
    longerNames[insert] = name;
    longer[insert] = child;
    System.arraycopy(names, insert, longerNames, insert + 1, names.length - insert);
    System.arraycopy(children, insert, longer, insert + 1, names.length - insert);
    return new Node(value, permissions, longerNames, longer, newGeneration);
  }

  /** Takes a child out; the child must exist. */
  Node withoutChild(String name, long newGeneration) {
    int at = Arrays.binarySearch(names, name);
    String[] shorterNames = new String[names.length - 1];
    Node[] shorter = new Node[names.length - 1];
    System.arraycopy(names, 0, shorterNames, 0, at);
    System.arraycopy(children, 0, shorter, 0, at);
    System.arraycopy(names, at + 1, shorterNames, at, shorter.length - at);
    System.arraycopy(children, at + 1, shorter, at, shorter.length - at);
    return new Node(value, permissions, shorterNames, shorter, newGeneration);
  }
}

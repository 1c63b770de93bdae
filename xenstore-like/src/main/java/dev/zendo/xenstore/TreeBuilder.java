package dev.zendo.xenstore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/** Makes a whole tree for {@link Store#replace}. Valid only during that call. */
public final class TreeBuilder {
  /** A node that can still be changed. */
  private static final class Draft {
    final Map<String, Draft> children = new TreeMap<>();
    byte[] value;
    Permissions permissions;

    Draft(byte[] value, Permissions permissions) {
      this.value = value;
      this.permissions = permissions;
    }
  }

  private final TreeEditor.Generations generations;
  private final Draft top = new Draft(new byte[0], Permissions.of(0, Access.NONE));

  TreeBuilder(TreeEditor.Generations generations) {
    this.generations = generations;
  }

  /** Sets the node at {@code path}, whose parent was set before. */
  public TreeBuilder set(Path path, byte[] value, Permissions permissions) {
    if (value.length > Quotas.MAX_VALUE_BYTES) {
      throw new StoreException(
          StoreError.E2BIG,
          "the value of " + path + " has more than " + Quotas.MAX_VALUE_BYTES + " bytes");
    }
    if (path.depth() == 0) {
      top.value = value.clone();
      top.permissions = permissions;
      return this;
    }
    Draft parent = parentOf(path);
    Draft node = parent.children.get(path.name());
    if (node == null) {
      parent.children.put(path.name(), new Draft(value.clone(), permissions));
    } else {
      node.value = value.clone();
      node.permissions = permissions;
    }
    return this;
  }

  /** Takes out the node at {@code path}, whose parent was set before, with all below it. */
  public TreeBuilder remove(Path path) {
    if (path.depth() > 0) {
      parentOf(path).children.remove(path.name());
    }
    return this;
  }

  private Draft parentOf(Path path) {
    Draft parent = top;
    for (int i = 0; i < path.depth() - 1; i++) {
      parent = parent.children.get(path.name(i));
      if (parent == null) {
        throw new StoreException(StoreError.ENOENT, "the parent of " + path + " does not exist");
      }
    }
    return parent;
  }

  /** A node whose children are being made. */
  private static final class Open {
    final Draft draft;
    final Iterator<Draft> rest;
    final Node[] children;
    int made;

    Open(Draft draft) {
      this.draft = draft;
      this.rest = draft.children.values().iterator();
      this.children = new Node[draft.children.size()];
    }
  }

  /** The tree. */
  public Node root() {
    Deque<Open> open = new ArrayDeque<>();
    open.push(new Open(top));
    while (true) {
      Open next = open.peek();
      if (next.rest.hasNext()) {
        open.push(new Open(next.rest.next()));
        continue;
      }
      open.pop();
      Node node = freeze(next);
      Open parent = open.peek();
      if (parent == null) {
        return node;
      }
      parent.children[parent.made++] = node;
    }
  }

  private Node freeze(Open open) {
    Draft draft = open.draft;
    return Node.of(
        draft.value,
        draft.permissions,
        draft.children.keySet().toArray(new String[0]),
        open.children,
        generations.next());
  }
}

package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A transaction: the tree as it was when it began, the tree with its own changes, what it has
 * looked at and what it has changed. Confined to the holder of the store's lock.
 *
 * <p>It conflicts when something that it looked at or wrote has changed since it began: the value,
 * permissions, child names or existence of a node. All but the permissions are noticed because the
 * object that held them is no longer the same. Changes elsewhere do not matter, not even other new
 * children of a directory in which it creates one: they are merged. A transaction that changed
 * nothing never conflicts: it has seen one consistent state.
 */
final class Transaction {
  /** What the transaction depends on at a node, apart from whether it exists. */
  static final int EXISTENCE = 0;

  static final int PERMISSIONS = 1;
  static final int VALUE = 2;
  static final int CHILD_NAMES = 4;
  static final int SUBTREE = 8;
  static final int CONTENT = PERMISSIONS | VALUE;

  /** How a changed path is to be carried over and announced. */
  private static final class Touched {
    /** Whether a request named the node, so that its watches fire. */
    boolean named;

    /** Whether it was removed in between, so that the whole subtree is the transaction's. */
    boolean removed;
  }

  private final Node base;
  private final TreeEditor tree;
  private final Map<Path, Integer> observed = new LinkedHashMap<>();
  private final Map<Path, Touched> touched = new LinkedHashMap<>();

  Transaction(Node base, TreeEditor.Generations generations) {
    this.base = base;
    this.tree = new TreeEditor(base, generations);
  }

  TreeEditor tree() {
    return tree;
  }

  /**
   * Notes that the result of an operation on {@code path} depends on it. Where the node is missing
   * it depends on the first missing name and on the permissions of the ancestor above.
   *
   * @return whether that is possible without depending on, or having changed, more than {@code
   *     limit} nodes
   */
  boolean observe(Path path, int aspects, int limit) {
    if (touched.size() >= limit) {
      return false;
    }
    int depth = base.existingDepth(path);
    if (depth == path.depth()) {
      return observeNode(path, aspects, limit);
    }
    return observeNode(path.ancestor(depth), PERMISSIONS, limit)
        && observeNode(path.ancestor(depth + 1), EXISTENCE, limit);
  }

  private boolean observeNode(Path path, int aspects, int limit) {
    Integer known = observed.get(path);
    if (known == null && observed.size() >= limit) {
      return false;
    }
    observed.put(path, known == null ? aspects : known | aspects);
    return true;
  }

  /**
   * Notes a change that was made in the transaction's tree, if any.
   *
   * @param existing how many names of its path led to nodes before: the others are new
   */
  void record(Change change, int existing) {
    if (change == null) {
      return;
    }
    Path path = change.path();
    for (int depth = existing + 1; depth < path.depth(); depth++) {
      touched.computeIfAbsent(path.ancestor(depth), key -> new Touched());
    }
    Touched touch = touched.computeIfAbsent(path, key -> new Touched());
    touch.named = true;
    touch.removed |= change.after() == null;
  }

  boolean isReadOnly() {
    return touched.isEmpty();
  }

  /** Whether something that the transaction depends on is not as it was. */
  boolean conflictsWith(Node current) {
    if (current == base) {
      return false;
    }
    for (Map.Entry<Path, Integer> entry : observed.entrySet()) {
      Node then = base.find(entry.getKey());
      Node now = current.find(entry.getKey());
      if (then != now && differ(then, now, entry.getValue())) {
        return true;
      }
    }
    return false;
  }

  private static boolean differ(Node then, Node now, int aspects) {
    if (then == null || now == null) {
      return true;
    }
    return (aspects & SUBTREE) != 0
        || (aspects & PERMISSIONS) != 0 && !then.permissions.equals(now.permissions)
        || (aspects & VALUE) != 0 && then.value != now.value
        || (aspects & CHILD_NAMES) != 0 && then.names != now.names;
  }

  /** The current tree with the changes of this transaction, which does not conflict with it. */
  TreeEditor mergeInto(Node current, TreeEditor.Generations generations) {
    if (current == base) {
      return tree;
    }
    TreeEditor merged = new TreeEditor(current, generations);
    touched.entrySet().stream()
        .sorted(Comparator.comparing(Map.Entry::getKey))
        .forEach(entry -> carryOver(entry.getKey(), entry.getValue(), merged));
    return merged;
  }

  private void carryOver(Path path, Touched how, TreeEditor merged) {
    Node mine = tree.find(path);
    Node there = merged.find(path);
    if (how.removed) {
      if (mine != null) {
        merged.graft(path, mine);
      } else if (there != null) {
        merged.remove(path);
      }
    } else if (mine == null) {
      // An ancestor was removed as well, and has been carried over before.
      return;
    } else if (there == null) {
      merged.create(path, mine.permissions, mine.value);
    } else {
      if (there.value != mine.value) {
        merged.setValue(path, mine.value);
      }
      if (!there.permissions.equals(mine.permissions)) {
        merged.setPermissions(path, mine.permissions);
      }
    }
  }

  /** What has changed between {@link #base} and {@code root}, in the order of the first request. */
  List<Change> changes(Node root) {
    List<Change> changes = new ArrayList<>(touched.size());
    for (Map.Entry<Path, Touched> entry : touched.entrySet()) {
      Path path = entry.getKey();
      Node before = base.find(path);
      Node after = root.find(path);
      if (!entry.getValue().named || before == null && after == null) {
        continue;
      }
      if (entry.getValue().removed && before != null && after != null) {
        changes.add(new Change(path, before, null));
        changes.add(new Change(path, null, after));
      } else {
        changes.add(new Change(path, before, after));
      }
    }
    return changes;
  }
}

package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.List;

/**
 * What a caller may do with a tree: the checks and effects of the single operations, the same for
 * direct use and inside a transaction. Stateless; the error names follow Xen's C daemon.
 *
 * <p>A missing node answers {@link StoreError#ENOENT} only to those who could do to the nearest
 * existing ancestor what they asked for; to others it is {@link StoreError#EACCES}, so that nobody
 * learns from the error whether a node exists.
 */
final class Rules {
  private Rules() {}

  /** The node, if it exists and allows {@code needed}. */
  static Node require(Node root, Connection caller, Path path, Access needed) {
    Node node = findAllowed(root, caller, path, needed);
    if (node == null) {
      throw StoreException.untraced(StoreError.ENOENT, path + " does not exist");
    }
    return node;
  }

  /** The node, or null when it is missing and the caller may know that. */
  private static Node findAllowed(Node root, Connection caller, Path path, Access needed) {
    Node nearest = root;
    Node node = root;
    for (int i = 0; i < path.depth(); i++) {
      node = nearest.child(path.name(i));
      if (node == null) {
        break;
      }
      nearest = node;
    }
    if (!nearest.permissions.allow(caller, needed)) {
      throw denied(caller, path, needed);
    }
    return node;
  }

  /** Writes a value, creating the node and its missing ancestors. */
  static Change write(
      TreeEditor tree, Connection caller, Path path, byte[] value, Quotas quotas, int owned) {
    checkValue(caller, path, value.length, quotas);
    Node before = findAllowed(tree.root(), caller, path, Access.WRITE);
    if (before != null) {
      tree.setValue(path, value);
    } else {
      create(tree, caller, path, value, quotas, owned);
    }
    return new Change(path, before, tree.find(path));
  }

  /** Creates a node with an empty value and its missing ancestors; null if it exists. */
  static Change makeDirectory(
      TreeEditor tree, Connection caller, Path path, Quotas quotas, int owned) {
    if (findAllowed(tree.root(), caller, path, Access.WRITE) != null) {
      return null;
    }
    create(tree, caller, path, new byte[0], quotas, owned);
    return new Change(path, null, tree.find(path));
  }

  /** Removes a node with all below it; null if there is none, but its parent exists. */
  static Change remove(TreeEditor tree, Connection caller, Path path) {
    Node before = findAllowed(tree.root(), caller, path, Access.WRITE);
    if (before == null) {
      if (tree.find(path.parent()) == null) {
        throw StoreException.untraced(
            StoreError.ENOENT, path + " does not exist, nor does its parent");
      }
      return null;
    }
    if (path.depth() == 0) {
      throw StoreException.untraced(StoreError.EINVAL, "the root cannot be removed");
    }
    tree.remove(path);
    return new Change(path, before, null);
  }

  /** Replaces the access control list. */
  static Change setPermissions(
      TreeEditor tree, Connection caller, Path path, Permissions permissions, Quotas quotas) {
    checkPermissions(caller, path, permissions, quotas);
    Node before = findAllowed(tree.root(), caller, path, Access.WRITE);
    if (before == null) {
      throw StoreException.untraced(StoreError.ENOENT, path + " does not exist");
    }
    if (!caller.isPrivileged()) {
      if (!caller.actsFor(before.permissions.owner())) {
        throw StoreException.untraced(
            StoreError.EACCES,
            caller + " does not own " + path + " and cannot set its permissions");
      }
      if (permissions.owner() != before.permissions.owner()) {
        throw StoreException.untraced(
            StoreError.EPERM, caller + " cannot give " + path + " to another domain");
      }
    }
    tree.setPermissions(path, permissions);
    return new Change(path, before, tree.find(path));
  }

  /**
   * Removes what a domain that is gone has left: the nodes that it owns, with all below them, and
   * its entries in the permissions of others. Only the former is announced.
   */
  static List<Change> forgetDomain(TreeEditor tree, int domid) {
    List<Path> orphans = new ArrayList<>();
    List<Path> listed = new ArrayList<>();
    new TreeWalk(Path.ROOT, tree.root())
        .forEach(
            (path, node) -> {
              if (node.permissions.owner() == domid && path.depth() > 0) {
                orphans.add(path);
                return false;
              }
              if (node.permissions.lists(domid)) {
                listed.add(path);
              }
              return true;
            });
    List<Change> changes = new ArrayList<>();
    for (Path path : orphans) {
      changes.add(new Change(path, tree.find(path), null));
      tree.remove(path);
    }
    for (Path path : listed) {
      tree.setPermissions(path, tree.find(path).permissions.without(domid));
    }
    return changes;
  }

  static void checkPermissions(
      Connection caller, Object what, Permissions permissions, Quotas quotas) {
    if (!caller.isPrivileged() && permissions.size() > quotas.permissionsPerNode()) {
      throw StoreException.exhausted(
          StoreError.ENOSPC, caller, "permissions", quotas.permissionsPerNode(), what);
    }
  }

  /** Checks that the domain may own {@code more} nodes beyond the {@code owned} it has. */
  static void checkNodes(Connection caller, int owned, int more, Quotas quotas) {
    if (!caller.isPrivileged() && owned + more > quotas.nodes()) {
      throw StoreException.exhausted(StoreError.ENOSPC, caller, "nodes", quotas.nodes());
    }
  }

  /** New nodes inherit the permissions of their parent; those of a guest belong to the guest. */
  private static void create(
      TreeEditor tree, Connection caller, Path path, byte[] value, Quotas quotas, int owned) {
    int existing = tree.root().existingDepth(path);
    checkNodes(caller, owned, path.depth() - existing, quotas);
    Permissions inherited = tree.find(path.ancestor(existing)).permissions;
    Permissions permissions =
        caller.isPrivileged() ? inherited : inherited.withOwner(caller.domid());
    tree.create(path, existing, permissions, value);
  }

  private static void checkValue(Connection caller, Path path, int length, Quotas quotas) {
    if (!caller.isPrivileged() && length > quotas.valueBytes()) {
      throw StoreException.exhausted(
          StoreError.ENOSPC, caller, "node-size", quotas.valueBytes(), path);
    }
    if (length > Quotas.MAX_VALUE_BYTES) {
      throw StoreException.untraced(
          StoreError.E2BIG,
          "the value of " + path + " has more than " + Quotas.MAX_VALUE_BYTES + " bytes");
    }
  }

  private static StoreException denied(Connection caller, Path path, Access needed) {
    String verb = needed.mayWrite() ? "write" : "read";
    return StoreException.untraced(StoreError.EACCES, caller + " may not " + verb + ' ' + path);
  }
}

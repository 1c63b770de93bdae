package dev.zendo.xenstore;

/** Makes nodes for {@link Store#replace}. Valid only during that call. */
public final class TreeBuilder {
  private final TreeEditor tree;

  TreeBuilder(TreeEditor.Generations generations) {
    this.tree =
        new TreeEditor(
            Node.leaf(new byte[0], Permissions.of(0, Access.NONE), generations.next()),
            generations);
  }

  /** Sets the node at {@code path}, whose parent was set before. */
  public TreeBuilder set(Path path, byte[] value, Permissions permissions) {
    if (value.length > Quotas.MAX_VALUE_BYTES) {
      throw new StoreException(
          StoreError.E2BIG,
          "the value of " + path + " has more than " + Quotas.MAX_VALUE_BYTES + " bytes");
    }
    if (path.depth() > 0 && tree.find(path.parent()) == null) {
      throw new StoreException(StoreError.ENOENT, "the parent of " + path + " does not exist");
    }
    if (tree.find(path) == null) {
      tree.create(path, permissions, value.clone());
    } else {
      tree.setValue(path, value.clone());
      tree.setPermissions(path, permissions);
    }
    return this;
  }

  /** The tree. */
  public Node root() {
    return tree.root();
  }
}

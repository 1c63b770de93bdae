package dev.zendo.dom0.xenstore;

import dev.zendo.xenstore.Node;
import dev.zendo.xenstore.Path;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreAccess;
import dev.zendo.xenstore.TreeBuilder;
import java.util.ArrayDeque;
import java.util.Deque;

/** Copies subtrees of stores, wherever those are. Stateless. */
public final class StoreCopy {
  private record Open(String there, Path here) {}

  private StoreCopy() {}

  /** A subtree as it was at one moment. */
  public static Node of(StoreConnection connection, String path) {
    Store copy = new Store();
    connection.together(store -> copy.replace(builder -> fill(builder, store, path)));
    return copy.root();
  }

  private static Node fill(TreeBuilder builder, StoreAccess store, String path) {
    Deque<Open> open = new ArrayDeque<>();
    open.push(new Open(path, Path.ROOT));
    while (!open.isEmpty()) {
      Open next = open.pop();
      builder.set(next.here, store.readBytes(next.there), store.permissions(next.there));
      String prefix = next.there.equals("/") ? "/" : next.there + "/";
      for (String name : store.list(next.there)) {
        open.push(new Open(prefix + name, next.here.child(name)));
      }
    }
    return builder.root();
  }
}

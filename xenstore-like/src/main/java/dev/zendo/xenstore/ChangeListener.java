package dev.zendo.xenstore;

import java.util.List;

/**
 * Sees every change of a store in the order in which they take effect, before any watch fires and
 * before the client that made it gets its reply. What a journal or a stream of changes is built on.
 */
@FunctionalInterface
public interface ChangeListener {
  /**
   * Called once per request that changed something, or per committed transaction, with the changes
   * in order. The store's lock is held: implementations return quickly, do not call the store and
   * do not throw.
   *
   * @param changes the changes, in order
   * @param root the tree with all of them applied
   */
  void changed(List<Change> changes, Node root);
}

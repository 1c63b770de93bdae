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

  /**
   * Called when somebody else may receive a special event. The store's lock is held.
   *
   * @param name its name, such as {@link Store#RELEASE_DOMAIN}
   * @param permissions who may receive it now
   */
  default void specialChanged(String name, Permissions permissions) {}

  /**
   * Called before a reply or an event leaves the process, with no lock of the store held: what was
   * changed until now must have been kept when this returns. It is called often and mostly has
   * nothing to do.
   *
   * @return false while changes cannot be kept
   */
  default boolean settle() {
    return true;
  }
}

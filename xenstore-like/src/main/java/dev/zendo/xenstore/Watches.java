package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watches of a store: setting and removing them, who may receive the special events, and which
 * clients have been given events since the store's lock was taken. What says so takes the lock, all
 * else is for its holder.
 */
final class Watches {
  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  private final Store store;
  private final Accounts accounts;
  private final WatchTable table = new WatchTable(this::enqueue);
  private final Map<String, Permissions> specials = new HashMap<>();
  private List<Connection> woken = new ArrayList<>();

  Watches(Store store, Accounts accounts) {
    this.store = store;
    this.accounts = accounts;
    specials.put(Store.INTRODUCE_DOMAIN, Store.DOM0_ONLY);
    specials.put(Store.RELEASE_DOMAIN, Store.DOM0_ONLY);
  }

  /** Sets a watch, whose first event is queued at once. Takes the lock. */
  void watch(Connection caller, String path, String token) {
    Watch watch = Watch.of(caller, path, token);
    store.lock();
    try {
      store.checkConnected(caller);
      int limit = store.quotas().watches();
      if (!caller.isPrivileged() && accounts.watches(caller.domid()) >= limit) {
        throw StoreException.exhausted(StoreError.E2BIG, caller, "watches", limit);
      }
      if (!caller.addWatch(watch)) {
        throw StoreException.untraced(
            StoreError.EEXIST, "a watch on " + watch.key + " with that token exists");
      }
      accounts.addWatches(caller.domid(), 1);
      table.add(watch);
      enqueue(watch, watch.ownEvent());
    } finally {
      store.unlock();
    }
  }

  /** Removes a watch together with its events that wait. Takes the lock. */
  void unwatch(Connection caller, String path, String token) {
    String key = Watch.key(caller, path);
    store.lock();
    try {
      Watch watch = caller.removeWatch(key, token);
      if (watch == null) {
        throw StoreException.untraced(
            StoreError.ENOENT, "there is no watch on " + Text.quote(key) + " with that token");
      }
      table.remove(watch);
      accounts.addWatches(caller.domid(), -1);
    } finally {
      store.unlock();
    }
  }

  /** Drops all watches and transactions of a client. Takes the lock. */
  void reset(Connection connection) {
    store.lock();
    try {
      for (Watch watch : connection.watches()) {
        table.remove(watch);
      }
      accounts.addWatches(connection.domid(), -connection.watchCount());
      accounts.addTransactions(connection.domid(), -connection.transactions().size());
      connection.clear();
    } finally {
      store.unlock();
    }
  }

  /** Says for a client who may receive a special event. Takes the lock. */
  void setSpecial(Connection caller, String name, Permissions permissions) {
    store.lock();
    try {
      Permissions current = specials.get(name);
      if (current == null) {
        throw StoreException.untraced(StoreError.ENOENT, Text.quote(name) + " is no special event");
      }
      Rules.checkPermissions(caller, name, permissions, store.quotas());
      if (!caller.isPrivileged() && !caller.actsFor(current.owner())) {
        throw StoreException.untraced(StoreError.EACCES, caller + " does not own " + name);
      }
      setSpecial(name, permissions);
    } finally {
      store.unlock();
    }
  }

  void setSpecial(String name, Permissions permissions) {
    specials.put(name, permissions);
    store.specialChanged(name, permissions);
  }

  /** Who may receive the special events. */
  Map<String, Permissions> specials() {
    return Map.copyOf(specials);
  }

  void fire(Change change, Node root) {
    table.fire(change, root);
  }

  void fireSpecial(String name) {
    table.fireSpecial(name, specials.get(name));
  }

  /** Fires all watches of some clients with their own paths. */
  void fireAll(Iterable<Connection> connections) {
    for (Connection connection : connections) {
      for (Watch watch : connection.watches()) {
        if (watch.path != null) {
          enqueue(watch, watch.ownEvent());
        }
      }
    }
  }

  private void enqueue(Watch watch, WatchEvent event) {
    Connection owner = watch.owner;
    if (!owner.enqueue(event, store.quotas().pendingEventBytes())
        && accounts.addDroppedEvent(owner.domid())) {
      LOG.warn("{} does not take its watch events: dropping {}", owner, event.path());
    }
    if (!woken.contains(owner)) {
      woken.add(owner);
    }
  }

  /** The clients for which events were queued since the last time. */
  List<Connection> takeWoken() {
    if (woken.isEmpty()) {
      return List.of();
    }
    List<Connection> taken = woken;
    woken = new ArrayList<>();
    return taken;
  }
}

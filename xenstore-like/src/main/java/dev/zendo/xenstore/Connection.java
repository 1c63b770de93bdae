package dev.zendo.xenstore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One client of a store: whom it acts for, its watches and transactions, and the queue of watch
 * events that it has not taken yet. Made by {@link Store#connect}; what it may do with it goes
 * through a {@link StoreClient} or a {@link WireConnection}.
 *
 * <p>Thread-safe. Watches and transactions are guarded by the store's lock, the event queue by its
 * own monitor, which is never held while anything else is locked.
 */
public final class Connection implements AutoCloseable {
  /** Bytes of events after which a privileged client that never reads counts as broken. */
  private static final long MAX_PRIVILEGED_BYTES = 64 << 20;

  /** What a waiting event costs besides its text, roughly. */
  private static final int EVENT_OVERHEAD = 128;

  private final Store store;
  private final int domid;
  private final boolean privileged;
  private final Path home;
  private volatile int target = -1;

  /** By their absolute paths and tokens together. */
  private final Map<String, Watch> watches = new LinkedHashMap<>();

  private final Map<Integer, Transaction> transactions = new HashMap<>();
  private int lastTransaction;
  private boolean open = true;

  private final Deque<WatchEvent> events = new ArrayDeque<>();
  private final Set<WatchEvent> queued = new HashSet<>();
  private long queuedBytes;
  private boolean overflowed;
  private volatile Runnable onEvents = () -> {};

  Connection(Store store, int domid, boolean privileged) {
    this.store = store;
    this.domid = domid;
    this.privileged = privileged;
    this.home = Path.ofDomain(domid);
  }

  /** The domain that the client acts for. */
  public int domid() {
    return domid;
  }

  /** Whether permissions and quotas do not apply to the client. */
  public boolean isPrivileged() {
    return privileged;
  }

  /** What relative paths are relative to: {@code /local/domain/<domid>}. */
  public Path home() {
    return home;
  }

  /** The path that the client means by {@code given}. */
  public Path resolve(String given) {
    return home.resolve(given);
  }

  /** The store. */
  Store store() {
    return store;
  }

  /** Whether the client has the rights of {@code domain}: its own or its target's. */
  boolean actsFor(int domain) {
    return domain == domid || domain == target;
  }

  void setTarget(int domain) {
    target = domain;
  }

  /**
   * Sets what is called when an event was queued: on the thread that made the change, with no lock
   * held, and possibly again before the events are taken. It should only wake up whoever takes
   * them.
   */
  public void onEvents(Runnable callback) {
    onEvents = callback;
    if (hasEvents()) {
      callback.run();
    }
  }

  /** The oldest event, which is taken off the queue, or null. */
  public WatchEvent pollEvent() {
    synchronized (events) {
      WatchEvent event = events.poll();
      if (event != null) {
        queued.remove(event);
        queuedBytes -= cost(event);
      }
      return event;
    }
  }

  /** Whether an event waits. */
  public boolean hasEvents() {
    synchronized (events) {
      return !events.isEmpty();
    }
  }

  /**
   * Whether a privileged client has left so many events unread that one had to be dropped. Its
   * owner should disconnect it: it can no longer know the state of what it watches.
   */
  public boolean hasOverflowed() {
    synchronized (events) {
      return overflowed;
    }
  }

  /** Drops all watches, transactions and queued events of the client. */
  @Override
  public void close() {
    store.disconnect(this);
  }

  /**
   * Queues an event unless the same one waits already. Returns false when it had to be dropped
   * because the client does not take its events.
   */
  boolean enqueue(WatchEvent event, int limit) {
    if (event.payloadLength() > MessageHeader.MAX_PAYLOAD) {
      return false;
    }
    synchronized (events) {
      if (queuedBytes + cost(event) > (privileged ? MAX_PRIVILEGED_BYTES : limit)) {
        overflowed = true;
        return false;
      }
      // Special events carry no detail, but each of them says that something else happened.
      if (!queued.add(event) && event.watch.path != null) {
        return true;
      }
      events.add(event);
      queuedBytes += cost(event);
      return true;
    }
  }

  /** Calls {@link #onEvents}; never under a lock. */
  void signal() {
    onEvents.run();
  }

  // All below: under the store's lock.

  Map<Integer, Transaction> transactions() {
    return transactions;
  }

  Transaction transaction(int id) {
    Transaction transaction = transactions.get(id);
    if (transaction == null) {
      throw StoreException.untraced(
          StoreError.ENOENT, "there is no transaction " + Integer.toUnsignedString(id));
    }
    return transaction;
  }

  boolean isOpen() {
    return open;
  }

  void markClosed() {
    open = false;
  }

  /** An id that is not 0 and not in use. */
  int newTransactionId() {
    do {
      lastTransaction++;
    } while (lastTransaction == 0 || transactions.containsKey(lastTransaction));
    return lastTransaction;
  }

  int watchCount() {
    return watches.size();
  }

  /** Paths have no NUL. A record would do, but the JVM takes 10 ms to make one that hashes. */
  private static String watchKey(String path, String token) {
    return path + '\0' + token;
  }

  /** Adds a watch; false when there is one with the same path and token. */
  boolean addWatch(Watch watch) {
    return watches.putIfAbsent(watchKey(watch.key, watch.token), watch) == null;
  }

  /** Removes a watch and its queued events; null when there is none such. */
  Watch removeWatch(String key, String token) {
    Watch watch = watches.remove(watchKey(key, token));
    // An event stands for all watches with its token: it stays as long as there is another one.
    if (watch != null && watches.values().stream().noneMatch(w -> w.token.equals(token))) {
      synchronized (events) {
        events.removeIf(event -> event.token().equals(token) && forget(event));
      }
    }
    return watch;
  }

  private boolean forget(WatchEvent event) {
    queued.remove(event);
    queuedBytes -= cost(event);
    return true;
  }

  private static int cost(WatchEvent event) {
    return event.payloadLength() + EVENT_OVERHEAD;
  }

  /** The watches, the oldest first. */
  Iterable<Watch> watches() {
    return watches.values();
  }

  void clear() {
    watches.clear();
    transactions.clear();
    synchronized (events) {
      events.clear();
      queued.clear();
      queuedBytes = 0;
    }
  }

  @Override
  public String toString() {
    return "domain " + domid;
  }
}

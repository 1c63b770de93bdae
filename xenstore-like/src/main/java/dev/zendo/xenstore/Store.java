package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key-value store that the control domain and all guests share: a tree of nodes with
 * permissions, watches, transactions and quotas, with the semantics of Xen's xenstore.
 *
 * <p>Thread-safe. The tree is immutable and published through one volatile reference: reading
 * outside a transaction takes no lock and sees one consistent state. Everything else happens under
 * one lock; a change is visible and its watch events are queued before the call returns. Callbacks
 * to connections run on the calling thread after the lock is released.
 *
 * <p>The store reads no clock, uses no randomness and starts no thread, so its state is a function
 * of the sequence of calls.
 */
public final class Store {
  /** Fires when a domain is introduced. */
  public static final String INTRODUCE_DOMAIN = "@introduceDomain";

  /** Fires when a domain is shut down, crashes, is destroyed or released. */
  public static final String RELEASE_DOMAIN = "@releaseDomain";

  private static final Logger LOG = LoggerFactory.getLogger(Store.class);
  private static final Permissions DOM0_ONLY = Permissions.of(0, Access.NONE);

  private final ReentrantLock lock = new ReentrantLock();
  private final Quotas quotas;

  /** Written under the lock, read by anybody. */
  private volatile Node root;

  private volatile DomainControl domainControl = DomainControl.NONE;

  /** Replaced, never modified: read by anybody, too. */
  private volatile List<ChangeListener> listeners = List.of();

  // All below: under the lock.
  private final TreeEditor.Generations generations = new TreeEditor.Generations();
  private final Accounts accounts = new Accounts();
  private final WatchTable watches = new WatchTable(this::enqueue);
  private final List<Connection> connections = new ArrayList<>();
  private final Map<String, Permissions> specials = new HashMap<>();
  private final Map<Integer, Integer> targets = new HashMap<>();
  private final Set<Integer> introduced = new TreeSet<>();
  private final Set<Integer> stopped = new TreeSet<>();
  private List<Connection> woken = new ArrayList<>();

  /** An empty store with Xen's default quotas. */
  public Store() {
    this(Quotas.DEFAULT);
  }

  /** An empty store: a root that only domain 0 may use. */
  public Store(Quotas quotas) {
    this.quotas = quotas;
    this.root = Node.leaf(new byte[0], DOM0_ONLY, generations.next());
    accounts.recount(root);
    specials.put(INTRODUCE_DOMAIN, DOM0_ONLY);
    specials.put(RELEASE_DOMAIN, DOM0_ONLY);
    introduced.add(0);
  }

  /** The limits for unprivileged domains. */
  public Quotas quotas() {
    return quotas;
  }

  /** The current tree: a consistent snapshot, whatever happens later. */
  public Node root() {
    return root;
  }

  // ---- clients

  /** A new client acting for a domain; privileged if that is domain 0. */
  public Connection connect(int domid) {
    return connect(domid, domid == 0);
  }

  /** A new client acting for a domain. */
  public Connection connect(int domid, boolean privileged) {
    if (domid < 0 || domid > Permissions.MAX_DOMID) {
      throw new StoreException(StoreError.EINVAL, domid + " is not a domain id");
    }
    Connection connection = new Connection(this, domid, privileged);
    lock.lock();
    try {
      connections.add(connection);
      connection.setTarget(targets.getOrDefault(domid, -1));
    } finally {
      unlock();
    }
    return connection;
  }

  /**
   * The Java client of a connection. Its watch listeners run on whatever thread made the change,
   * one at a time and in order.
   */
  public StoreClient as(Connection connection) {
    return as(connection, Runnable::run);
  }

  /** The Java client of a connection, with watch listeners run by {@code executor}. */
  public StoreClient as(Connection connection, Executor executor) {
    return new StoreClient(this, connection, executor);
  }

  /** Short for {@code as(connect(domid))}. */
  public StoreClient client(int domid) {
    return as(connect(domid));
  }

  void disconnect(Connection connection) {
    lock.lock();
    try {
      drop(connection);
    } finally {
      unlock();
    }
  }

  /** Sets what serves the domains that privileged clients introduce. */
  public void setDomainControl(DomainControl control) {
    domainControl = control;
  }

  /** Adds a listener that sees every change from now on. */
  public void addChangeListener(ChangeListener listener) {
    lock.lock();
    try {
      List<ChangeListener> longer = new ArrayList<>(listeners);
      longer.add(listener);
      listeners = List.copyOf(longer);
    } finally {
      unlock();
    }
  }

  /** Removes a listener. */
  public void removeChangeListener(ChangeListener listener) {
    lock.lock();
    try {
      listeners = listeners.stream().filter(each -> each != listener).toList();
    } finally {
      unlock();
    }
  }

  /**
   * Has all listeners keep what was changed until now. Whoever carries replies or events out of the
   * process calls this between taking them and sending them, with no lock held.
   *
   * @return false when changes cannot be kept any more: then no host program may be told that
   *     something was done
   */
  public boolean settle() {
    boolean kept = true;
    for (ChangeListener listener : listeners) {
      kept &= listener.settle();
    }
    return kept;
  }

  /** What a domain uses of its quotas. */
  public DomainUsage usage(int domid) {
    lock.lock();
    try {
      return accounts.usage(domid);
    } finally {
      unlock();
    }
  }

  /**
   * Replaces the whole content. Every watch fires once with its own path; every open transaction
   * that has written something will conflict.
   */
  public void replace(Function<TreeBuilder, Node> content) {
    lock.lock();
    try {
      Node before = root;
      root = content.apply(new TreeBuilder(generations));
      accounts.recount(root);
      notifyListeners(List.of(new Change(Path.ROOT, before, root)));
      for (Connection connection : connections) {
        for (Watch watch : connection.watches()) {
          if (watch.path != null) {
            enqueue(watch, watch.ownEvent());
          }
        }
      }
    } finally {
      unlock();
    }
  }

  // ---- operations: tx is 0 outside a transaction

  byte[] read(Connection caller, int tx, Path path) {
    return look(caller, tx, path, Transaction.CONTENT).value;
  }

  /** The node for its permissions, child names or generation, as {@code aspects} says. */
  Node look(Connection caller, int tx, Path path, int aspects) {
    if (tx == 0) {
      return Rules.require(root, caller, path, Access.READ);
    }
    lock.lock();
    try {
      Transaction transaction = observe(caller, tx, path, aspects | Transaction.PERMISSIONS);
      return Rules.require(transaction.tree().root(), caller, path, Access.READ);
    } finally {
      unlock();
    }
  }

  void write(Connection caller, int tx, Path path, byte[] value) {
    change(
        caller,
        tx,
        path,
        Transaction.CONTENT,
        tree -> Rules.write(tree, caller, path, value, quotas, owned(caller, tree)));
  }

  void makeDirectory(Connection caller, int tx, Path path) {
    change(
        caller,
        tx,
        path,
        Transaction.PERMISSIONS,
        tree -> Rules.makeDirectory(tree, caller, path, quotas, owned(caller, tree)));
  }

  void remove(Connection caller, int tx, Path path) {
    change(caller, tx, path, Transaction.SUBTREE, tree -> Rules.remove(tree, caller, path));
  }

  void setPermissions(Connection caller, int tx, Path path, Permissions permissions) {
    change(
        caller,
        tx,
        path,
        Transaction.CONTENT,
        tree -> Rules.setPermissions(tree, caller, path, permissions, quotas));
  }

  /** One of the operations of {@link Rules}; gives null if there was nothing to change. */
  private interface Operation {
    Change apply(TreeEditor tree);
  }

  private void change(Connection caller, int tx, Path path, int aspects, Operation operation) {
    lock.lock();
    try {
      if (tx != 0) {
        Transaction transaction = observe(caller, tx, path, aspects);
        int existing = transaction.tree().root().existingDepth(path);
        transaction.record(operation.apply(transaction.tree()), existing);
        return;
      }
      TreeEditor tree = new TreeEditor(root, generations);
      Change change = operation.apply(tree);
      if (change != null) {
        publish(tree, List.of(change));
      }
    } finally {
      unlock();
    }
  }

  /** Says who may receive a special event. */
  void setSpecialPermissions(Connection caller, String name, Permissions permissions) {
    lock.lock();
    try {
      Permissions current = specials.get(name);
      if (current == null) {
        throw StoreException.untraced(StoreError.EINVAL, Text.quote(name) + " is no special event");
      }
      Rules.checkPermissions(caller, name, permissions, quotas);
      if (!caller.isPrivileged() && !caller.actsFor(current.owner())) {
        throw StoreException.untraced(StoreError.EACCES, caller + " does not own " + name);
      }
      putSpecial(name, permissions);
    } finally {
      unlock();
    }
  }

  /** Who may receive the special events. */
  public Map<String, Permissions> specialPermissions() {
    lock.lock();
    try {
      return Map.copyOf(specials);
    } finally {
      unlock();
    }
  }

  /** Says who may receive a special event, as domain 0. */
  public void setSpecialPermissions(String name, Permissions permissions) {
    lock.lock();
    try {
      putSpecial(name, permissions);
    } finally {
      unlock();
    }
  }

  private void putSpecial(String name, Permissions permissions) {
    specials.put(name, permissions);
    for (ChangeListener listener : listeners) {
      listener.specialChanged(name, permissions);
    }
  }

  // ---- watches

  /** Sets a watch, whose first event is queued at once. */
  void watch(Connection caller, String path, String token) {
    Watch watch = Watch.of(caller, path, token);
    lock.lock();
    try {
      checkConnected(caller);
      int count = accounts.watches(caller.domid());
      if (!caller.isPrivileged() && count >= quotas.watches()) {
        throw StoreException.untraced(
            StoreError.E2BIG, Rules.quota(caller, "watches", quotas.watches()));
      }
      if (!caller.addWatch(watch)) {
        throw StoreException.untraced(
            StoreError.EEXIST, "a watch on " + watch.key + " with that token exists");
      }
      accounts.addWatches(caller.domid(), 1);
      watches.add(watch);
      enqueue(watch, watch.ownEvent());
    } finally {
      unlock();
    }
  }

  /** Removes a watch together with its events that wait. */
  void unwatch(Connection caller, String path, String token) {
    String key = Watch.key(caller, path);
    lock.lock();
    try {
      Watch watch = caller.removeWatch(key, token);
      if (watch == null) {
        throw StoreException.untraced(
            StoreError.ENOENT, "there is no watch on " + Text.quote(key) + " with that token");
      }
      watches.remove(watch);
      accounts.addWatches(caller.domid(), -1);
    } finally {
      unlock();
    }
  }

  /** Drops all watches and transactions of a client. */
  void resetWatches(Connection caller) {
    lock.lock();
    try {
      reset(caller);
    } finally {
      unlock();
    }
  }

  // ---- transactions

  /** Begins a transaction. */
  int begin(Connection caller) {
    lock.lock();
    try {
      checkConnected(caller);
      if (!caller.isPrivileged()
          && accounts.transactions(caller.domid()) >= quotas.transactions()) {
        throw StoreException.untraced(
            StoreError.ENOSPC, Rules.quota(caller, "transactions", quotas.transactions()));
      }
      int id = caller.newTransactionId();
      caller.transactions().put(id, new Transaction(root, generations));
      accounts.addTransactions(caller.domid(), 1);
      return id;
    } finally {
      unlock();
    }
  }

  /** Fails with {@link StoreError#ENOENT} unless the caller has the transaction, or it is 0. */
  void checkTransaction(Connection caller, int tx) {
    if (tx != 0) {
      lock.lock();
      try {
        caller.transaction(tx);
      } finally {
        unlock();
      }
    }
  }

  /** Ends a transaction, which is gone afterwards in any case. */
  void end(Connection caller, int tx, boolean commit) {
    lock.lock();
    try {
      Transaction transaction = caller.transaction(tx);
      caller.transactions().remove(tx);
      accounts.addTransactions(caller.domid(), -1);
      if (!commit || transaction.isReadOnly()) {
        return;
      }
      if (transaction.conflictsWith(root)) {
        throw StoreException.untraced(
            StoreError.EAGAIN, "what the transaction used was changed meanwhile");
      }
      TreeEditor merged = transaction.mergeInto(root, generations);
      int more = merged.ownedDelta(caller.domid());
      if (more > 0) {
        Rules.checkNodes(caller, accounts.nodes(caller.domid()), more, quotas);
      }
      publish(merged, transaction.changes(merged.root()));
    } finally {
      unlock();
    }
  }

  // ---- domains

  /** Serves a domain from now on and fires {@code @introduceDomain} if that is new. */
  void introduce(int domid, long gfn, int port) {
    if (domid <= 0 || domid > Permissions.MAX_DOMID || port <= 0) {
      throw StoreException.untraced(
          StoreError.EINVAL, "no domain " + domid + " with port " + port + " can be introduced");
    }
    domainControl.introduce(domid, gfn, port);
    lock.lock();
    try {
      stopped.remove(domid);
      if (introduced.add(domid)) {
        watches.fireSpecial(INTRODUCE_DOMAIN, specials.get(INTRODUCE_DOMAIN));
      }
    } finally {
      unlock();
    }
  }

  /** Stops serving a domain and {@linkplain #forgetDomain forgets} it. */
  void release(int domid) {
    checkIntroduced(domid);
    domainControl.release(domid);
    forgetDomain(domid);
  }

  /**
   * Forgets everything that belongs to a domain that is gone, whether it was introduced or not, and
   * fires {@code @releaseDomain}: closes its connections, and removes its target, the nodes that it
   * owns with all below them, and its entries in other nodes' permissions.
   */
  public void forgetDomain(int domid) {
    if (domid == 0) {
      throw new StoreException(StoreError.EINVAL, "domain 0 cannot be forgotten");
    }
    lock.lock();
    try {
      introduced.remove(domid);
      stopped.remove(domid);
      targets.remove(domid);
      for (Connection connection : List.copyOf(connections)) {
        if (connection.domid() == domid) {
          drop(connection);
        }
      }
      forgetNodes(domid);
      watches.fireSpecial(RELEASE_DOMAIN, specials.get(RELEASE_DOMAIN));
    } finally {
      unlock();
    }
  }

  /**
   * Tells the store that a domain has shut down or crashed: fires {@code @releaseDomain} once until
   * the domain is resumed or introduced again.
   */
  public void domainStopped(int domid) {
    lock.lock();
    try {
      if (stopped.add(domid)) {
        watches.fireSpecial(RELEASE_DOMAIN, specials.get(RELEASE_DOMAIN));
      }
    } finally {
      unlock();
    }
  }

  /** Makes the next {@link #domainStopped} of the domain count again. */
  void resume(int domid) {
    checkIntroduced(domid);
    lock.lock();
    try {
      stopped.remove(domid);
    } finally {
      unlock();
    }
  }

  /** Gives a domain the rights of another one besides its own. */
  void setTarget(int domid, int target) {
    checkIntroduced(domid);
    checkIntroduced(target);
    lock.lock();
    try {
      targets.put(domid, target);
      for (Connection connection : connections) {
        if (connection.domid() == domid) {
          connection.setTarget(target);
        }
      }
    } finally {
      unlock();
    }
  }

  /** Whether a domain is being served; domain 0 always is. */
  public boolean isIntroduced(int domid) {
    lock.lock();
    try {
      return introduced.contains(domid);
    } finally {
      unlock();
    }
  }

  private void checkIntroduced(int domid) {
    if (!isIntroduced(domid)) {
      throw StoreException.untraced(StoreError.ENOENT, "domain " + domid + " is not introduced");
    }
  }

  private void forgetNodes(int domid) {
    TreeEditor tree = new TreeEditor(root, generations);
    List<Change> changes = Rules.forgetDomain(tree, domid);
    publish(tree, changes);
    accounts.forget(domid);
  }

  // ---- inside, under the lock

  private int owned(Connection caller, TreeEditor tree) {
    return accounts.nodes(caller.domid()) + tree.ownedDelta(caller.domid());
  }

  private Transaction observe(Connection caller, int tx, Path path, int aspects) {
    Transaction transaction = caller.transaction(tx);
    int limit = caller.isPrivileged() ? Integer.MAX_VALUE : quotas.transactionNodes();
    if (!transaction.observe(path, aspects, limit)) {
      throw StoreException.untraced(
          StoreError.ENOSPC, Rules.quota(caller, "transactionNodes", limit));
    }
    return transaction;
  }

  private void publish(TreeEditor tree, List<Change> changes) {
    root = tree.root();
    accounts.addNodes(tree.ownedDeltas());
    notifyListeners(changes);
    for (Change change : changes) {
      watches.fire(change, tree.root());
    }
  }

  private void notifyListeners(List<Change> changes) {
    for (ChangeListener listener : listeners) {
      listener.changed(changes, root);
    }
  }

  private void enqueue(Watch watch, WatchEvent event) {
    Connection owner = watch.owner;
    if (!owner.enqueue(event, quotas.pendingEventBytes())
        && accounts.addDroppedEvent(owner.domid())) {
      LOG.warn("{} does not take its watch events: dropping {}", owner, event.path());
    }
    if (!woken.contains(owner)) {
      woken.add(owner);
    }
  }

  private void checkConnected(Connection caller) {
    if (!caller.isOpen()) {
      throw StoreException.untraced(StoreError.EIO, caller + " is disconnected");
    }
  }

  private void reset(Connection connection) {
    for (Watch watch : connection.watches()) {
      watches.remove(watch);
    }
    accounts.addWatches(connection.domid(), -connection.watchCount());
    accounts.addTransactions(connection.domid(), -connection.transactions().size());
    connection.clear();
  }

  private void drop(Connection connection) {
    if (connections.remove(connection)) {
      reset(connection);
      connection.markClosed();
    }
  }

  /** Releases the lock, then tells the clients for which events were queued. */
  private void unlock() {
    List<Connection> wake = woken;
    if (wake.isEmpty() || lock.getHoldCount() > 1) {
      lock.unlock();
      return;
    }
    woken = new ArrayList<>();
    lock.unlock();
    Signals.send(wake);
  }
}

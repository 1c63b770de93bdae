package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

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

  static final Permissions DOM0_ONLY = Permissions.of(0, Access.NONE);

  private final ReentrantLock lock = new ReentrantLock();
  private final Domains domains = new Domains(this);
  private volatile Quotas quotas;

  /** Written under the lock, read by anybody. */
  private volatile Node root;

  /** Replaced, never modified: read by anybody, too. */
  private volatile List<ChangeListener> listeners = List.of();

  // All below: under the lock.
  private final TreeEditor.Generations generations = new TreeEditor.Generations();
  private final Accounts accounts = new Accounts();
  private final Watches watches = new Watches(this, accounts);
  private final Transactions transactions = new Transactions(this, accounts);
  private final List<Connection> connections = new ArrayList<>();

  /** An empty store with Xen's default quotas. */
  public Store() {
    this(Quotas.DEFAULT);
  }

  /** An empty store: a root that only domain 0 may use. */
  public Store(Quotas quotas) {
    this.quotas = quotas;
    this.root = Node.leaf(new byte[0], DOM0_ONLY, generations.next());
    accounts.recount(root);
  }

  /** The limits for unprivileged domains. */
  public Quotas quotas() {
    return quotas;
  }

  /**
   * Changes the limits for unprivileged domains. What is used already stays; the number of
   * outstanding requests only changes for clients that connect later.
   */
  public void setQuotas(Quotas quotas) {
    this.quotas = quotas;
  }

  /** The domains that are served. */
  public Domains domains() {
    return domains;
  }

  /** The watches. */
  Watches watches() {
    return watches;
  }

  /** The transactions. */
  Transactions transactions() {
    return transactions;
  }

  /** The source of generation numbers. Under the lock. */
  TreeEditor.Generations generations() {
    return generations;
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
      connection.setTarget(domains.target(domid));
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
   * @return false while changes cannot be kept: then no host program may be told that something was
   *     done
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

  /** What all domains use of their quotas, in the order of their ids. */
  public List<DomainUsage> usage() {
    lock.lock();
    try {
      return accounts.usage();
    } finally {
      unlock();
    }
  }

  /** Counts all nodes anew; gives a line for each domain whose account is wrong. */
  List<String> recount() {
    lock.lock();
    try {
      return accounts.check(root);
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
      watches.fireAll(connections);
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

  // ---- special events

  /** Who may receive the special events. */
  public Map<String, Permissions> specialPermissions() {
    lock.lock();
    try {
      return watches.specials();
    } finally {
      unlock();
    }
  }

  /** Says who may receive a special event. */
  public void setSpecialPermissions(String name, Permissions permissions) {
    lock.lock();
    try {
      watches.setSpecial(name, permissions);
    } finally {
      unlock();
    }
  }

  // ---- inside, under the lock

  private int owned(Connection caller, TreeEditor tree) {
    return accounts.nodes(caller.domid()) + tree.ownedDelta(caller.domid());
  }

  private Transaction observe(Connection caller, int tx, Path path, int aspects) {
    Transaction transaction = caller.transaction(tx);
    int limit = caller.isPrivileged() ? Integer.MAX_VALUE : quotas.transactionNodes();
    if (!transaction.observe(path, aspects, limit)) {
      throw StoreException.exhausted(StoreError.ENOSPC, caller, "transaction-nodes", limit);
    }
    return transaction;
  }

  /** Makes a changed tree the current one and tells everybody. */
  void publish(TreeEditor tree, List<Change> changes) {
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

  /** Tells the listeners. */
  void specialChanged(String name, Permissions permissions) {
    for (ChangeListener listener : listeners) {
      listener.specialChanged(name, permissions);
    }
  }

  /** The clients. */
  List<Connection> connections() {
    return connections;
  }

  /** Closes the connections of a domain that is gone, and removes what it owns. */
  void dropDomain(int domid) {
    for (Connection connection : List.copyOf(connections)) {
      if (connection.domid() == domid) {
        drop(connection);
      }
    }
    TreeEditor tree = new TreeEditor(root, generations);
    List<Change> changes = Rules.forgetDomain(tree, domid);
    publish(tree, changes);
    accounts.forget(domid);
  }

  void checkConnected(Connection caller) {
    if (!caller.isOpen()) {
      throw StoreException.untraced(StoreError.EIO, caller + " is disconnected");
    }
  }

  private void drop(Connection connection) {
    if (connections.remove(connection)) {
      watches.reset(connection);
      connection.markClosed();
    }
  }

  // ---- the lock

  void lock() {
    lock.lock();
  }

  /** Releases the lock, then tells the clients for which events were queued. */
  void unlock() {
    if (lock.getHoldCount() > 1) {
      lock.unlock();
      return;
    }
    List<Connection> wake = watches.takeWoken();
    lock.unlock();
    if (!wake.isEmpty()) {
      Signals.send(wake);
    }
  }
}

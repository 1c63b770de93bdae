package dev.zendo.xenstore;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store for Java code, in the same process: what a toolstack or a device backend uses. It
 * passes the same permission checks and quotas as a guest of the same domain id.
 *
 * <pre>{@code
 * try (StoreClient xs = store.client(0)) {
 *   xs.write("/local/domain/1/name", "web", Permissions.parse("n0", "r1"));
 *   xs.watch("/local/domain/1/device", path -> rescan());
 *   xs.transact(tx -> tx.write("counter", increment(tx.read("counter"))));
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class StoreClient implements StoreAccess, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreClient.class);

  private final Store store;
  private final Connection connection;
  private final Executor executor;
  private final Map<String, WatchListener> listeners = new ConcurrentHashMap<>();
  private final AtomicLong lastToken = new AtomicLong();

  /** Signals that have come and are not served yet; whoever raises it from 0 delivers. */
  private final AtomicInteger signals = new AtomicInteger();

  StoreClient(Store store, Connection connection, Executor executor) {
    this.store = store;
    this.connection = connection;
    this.executor = executor;
    connection.onEvents(this::signalled);
  }

  /** The domain that this client acts for. */
  public int domid() {
    return connection.domid();
  }

  /** The store that this client uses. */
  public Store store() {
    return store;
  }

  @Override
  public byte[] readBytes(String path) {
    return readBytes(0, path);
  }

  @Override
  public void write(String path, byte[] value) {
    write(0, path, value);
  }

  @Override
  public void mkdir(String path) {
    mkdir(0, path);
  }

  @Override
  public void rm(String path) {
    rm(0, path);
  }

  @Override
  public List<String> list(String path) {
    return list(0, path);
  }

  @Override
  public Permissions permissions(String path) {
    return permissions(0, path);
  }

  @Override
  public void chmod(String path, Permissions permissions) {
    chmod(0, path, permissions);
  }

  /**
   * The generation of a node ({@link Node#generation}): another one after any change of it, also
   * when it was removed and made again.
   */
  public long generation(String path) {
    return generation(0, path);
  }

  // ---- watches

  /** A watch that can be taken back. */
  public final class Subscription implements AutoCloseable {
    private final String path;
    private final String token;

    private Subscription(String path, String token) {
      this.path = path;
      this.token = token;
    }

    /** Ends the watch. A call of the listener that is under way is not waited for. */
    @Override
    public void close() {
      if (listeners.remove(token) != null) {
        try {
          store.watches().unwatch(connection, path, token);
        } catch (StoreException e) {
          // The connection has been closed or reset, and the watch with it.
          LOG.debug("watch {} was gone already", path, e);
        }
      }
    }
  }

  /**
   * Watches a node and all below it, or a special event ({@link Store#INTRODUCE_DOMAIN}, {@link
   * Store#RELEASE_DOMAIN}). The listener is called once at the beginning.
   */
  public Subscription watch(String path, WatchListener listener) {
    String token = "j" + lastToken.incrementAndGet();
    listeners.put(token, listener);
    try {
      store.watches().watch(connection, path, token);
    } catch (StoreException e) {
      listeners.remove(token);
      throw e.traced();
    }
    return new Subscription(path, token);
  }

  private void signalled() {
    if (signals.getAndIncrement() == 0) {
      executor.execute(this::deliver);
    }
  }

  private void deliver() {
    int seen;
    do {
      seen = signals.get();
      for (WatchEvent event = connection.pollEvent();
          event != null;
          event = connection.pollEvent()) {
        deliver(event);
      }
    } while (signals.addAndGet(-seen) != 0);
  }

  private void deliver(WatchEvent event) {
    WatchListener listener = listeners.get(event.token());
    if (listener != null) {
      try {
        listener.changed(event.path());
      } catch (RuntimeException | Error e) {
        LOG.error("the listener for {} failed", event.path(), e);
      }
    }
  }

  // ---- transactions

  /** Begins a transaction. */
  public StoreTransaction begin() {
    return new StoreTransaction(this, traced(() -> store.transactions().begin(connection)));
  }

  /**
   * Runs {@code work} in a transaction and commits, again from the beginning as often as there is a
   * conflict. When {@code work} throws, the transaction is discarded.
   */
  public <T> T inTransaction(Function<StoreTransaction, T> work) {
    while (true) {
      try (StoreTransaction transaction = begin()) {
        T result = work.apply(transaction);
        transaction.commit();
        return result;
      } catch (StoreException e) {
        if (e.error() != StoreError.EAGAIN) {
          throw e;
        }
      }
    }
  }

  /** {@link #inTransaction} without a result. */
  public void transact(Consumer<StoreTransaction> work) {
    inTransaction(
        transaction -> {
          work.accept(transaction);
          return null;
        });
  }

  // ---- domains

  /** Serves a domain over its ring page and event channel; privileged clients only. */
  public void introduce(int domid, long gfn, int port) {
    checkPrivileged();
    run(() -> store.domains().introduce(domid, gfn, port));
  }

  /** Stops serving a domain and forgets it; privileged clients only. */
  public void release(int domid) {
    checkPrivileged();
    run(() -> store.domains().release(domid));
  }

  /** Makes the next end of the domain count again; privileged clients only. */
  public void resume(int domid) {
    checkPrivileged();
    run(() -> store.domains().resume(domid));
  }

  /** Gives a domain the rights of another one as well; privileged clients only. */
  public void setTarget(int domid, int target) {
    checkPrivileged();
    run(() -> store.domains().setTarget(domid, target));
  }

  private void checkPrivileged() {
    if (!connection.isPrivileged()) {
      throw new StoreException(StoreError.EACCES, connection + " is not privileged");
    }
  }

  /** Ends all watches and transactions of the client. */
  @Override
  public void close() {
    listeners.clear();
    connection.close();
  }

  // ---- with a transaction id

  byte[] readBytes(int tx, String path) {
    return traced(() -> store.read(connection, tx, connection.resolve(path)).clone());
  }

  void write(int tx, String path, byte[] value) {
    change(tx, () -> store.write(connection, tx, connection.resolve(path), value.clone()));
  }

  void mkdir(int tx, String path) {
    change(tx, () -> store.makeDirectory(connection, tx, connection.resolve(path)));
  }

  void rm(int tx, String path) {
    change(tx, () -> store.remove(connection, tx, connection.resolve(path)));
  }

  List<String> list(int tx, String path) {
    return look(tx, path, Transaction.CHILD_NAMES).childNames();
  }

  Permissions permissions(int tx, String path) {
    return look(tx, path, Transaction.PERMISSIONS).permissions();
  }

  long generation(int tx, String path) {
    return look(tx, path, Transaction.CONTENT | Transaction.CHILD_NAMES).generation();
  }

  private Node look(int tx, String path, int aspects) {
    return traced(() -> store.look(connection, tx, connection.resolve(path), aspects));
  }

  void chmod(int tx, String path, Permissions permissions) {
    if (path.startsWith("@")) {
      change(0, () -> store.watches().setSpecial(connection, path, permissions));
    } else {
      change(tx, () -> store.setPermissions(connection, tx, connection.resolve(path), permissions));
    }
  }

  void end(int tx, boolean commit) {
    change(0, () -> store.transactions().end(connection, tx, commit));
  }

  /** Gives a refusal the stack trace of the caller, which the store leaves out for speed. */
  private static <T> T traced(Supplier<T> operation) {
    try {
      return operation.get();
    } catch (StoreException e) {
      throw e.traced();
    }
  }

  /** Makes a change, which is kept when this returns, if it can be and is in no transaction. */
  private void change(int tx, Runnable operation) {
    run(operation);
    if (tx == 0) {
      store.settle();
    }
  }

  private static void run(Runnable operation) {
    try {
      operation.run();
    } catch (StoreException e) {
      throw e.traced();
    }
  }
}

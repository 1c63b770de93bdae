package dev.zendo.dom0.xenstore;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.BuiltDomain;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.xenstore.DomainControl;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.SocketServer;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreClient;
import dev.zendo.xenstore.StoreError;
import dev.zendo.xenstore.StoreException;
import dev.zendo.xenstore.journal.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The store of a machine, served to its guests and to programs of the host. Thread-safe. */
public final class StoreService implements AutoCloseable {
  /** What is there for the sake of domains alone. */
  private static final List<String> OF_DOMAINS = List.of("/local/domain", "/vm", "/libxl");

  private final Store store = new Store();
  private final StoreClient client = store.client(0);
  private final Map<Integer, GuestRing> rings = new ConcurrentHashMap<>();
  private final List<SocketServer> sockets = new ArrayList<>();
  private Journal journal;

  /** A store with what xl expects of a fresh machine. */
  public StoreService(ControlDomain control) {
    store
        .domains()
        .setControl(
            new DomainControl() {
              @Override
              public void introduce(int domid, long gfn, int port) {
                release(domid);
                try {
                  rings.put(domid, new GuestRing(control, store, domid, port));
                } catch (HypercallFailure e) {
                  throw new StoreException(StoreError.EINVAL, e.getMessage());
                }
              }

              @Override
              public void release(int domid) {
                GuestRing ring = rings.remove(domid);
                if (ring != null) {
                  ring.close();
                }
              }
            });
    writeBasics();
  }

  private void writeBasics() {
    Permissions tools = Permissions.parse("n0");
    client.write("/local/domain/0/name", ControlDomain.NAME, tools);
    client.write("/local/domain/0/domid", "0", tools);
    client.write("/local/pool/0/name", "Pool-0", tools);
    client.write("/tool/xenstored", "zendo", tools);
  }

  /** The store itself. */
  public Store store() {
    return store;
  }

  /** The control domain's access to it. */
  public StoreClient client() {
    return client;
  }

  /** Writes the keys of a domain that is built, and serves it from now on. */
  public void introduce(DomainSpec spec, BuiltDomain domain) {
    client.transact(transaction -> new DomainKeys(transaction, spec, domain).write());
    client.introduce(domain.id(), domain.storeFrame(), domain.storePort());
  }

  /** Gives a domain another name. */
  public void rename(int domain, String name) {
    client.transact(transaction -> DomainKeys.rename(transaction, domain, name));
  }

  /** Tells watchers that a domain has shut down. */
  public void stopped(int domain) {
    store.domains().stopped(domain);
  }

  /** Stops serving a domain and removes its keys. */
  public void release(int domain) {
    if (store.domains().isIntroduced(domain)) {
      client.release(domain);
    }
    client.transact(transaction -> DomainKeys.remove(transaction, domain));
  }

  /** Serves the store at a Unix socket until {@link #close}. */
  public synchronized void listen(Path socket) {
    sockets.add(server(store, socket));
  }

  static SocketServer server(Store store, Path socket) {
    try {
      return SocketServer.start(store, socket.toAbsolutePath());
    } catch (IOException e) {
      throw new ToolException(
          socket + ": cannot serve the store there (" + e.getMessage() + "); use another path", e);
    }
  }

  /**
   * Keeps the store in a folder from now on, and restores what was kept there, except for what
   * belonged to domains: there are none yet. To be called before there are guests.
   */
  public synchronized void keep(Path folder, Journal.Mode mode) {
    journal = journal(store, folder, mode);
    client.transact(
        transaction -> {
          for (String path : OF_DOMAINS) {
            if (transaction.exists(path)) {
              transaction.rm(path);
            }
          }
        });
    writeBasics();
  }

  static Journal journal(Store store, Path folder, Journal.Mode mode) {
    try {
      return Journal.open(store, folder, mode);
    } catch (IOException e) {
      throw new ToolException(folder + ": cannot keep the store (" + IoReason.of(e) + ")", e);
    }
  }

  @Override
  public synchronized void close() {
    for (SocketServer socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        // The file is gone already.
      }
    }
    for (GuestRing ring : rings.values()) {
      ring.close();
    }
    rings.clear();
    client.close();
    if (journal != null) {
      try {
        journal.close();
      } catch (IOException e) {
        // What clients were told has been written.
      }
      journal = null;
    }
  }
}

package dev.zendo.dom0.xenstore;

import dev.zendo.dom0.ToolException;
import dev.zendo.xenstore.SocketServer;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreException;
import dev.zendo.xenstore.StoreJson;
import dev.zendo.xenstore.journal.Journal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A store of its own at a Unix socket, without guests. Thread-safe. */
public final class StoreDaemon implements AutoCloseable {
  private final Store store = new Store();
  private Journal journal;
  private SocketServer server;

  /** Fills the store from JSON, in place of what is in it. */
  public void load(Path json) {
    try (InputStream in = Files.newInputStream(json)) {
      StoreJson.restore(store, in);
    } catch (IOException | StoreException e) {
      throw new ToolException(json + ": not a saved store (" + e.getMessage() + ")", e);
    }
  }

  /** Restores the store from a folder, if it was kept there before, and keeps it there. */
  public synchronized void keep(Path folder, Journal.Mode mode) {
    journal = StoreService.journal(store, folder, mode);
  }

  /** Begins to serve. */
  public synchronized void listen(Path socket) {
    server = StoreService.server(store, socket);
  }

  @Override
  public synchronized void close() throws IOException {
    if (server != null) {
      server.close();
    }
    if (journal != null) {
      journal.close();
    }
  }
}

package dev.zendo.xenstore.journal;

import dev.zendo.xenstore.Change;
import dev.zendo.xenstore.ChangeListener;
import dev.zendo.xenstore.Node;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.TreeDiff;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a store holds in a folder, so that nothing that a client was told is lost when the
 * process ends at any moment: changes are written before a reply or an event leaves ({@link
 * Store#settle}), all that wait at a time in one piece.
 *
 * <p>Watches, transactions and introduced domains belong to the process and are not kept.
 *
 * <p>Thread-safe. When the folder cannot be written any more, that is logged once; the store goes
 * on for the guests of this process, and host programs get no replies any more.
 */
public final class Journal implements ChangeListener, AutoCloseable {
  /** When changes count as kept. */
  public enum Mode {
    /** The kernel has them: they survive the end of the process, however it comes. */
    WRITE,
    /** The disk has them: they survive a loss of power, too. */
    SYNC
  }

  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** The log begins anew when it is larger than this, and more than twice the snapshot. */
  private static final long LOG_BYTES = 4 << 20;

  private final Store store;
  private final JournalFolder folder;
  private final boolean sync;
  private final long logBytes;

  // Guarded by this: what the store has told and nobody has written yet.
  private final Records pending = new Records();
  private Node latest;
  private Map<String, Permissions> specials;
  private volatile long told;

  /** Guards writing to the folder. */
  private final Object writing = new Object();

  private volatile long written;
  private volatile boolean failed;

  private Journal(Store store, JournalFolder folder, Mode mode, long logBytes) {
    this.store = store;
    this.folder = folder;
    this.sync = mode == Mode.SYNC;
    this.logBytes = logBytes;
  }

  /**
   * Restores a store from a folder, if there is something in it, and keeps it there from now on.
   *
   * @throws IOException in one line, when the folder is used by another process, cannot be written,
   *     or holds damaged files
   */
  public static Journal open(Store store, Path folder, Mode mode) throws IOException {
    return open(store, folder, mode, LOG_BYTES);
  }

  static Journal open(Store store, Path folder, Mode mode, long logBytes) throws IOException {
    JournalFolder files = JournalFolder.open(folder);
    try {
      files.restore(store);
      Journal journal = new Journal(store, files, mode, logBytes);
      journal.latest = store.root();
      journal.specials = store.specialPermissions();
      if (files.isNew()) {
        files.begin(journal.latest, journal.specials);
      }
      store.addChangeListener(journal);
      return journal;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  @Override
  public synchronized void changed(List<Change> changes, Node root) {
    if (!failed) {
      TreeDiff.between(latest, root, pending);
      latest = root;
      told++;
    }
  }

  @Override
  public synchronized void specialChanged(String name, Permissions permissions) {
    if (!failed) {
      pending.special(name, permissions);
      specials = store.specialPermissions();
      told++;
    }
  }

  @Override
  public boolean settle() {
    long wanted = told;
    if (written < wanted) {
      synchronized (writing) {
        if (written < wanted && !failed) {
          write();
        }
      }
    }
    return !failed;
  }

  private void write() {
    byte[] batch;
    long upTo;
    Node tree;
    Map<String, Permissions> events;
    synchronized (this) {
      batch = pending.take();
      upTo = told;
      tree = latest;
      events = specials;
    }
    try {
      if (batch.length > 0) {
        folder.append(batch, sync);
      }
      if (folder.logSize() > Math.max(logBytes, 2 * folder.snapshotSize())) {
        folder.begin(tree, events);
      }
      written = upTo;
    } catch (IOException e) {
      failed = true;
      LOG.error(
          "{} cannot be written ({}): changes of the store are not kept any more",
          folder,
          e.getMessage());
    }
  }

  /** Writes what waits and lets go of the folder. */
  @Override
  public void close() throws IOException {
    store.removeChangeListener(this);
    settle();
    folder.close();
  }
}

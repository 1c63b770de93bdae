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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a store holds in a folder, so that nothing that a client was told is lost when the
 * process ends at any moment: changes are written before a reply or an event leaves ({@link
 * Store#settle}), all that wait at a time in one piece.
 *
 * <p>Watches, transactions and introduced domains belong to the process and are not kept.
 *
 * <p>Thread-safe. While the folder cannot be written, because the disk is full for example, the
 * store goes on for the guests of this process and host programs get no replies; that is logged
 * once. As long as somebody asks, it is tried again every second, with all that the store holds.
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

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Store store;
  private final JournalFolder folder;
  private final boolean sync;
  private final long logBytes;
  private final LongSupplier nanos;

  // Guarded by this: what the store has told and nobody has written yet.
  private final Records pending = new Records();
  private Node latest;
  private Map<String, Permissions> specials;
  private volatile long told;

  /** Whether what is pending is all that the folder lacks. Guarded by this. */
  private boolean recording = true;

  /** Guards writing to the folder. */
  private final Object writing = new Object();

  private volatile long written;
  private volatile boolean failed;
  private volatile long failedAt;

  private Journal(Store store, JournalFolder folder, Mode mode, long logBytes, LongSupplier nanos) {
    this.nanos = nanos;
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
    return open(store, folder, mode, LOG_BYTES, System::nanoTime);
  }

  static Journal open(Store store, Path folder, Mode mode, long logBytes, LongSupplier nanos)
      throws IOException {
    JournalFolder files = JournalFolder.open(folder);
    try {
      files.restore(store);
      Journal journal = new Journal(store, files, mode, logBytes, nanos);
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
    if (recording) {
      TreeDiff.between(latest, root, pending);
    }
    latest = root;
    told++;
  }

  @Override
  public synchronized void specialChanged(String name, Permissions permissions) {
    if (recording) {
      pending.special(name, permissions);
    }
    specials = store.specialPermissions();
    told++;
  }

  @Override
  public boolean settle() {
    long wanted = told;
    if (written < wanted || failed) {
      synchronized (writing) {
        if (failed) {
          retry();
        } else if (written < wanted) {
          write();
        }
      }
    }
    return !failed;
  }

  /** Begins the folder anew with all that there is, unless that failed a moment ago. */
  private void retry() {
    if (nanos.getAsLong() - failedAt < RETRY_NANOS) {
      return;
    }
    long upTo;
    Node tree;
    Map<String, Permissions> events;
    synchronized (this) {
      recording = true;
      upTo = told;
      tree = latest;
      events = specials;
    }
    try {
      folder.begin(tree, events);
      written = upTo;
      failed = false;
      LOG.info("{} can be written again: the store is kept", folder);
    } catch (IOException e) {
      LOG.debug("{} still cannot be written", folder, e);
      fail();
    }
  }

  private void fail() {
    synchronized (this) {
      recording = false;
      pending.take();
    }
    failedAt = nanos.getAsLong();
    failed = true;
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
      fail();
      LOG.error(
          "{} cannot be written ({}): changes of the store are not kept until it can",
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

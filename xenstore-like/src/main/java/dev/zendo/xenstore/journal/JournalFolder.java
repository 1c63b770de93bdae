package dev.zendo.xenstore.journal;

import dev.zendo.xenstore.Node;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreException;
import dev.zendo.xenstore.TreeBuilder;
import dev.zendo.xenstore.TreeDiff;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a {@link Journal}. One process at a time; not thread-safe. */
final class JournalFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalFolder.class);
  private static final String SNAPSHOT = "snapshot-";
  private static final String LOG_FILE = "log-";
  private static final String UNFINISHED = ".new";

  /** Bytes of a frame of a snapshot, about. */
  private static final int FRAME = 64 << 10;

  private final Path path;
  private final FileChannel lock;
  private long number;
  private JournalFile log;
  private long snapshotSize;

  private JournalFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  static JournalFolder open(Path path) throws IOException {
    Files.createDirectories(path);
    FileChannel lock =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw new IOException(path + " is used by another process");
      }
    } catch (OverlappingFileLockException e) {
      lock.close();
      throw new IOException(path + " is used already", e);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
    return new JournalFolder(path, lock);
  }

  private Path file(String kind, long which) {
    return path.resolve(kind + which);
  }

  /** Whether nothing was in the folder. */
  boolean isNew() {
    return number == 0;
  }

  long logSize() {
    return log.size();
  }

  long snapshotSize() {
    return snapshotSize;
  }

  /** Collects what the files say. */
  private static final class Restored implements Records.Target {
    private final TreeBuilder tree;
    private final Map<String, Permissions> specials = new HashMap<>();
    private boolean complete;

    Restored(TreeBuilder tree) {
      this.tree = tree;
    }

    @Override
    public void set(dev.zendo.xenstore.Path node, byte[] value, Permissions permissions) {
      tree.set(node, value, permissions);
    }

    @Override
    public void removed(dev.zendo.xenstore.Path node) {
      tree.remove(node);
    }

    @Override
    public void special(String name, Permissions permissions) {
      specials.put(name, permissions);
    }

    @Override
    public void end() {
      complete = true;
    }
  }

  /** Puts what the folder holds into a store, and goes on behind it. */
  void restore(Store store) throws IOException {
    OptionalLong last = last();
    if (last.isEmpty()) {
      return;
    }
    number = last.getAsLong();
    IOException[] failure = new IOException[1];
    Map<String, Permissions> specials = new HashMap<>();
    try {
      store.replace(
          tree -> {
            Restored restored = new Restored(tree);
            try {
              read(restored);
            } catch (IOException e) {
              failure[0] = e;
              throw new StoreException(dev.zendo.xenstore.StoreError.EIO, e.getMessage());
            }
            specials.putAll(restored.specials);
            return tree.root();
          });
    } catch (StoreException e) {
      throw failure[0] == null ? new IOException(path + ": " + e.getMessage(), e) : failure[0];
    }
    specials.forEach(store::setSpecialPermissions);
  }

  private void read(Restored restored) throws IOException {
    Path snapshot = file(SNAPSHOT, number);
    snapshotSize = Files.size(snapshot);
    int whole = JournalFile.read(snapshot, payload -> Records.read(payload, restored));
    if (!restored.complete || whole != snapshotSize) {
      throw new IOException(snapshot + " is damaged at byte " + whole + "; restore the file");
    }
    Path changes = file(LOG_FILE, number);
    int kept = 0;
    if (Files.exists(changes)) {
      kept = JournalFile.read(changes, payload -> Records.read(payload, restored));
      long size = Files.size(changes);
      if (kept < size) {
        LOG.info("{}: dropping {} bytes of an unfinished change", changes, size - kept);
      }
    }
    log = new JournalFile(changes, kept);
    removeOthers();
  }

  private OptionalLong last() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches(SNAPSHOT + "[0-9]{1,18}"))
          .mapToLong(name -> Long.parseLong(name.substring(SNAPSHOT.length())))
          .max();
    }
  }

  /** Removes what was replaced by the current files, or never finished. */
  private void removeOthers() throws IOException {
    List<Path> others = new ArrayList<>();
    try (Stream<Path> files = Files.list(path)) {
      files.filter(file -> isOld(file.getFileName().toString())).forEach(others::add);
    }
    for (Path other : others) {
      Files.delete(other);
    }
  }

  private boolean isOld(String name) {
    return (name.startsWith(SNAPSHOT) || name.startsWith(LOG_FILE))
        && !name.equals(SNAPSHOT + number)
        && !name.equals(LOG_FILE + number);
  }

  /** Adds changes to the log, all or none of which will be restored. */
  void append(byte[] changes, boolean sync) throws IOException {
    log.append(changes);
    if (sync) {
      log.sync();
    }
  }

  /** Begins with a whole tree and an empty log, in place of those before. */
  void begin(Node tree, Map<String, Permissions> specials) throws IOException {
    Path unfinished = path.resolve(SNAPSHOT + (number + 1) + UNFINISHED);
    try (JournalFile snapshot = new JournalFile(unfinished, 0)) {
      write(tree, specials, snapshot);
      snapshot.sync();
      snapshotSize = snapshot.size();
    }
    Files.move(unfinished, file(SNAPSHOT, number + 1), StandardCopyOption.ATOMIC_MOVE);
    number++;
    if (log != null) {
      log.close();
    }
    log = new JournalFile(file(LOG_FILE, number), 0);
    try (FileChannel names = FileChannel.open(path, StandardOpenOption.READ)) {
      names.force(true);
    }
    removeOthers();
  }

  private static void write(Node tree, Map<String, Permissions> specials, JournalFile snapshot)
      throws IOException {
    Records records = new Records();
    specials.forEach(records::special);
    List<byte[]> frames = new ArrayList<>();
    TreeDiff.all(
        tree,
        new TreeDiff.Visitor() {
          @Override
          public void set(dev.zendo.xenstore.Path node, Node content) {
            records.set(node, content);
            if (records.size() >= FRAME) {
              frames.add(records.take());
            }
          }

          @Override
          public void removed(dev.zendo.xenstore.Path node) {
            throw new IllegalStateException("a tree from nothing loses no nodes");
          }
        });
    records.end();
    frames.add(records.take());
    for (byte[] frame : frames) {
      snapshot.append(frame);
    }
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      if (log != null) {
        log.close();
      }
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}

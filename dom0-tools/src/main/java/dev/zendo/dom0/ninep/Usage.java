package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a share holds, and that it stays below its {@link Limits}: what would exceed them is refused
 * with {@link Errno#ENOSPC} before anything is changed. Without limits nothing is counted.
 *
 * <p>A name counts as one file, whatever it stands for. A regular file counts with its length,
 * holes included, rounded up to {@link #BLOCK}, once for all its names; extended attributes count
 * with their names and values. A file that is removed while the guest has it open counts until it
 * is closed. The share is looked through when a guest attaches to it; what the host changes later
 * is not noticed. One thread at a time.
 */
final class Usage {
  /** Unit of lengths in bytes. */
  static final int BLOCK = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(Usage.class);

  private final SharedTree tree;
  private final String path;
  private final Limits limits;
  private final Map<Long, Integer> open = new HashMap<>();
  private boolean counted;
  private long bytes;
  private long files;

  Usage(SharedTree tree, String path, Limits limits) {
    this.tree = tree;
    this.path = path;
    this.limits = limits;
  }

  /** Whether anything is counted. */
  boolean limited() {
    return limits.limited();
  }

  /** Bytes that may still come, as far as this knows. */
  long freeBytes() {
    return Math.max(0, limits.bytes() - bytes);
  }

  /** Names that may still come. */
  long freeFiles() {
    return Math.max(0, limits.files() - files);
  }

  Limits limits() {
    return limits;
  }

  private static long rounded(long length) {
    return (Math.max(0, length) + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** Looks through the share, once, before anything is changed. */
  void count() {
    if (counted || !limited()) {
      return;
    }
    counted = true;
    Set<Long> seen = new HashSet<>();
    Deque<FilePath> directories = new ArrayDeque<>();
    count(FilePath.ROOT, seen, directories);
    while (!directories.isEmpty()) {
      FilePath directory = directories.pop();
      for (String name : names(directory)) {
        files++;
        try {
          count(directory.child(name), seen, directories);
        } catch (HostError e) {
          LOG.debug("the path of {} in {} is too long", name, path);
        }
      }
    }
  }

  /** What cannot be looked at counts as a name alone. */
  private void count(FilePath found, Set<Long> seen, Deque<FilePath> directories) {
    try (HostFile file = tree.locate(found)) {
      FileStatus status = file.status();
      if (status.isDirectory()) {
        directories.push(found);
      }
      if (status.isDirectory() || seen.add(status.qid().path())) {
        bytes += cost(file, status);
      }
    } catch (HostError e) {
      LOG.debug("cannot look at {} in {}", found, path, e);
    }
  }

  private List<String> names(FilePath directory) {
    List<String> names = new ArrayList<>();
    try (HostFile file = tree.openDirectory(directory);
        OpenDirectory listing = new OpenDirectory(file, false)) {
      for (var entry = listing.next(); entry != null; entry = listing.next()) {
        if (!".".equals(entry.name()) && !"..".equals(entry.name())) {
          names.add(entry.name());
        }
      }
    } catch (HostError e) {
      LOG.debug("cannot list a directory of {}", path, e);
    }
    return names;
  }

  private static long cost(HostFile file, FileStatus status) throws HostError {
    if (status.isRegular()) {
      return rounded(status.size()) + ExtendedAttributes.size(file);
    }
    return status.isDirectory() ? ExtendedAttributes.size(file) : 0;
  }

  private HostError full(String what, long most) {
    if (limits.told().compareAndSet(false, true)) {
      LOG.warn("the share {} is full: its limit is {} {}; more is refused", path, most, what);
    }
    return new HostError(Errno.ENOSPC);
  }

  /** Refuses one name too many. */
  void checkName() throws HostError {
    if (limited() && freeFiles() < 1) {
      throw full("files", limits.files());
    }
  }

  /** There is one more name. */
  void named() {
    if (limited()) {
      files++;
    }
  }

  /** Refuses to let a file grow too much. */
  void checkLength(HostFile file, long length) throws HostError {
    if (limited()) {
      // Lengths beyond what can be rounded are beyond all limits.
      long wanted = length > Long.MAX_VALUE - BLOCK ? Long.MAX_VALUE : rounded(length);
      checkBytes(wanted - rounded(file.status().size()));
    }
  }

  /** Refuses bytes too many. */
  void checkBytes(long more) throws HostError {
    if (limited() && more > 0 && more > freeBytes()) {
      throw full("bytes", limits.bytes());
    }
  }

  /** There are so many more bytes, or fewer. */
  void grown(long more) {
    bytes += more;
  }

  /** A file whose length was {@code before} may have another one now. */
  void resized(HostFile file, long before) throws HostError {
    if (limited()) {
      bytes += rounded(file.status().size()) - rounded(before);
    }
  }

  /** A name of the file is gone; the file, too, if it was the last one. */
  void removed(HostFile file) throws HostError {
    if (limited()) {
      files--;
      FileStatus status = file.status();
      if (status.isDirectory() || status.links() == 0 && !open.containsKey(status.qid().path())) {
        bytes -= cost(file, status);
      }
    }
  }

  /** The guest has opened a regular file. */
  HostFile opened(HostFile file) throws HostError {
    if (limited()) {
      open.merge(file.status().qid().path(), 1, Integer::sum);
      file.beforeClose(this::closing);
    }
    return file;
  }

  private void closing(HostFile file) {
    try {
      FileStatus status = file.status();
      Integer left = open.merge(status.qid().path(), -1, Integer::sum);
      if (left == 0) {
        open.remove(status.qid().path());
        if (status.links() == 0) {
          bytes -= cost(file, status);
        }
      }
    } catch (HostError e) {
      LOG.debug("cannot look at a file of {}", path, e);
    }
  }
}

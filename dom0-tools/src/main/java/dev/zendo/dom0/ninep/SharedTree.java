package dev.zendo.dom0.ninep;

import com.sun.jna.Memory;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.io.NinePValues;
import java.nio.charset.StandardCharsets;

/**
 * The host's directory that a guest may use, and nothing else of the host.
 *
 * <p>Every path is walked from the directory's own descriptor, name by name, and no step follows a
 * symbolic link, so neither links nor renames that happen meanwhile lead out. What is opened is
 * looked at first, without opening it ({@code O_PATH}), and then opened as exactly what was looked
 * at: devices, pipes and sockets never are. One thread at a time.
 */
final class SharedTree implements AutoCloseable {
  /** Permission bits that a guest can set: no set-user-id for files that the host can execute. */
  private static final int MODE_BITS = 0777;

  private static final int STEP = LibC.O_PATH | LibC.O_NOFOLLOW | LibC.O_CLOEXEC;
  private static final int OPEN = LibC.O_NONBLOCK | LibC.O_NOCTTY | LibC.O_CLOEXEC;
  private static final int LINK_MAX = 4096;

  private final HostFile root;
  private final boolean readOnly;
  private final Usage usage;

  /** Opens the directory without limits. */
  SharedTree(String path, boolean readOnly) throws HostError {
    this(path, readOnly, Limits.NONE);
  }

  /** Opens the directory; links on the way to it are the host's own and are followed. */
  SharedTree(String path, boolean readOnly, Limits limits) throws HostError {
    byte[] name = (path + '\0').getBytes(StandardCharsets.UTF_8);
    int flags = LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC;
    this.root = new HostFile(LibC.openat(LibC.AT_FDCWD, name, flags, 0));
    this.readOnly = readOnly;
    this.usage = new Usage(this, path, limits);
  }

  /** Looks at what is there, which can take a while, if that is limited. */
  void prepare() {
    usage.count();
  }

  /** The file of a path, without opening it. */
  HostFile locate(FilePath path) throws HostError {
    HostFile here = step(root, ".");
    for (String name : path.names()) {
      HostFile next;
      try (HostFile above = here) {
        next = step(above, name);
      }
      here = next;
    }
    return here;
  }

  /** One step down from a directory. */
  HostFile step(HostFile directory, String name) throws HostError {
    return new HostFile(LibC.openat(directory.descriptor(), FilePath.bytes(name), STEP, 0));
  }

  /** Opens a regular file. Only access mode, truncation and appending are taken from the flags. */
  HostFile open(FilePath path, int flags) throws HostError {
    int taken = NinePValues.OPEN_ACCESS_MASK | NinePValues.OPEN_TRUNCATE | NinePValues.OPEN_APPEND;
    int wanted = flags & taken;
    if (wanted != LibC.O_RDONLY) {
      checkChange();
    }
    try (HostFile file = locate(path)) {
      if (!file.status().isRegular()) {
        throw new HostError(Errno.EPERM);
      }
      return open(file, wanted);
    }
  }

  private HostFile open(HostFile located, int flags) throws HostError {
    final long before = located.status().size();
    boolean append = (flags & NinePValues.OPEN_APPEND) != 0;
    HostFile file = opened(LibC.openat(LibC.AT_FDCWD, located.itself(), flags | OPEN, 0), append);
    if ((flags & NinePValues.OPEN_TRUNCATE) != 0) {
      usage.resized(file, before);
    }
    return file;
  }

  /** Counts a regular file among the open ones. */
  private HostFile opened(int descriptor, boolean append) throws HostError {
    HostFile file = new HostFile(descriptor, append);
    try {
      return usage.opened(file);
    } catch (HostError e) {
      file.close();
      throw e;
    }
  }

  /** Opens a directory to be listed. */
  HostFile openDirectory(FilePath path) throws HostError {
    try (HostFile file = locate(path)) {
      int flags = LibC.O_RDONLY | LibC.O_DIRECTORY | OPEN;
      return new HostFile(LibC.openat(file.descriptor(), FilePath.bytes("."), flags, 0));
    }
  }

  /** Creates a regular file, or opens the one that is there unless the flags exclude that. */
  HostFile create(FilePath path, int flags, int mode) throws HostError {
    checkChange();
    usage.checkName();
    int kept = flags & (NinePValues.OPEN_ACCESS_MASK | NinePValues.OPEN_APPEND);
    int creating = kept | OPEN | LibC.O_CREAT | LibC.O_EXCL | LibC.O_NOFOLLOW;
    try (HostFile directory = locate(path.parent())) {
      byte[] name = FilePath.bytes(path.name());
      int made = LibC.openat(directory.descriptor(), name, creating, mode & MODE_BITS);
      HostFile file = opened(made, (kept & NinePValues.OPEN_APPEND) != 0);
      usage.named();
      return file;
    } catch (HostError e) {
      if (e.errno() != Errno.EEXIST || (flags & NinePValues.OPEN_EXCLUSIVE) != 0) {
        throw e;
      }
      return open(path, flags);
    }
  }

  void makeDirectory(FilePath path, int mode) throws HostError {
    checkChange();
    usage.checkName();
    try (HostFile above = locate(path.parent())) {
      byte[] name = FilePath.bytes(path.name());
      LibC.check(LibC.mkdirat(above.descriptor(), name, mode & MODE_BITS));
      usage.named();
    }
  }

  /** Makes a symbolic link, which only the guest's kernel follows. */
  void makeLink(FilePath path, String target) throws HostError {
    checkChange();
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw new HostError(Errno.EINVAL);
    }
    if (target.length() >= LINK_MAX) {
      throw new HostError(Errno.ENAMETOOLONG);
    }
    usage.checkName();
    try (HostFile above = locate(path.parent())) {
      byte[] name = FilePath.bytes(path.name());
      LibC.check(LibC.symlinkat(FilePath.bytes(target), above.descriptor(), name));
      usage.named();
    }
  }

  void remove(FilePath path, boolean directory) throws HostError {
    checkChange();
    checkNotRoot(path);
    try (HostFile above = locate(path.parent());
        HostFile file = step(above, path.name())) {
      int flags = directory ? LibC.AT_REMOVEDIR : 0;
      LibC.check(LibC.unlinkat(above.descriptor(), FilePath.bytes(path.name()), flags));
      usage.removed(file);
    }
  }

  void rename(FilePath from, FilePath to) throws HostError {
    checkChange();
    checkNotRoot(from);
    checkNotRoot(to);
    try (HostFile source = locate(from.parent());
        HostFile target = locate(to.parent());
        HostFile replaced = replaced(source, from.name(), target, to.name())) {
      LibC.check(
          LibC.renameat(
              source.descriptor(),
              FilePath.bytes(from.name()),
              target.descriptor(),
              FilePath.bytes(to.name())));
      if (replaced != null) {
        usage.removed(replaced);
      }
    }
  }

  /** What a rename will do away with, as far as that is counted; null if there is no such file. */
  private HostFile replaced(HostFile source, String from, HostFile target, String to)
      throws HostError {
    if (!usage.limited()) {
      return null;
    }
    HostFile there;
    try {
      there = step(target, to);
    } catch (HostError e) {
      return null;
    }
    try (HostFile moving = step(source, from)) {
      if (moving.status().qid().path() != there.status().qid().path()) {
        return there;
      }
    } catch (HostError e) {
      there.close();
      throw e;
    }
    there.close(); // a rename from one name of a file to another changes nothing
    return null;
  }

  /** Gives a regular file one more name. */
  void link(FilePath existing, FilePath added) throws HostError {
    checkChange();
    usage.checkName();
    try (HostFile file = locate(existing);
        HostFile directory = locate(added.parent())) {
      if (!file.status().isRegular()) {
        throw new HostError(Errno.EPERM);
      }
      LibC.check(
          LibC.linkat(
              LibC.AT_FDCWD,
              file.itself(),
              directory.descriptor(),
              FilePath.bytes(added.name()),
              LibC.AT_SYMLINK_FOLLOW));
      usage.named();
    }
  }

  /** Where a symbolic link leads, for the guest to follow in its own tree. */
  String readLink(FilePath path) throws HostError {
    byte[] target = new byte[LINK_MAX];
    try (HostFile link = locate(path)) {
      if (!link.status().isLink()) {
        throw new HostError(Errno.EINVAL);
      }
      long length = LibC.readlinkat(link.descriptor(), new byte[1], target, target.length);
      return new String(target, 0, LibC.check(length), StandardCharsets.ISO_8859_1);
    }
  }

  /** Changes the length of a regular file. */
  void truncate(HostFile file, long size) throws HostError {
    checkChange();
    if (!file.status().isRegular()) {
      throw new HostError(Errno.EINVAL);
    }
    final long before = file.status().size();
    usage.checkLength(file, size);
    LibC.check(LibC.truncate(file.itself(), size));
    usage.resized(file, before);
  }

  /** Writes to an open file; how much of it was written. */
  int write(HostFile file, Memory bytes, int count, long offset) throws HostError {
    if (!usage.limited() || offset < 0) {
      return LibC.check(LibC.pwrite(file.descriptor(), bytes, count, offset));
    }
    final long before = file.status().size();
    long start = file.appends() ? before : offset;
    long end = start > Long.MAX_VALUE - count ? Long.MAX_VALUE : start + count;
    if (end > before && count > 0) {
      usage.checkLength(file, end);
    }
    int written = LibC.check(LibC.pwrite(file.descriptor(), bytes, count, offset));
    usage.resized(file, before);
    return written;
  }

  /** Sets or removes an extended attribute. */
  void setAttribute(FilePath path, AttributeValue attribute) throws HostError {
    checkChange();
    try (HostFile file = locate(path)) {
      String name = attribute.name();
      ExtendedAttributes.check(file, name);
      long before = ExtendedAttributes.size(file, name);
      usage.checkBytes(name.length() + attribute.value().length - before);
      ExtendedAttributes.set(file, name, attribute.value(), attribute.flags());
      usage.grown(ExtendedAttributes.size(file, name) - before);
    }
  }

  /** What statfs says. */
  Room room(FilePath path) throws HostError {
    try (HostFile file = locate(path)) {
      Room room = Room.of(file);
      return usage.limited() ? room.within(usage) : room;
    }
  }

  /** Changes the permissions of a file or directory. */
  void changeMode(HostFile file, int mode) throws HostError {
    checkChange();
    FileStatus status = file.status();
    if (!status.isRegular() && !status.isDirectory()) {
      throw new HostError(Errno.EOPNOTSUPP);
    }
    LibC.check(LibC.chmod(file.itself(), mode & MODE_BITS));
  }

  /**
   * Sets the times of access and modification.
   *
   * @param times two of {@code struct timespec}
   */
  void changeTimes(HostFile file, Memory times) throws HostError {
    checkChange();
    FileStatus status = file.status();
    if (!status.isRegular() && !status.isDirectory()) {
      throw new HostError(Errno.EOPNOTSUPP);
    }
    LibC.check(LibC.utimensat(LibC.AT_FDCWD, file.itself(), times, 0));
  }

  /** Refuses what changes something, if this share is read-only. */
  void checkChange() throws HostError {
    if (readOnly) {
      throw new HostError(Errno.EROFS);
    }
  }

  private static void checkNotRoot(FilePath path) throws HostError {
    if (path.isRoot()) {
      throw new HostError(Errno.EBUSY);
    }
  }

  @Override
  public void close() {
    root.close();
  }
}

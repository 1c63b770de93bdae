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

  /** Opens the directory; links on the way to it are the host's own and are followed. */
  SharedTree(String path, boolean readOnly) throws HostError {
    byte[] name = (path + '\0').getBytes(StandardCharsets.UTF_8);
    int flags = LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC;
    this.root = new HostFile(LibC.openat(LibC.AT_FDCWD, name, flags, 0));
    this.readOnly = readOnly;
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
      return new HostFile(LibC.openat(LibC.AT_FDCWD, file.itself(), wanted | OPEN, 0));
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
    int kept = flags & (NinePValues.OPEN_ACCESS_MASK | NinePValues.OPEN_APPEND);
    int creating = kept | OPEN | LibC.O_CREAT | LibC.O_EXCL | LibC.O_NOFOLLOW;
    try (HostFile directory = locate(path.parent())) {
      byte[] name = FilePath.bytes(path.name());
      return new HostFile(LibC.openat(directory.descriptor(), name, creating, mode & MODE_BITS));
    } catch (HostError e) {
      if (e.errno() != Errno.EEXIST || (flags & NinePValues.OPEN_EXCLUSIVE) != 0) {
        throw e;
      }
      return open(path, flags);
    }
  }

  void makeDirectory(FilePath path, int mode) throws HostError {
    checkChange();
    try (HostFile above = locate(path.parent())) {
      byte[] name = FilePath.bytes(path.name());
      LibC.check(LibC.mkdirat(above.descriptor(), name, mode & MODE_BITS));
    }
  }

  void remove(FilePath path, boolean directory) throws HostError {
    checkChange();
    checkNotRoot(path);
    try (HostFile above = locate(path.parent())) {
      int flags = directory ? LibC.AT_REMOVEDIR : 0;
      LibC.check(LibC.unlinkat(above.descriptor(), FilePath.bytes(path.name()), flags));
    }
  }

  void rename(FilePath from, FilePath to) throws HostError {
    checkChange();
    checkNotRoot(from);
    checkNotRoot(to);
    try (HostFile source = locate(from.parent());
        HostFile target = locate(to.parent())) {
      LibC.check(
          LibC.renameat(
              source.descriptor(),
              FilePath.bytes(from.name()),
              target.descriptor(),
              FilePath.bytes(to.name())));
    }
  }

  /** Gives a regular file one more name. */
  void link(FilePath existing, FilePath added) throws HostError {
    checkChange();
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
    }
  }

  /** Where a symbolic link leads, for the guest to follow in its own tree. */
  String readLink(FilePath path) throws HostError {
    byte[] target = new byte[LINK_MAX];
    try (HostFile link = locate(path)) {
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
    LibC.check(LibC.truncate(file.itself(), size));
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

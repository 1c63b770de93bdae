package dev.zendo.dom0.daemon;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/**
 * The folder of a daemon: its socket, its log, the store, consoles' logs and what is known of its
 * domains. Only its owner can open it.
 */
public final class StateFolder {
  private final Path folder;

  private StateFolder(Path folder) {
    this.folder = folder;
  }

  /** The folder of that name. */
  public static StateFolder of(Path folder) {
    return new StateFolder(folder.toAbsolutePath().normalize());
  }

  /**
   * Where it is when nobody says: {@code $ZENDO_STATE}, else {@code zendo} in {@code
   * $XDG_STATE_HOME}, else in {@code ~/.local/state}.
   */
  public static StateFolder usual() {
    String own = System.getenv("ZENDO_STATE");
    if (own != null && !own.isEmpty()) {
      return of(Path.of(own));
    }
    String state = System.getenv("XDG_STATE_HOME");
    Path base =
        state == null || state.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(state);
    return of(base.resolve("zendo"));
  }

  /** The folder itself. */
  public Path path() {
    return folder;
  }

  /** Where the daemon is asked. */
  public Path socket() {
    return folder.resolve("daemon.sock");
  }

  /** Where it takes domains from other daemons. */
  public Path migrationSocket() {
    return folder.resolve("migrate.sock");
  }

  /** Who it is to other daemons: a key and its certificate. */
  public Path identity() {
    return folder.resolve("identity.p12");
  }

  /** The fingerprints of the daemons that it knows, one a line, and a name behind each. */
  public Path peers() {
    return folder.resolve("peers");
  }

  /** What it says. */
  public Path log() {
    return folder.resolve("daemon.log");
  }

  Path store() {
    return folder.resolve("store");
  }

  /** Where Xen's programs find the store: {@code XENSTORED_PATH}. */
  public Path storeSocket() {
    return folder.resolve("store.sock");
  }

  /** The log of a console; names have no slash. */
  Path consoleLog(String name) {
    return folder.resolve("console").resolve("guest-" + name + ".log");
  }

  /** Where kernels are kept that come from guests' disks, as long as their domains are there. */
  Path boot() {
    return folder.resolve("boot");
  }

  /** Removes the kernels that a daemon left which was killed. */
  void clearBoot() {
    try (Stream<Path> files = Files.list(boot())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new ToolException(boot() + ": cannot be cleared (" + IoReason.of(e) + ")", e);
    }
  }

  /** Where the memory of crashed domains is kept. */
  Path dumps() {
    return folder.resolve("dump");
  }

  /** Where the disks of snapshots and clones are. */
  Path snapshots() {
    return folder.resolve("snapshots");
  }

  Path domains() {
    return folder.resolve("domains");
  }

  /**
   * Makes it, if it is not there.
   *
   * @throws ToolException when it cannot be
   */
  public void make() {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.createDirectories(domains());
      Files.createDirectories(folder.resolve("console"));
      Files.createDirectories(boot());
    } catch (IOException e) {
      throw new ToolException(
          folder
              + ": cannot be made ("
              + IoReason.of(e)
              + "); name another folder with --state or ZENDO_STATE",
          e);
    }
  }

  /**
   * Takes it for this process, until the lock is released or the process ends.
   *
   * @throws ToolException when another process has it
   */
  FileLock lock() {
    try {
      // Closed with the lock, or by the end of the process.
      FileChannel file =
          FileChannel.open(
              pidFile(),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = tryLock(file);
      if (lock == null) {
        // Not closed: if it is this process that has the lock, that would release it.
        throw taken(file);
      }
      file.truncate(0);
      file.write(
          ByteBuffer.wrap(
              (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
      return lock;
    } catch (IOException e) {
      throw new ToolException(folder + ": cannot be locked (" + IoReason.of(e) + ")", e);
    }
  }

  /** Whether another process has it. */
  public boolean isTaken() {
    try (FileChannel file = FileChannel.open(pidFile(), StandardOpenOption.WRITE)) {
      return tryLock(file) == null;
    } catch (IOException e) {
      return false;
    }
  }

  private Path pidFile() {
    return folder.resolve("daemon.pid");
  }

  private static FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private ToolException taken(FileChannel file) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    file.read(pid, 0);
    return new ToolException(
        folder
            + ": a daemon (process "
            + new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip()
            + ") has it; use that one, stop it with zl daemon --stop, or name another folder with"
            + " --state");
  }
}

package dev.zendo.dom0.dump;

import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Puts a dump into a file, all or nothing: an older one of that name stays until the new one is
 * whole. Only the owner may read it, for it holds whatever the guest holds.
 */
public final class CoreFile {
  private CoreFile() {}

  /**
   * Writes a file.
   *
   * @throws ToolException one line that says why it cannot be; nothing is left then
   */
  public static void write(Dump dump, Path file) {
    boolean special = Files.exists(file) && !Files.isRegularFile(file);
    Path target = special ? file : file.resolveSibling(file.getFileName() + ".part");
    try {
      try (FileChannel out = open(target, special)) {
        dump.write(out);
      }
      if (!special) {
        Files.move(
            target, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new ToolException(file + ": cannot be written (" + reason(e) + ")", e);
    } finally {
      remove(target, special);
    }
  }

  private static FileChannel open(Path target, boolean special) throws IOException {
    if (special) {
      return FileChannel.open(target, StandardOpenOption.WRITE);
    }
    Files.deleteIfExists(target);
    return FileChannel.open(
        target,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static String reason(IOException e) {
    if (e instanceof java.nio.file.NoSuchFileException) {
      return "there is no such folder";
    }
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason == null ? e.toString() : reason;
  }

  private static void remove(Path target, boolean special) {
    try {
      if (!special) {
        Files.deleteIfExists(target);
      }
    } catch (IOException e) {
      // The error before it says more.
    }
  }
}

package dev.zendo.dom0.dump;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.WholeFile;
import java.io.IOException;
import java.nio.file.Path;

/** Puts a dump into a file, all or nothing. */
public final class CoreFile {
  private CoreFile() {}

  /**
   * Writes a file that only its owner may read, for it holds whatever the guest holds.
   *
   * @throws ToolException one line that says why it cannot be; nothing is left then
   */
  public static void write(Dump dump, Path file) {
    try (WholeFile whole = WholeFile.ofOwner(file)) {
      write(dump, whole);
    }
  }

  private static void write(Dump dump, WholeFile file) {
    try {
      dump.write(file.channel());
      file.commit();
    } catch (IOException e) {
      throw file.refused(e);
    }
  }
}

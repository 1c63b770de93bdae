package dev.zendo.dom0;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Writes a file all or nothing: beside its place at first, and there when it is whole; an older one
 * of that name stays until then. What is no regular file, such as {@code /dev/stdout}, is written
 * as it is, and never replaced. Not thread-safe.
 */
public final class WholeFile implements AutoCloseable {
  private static final FileAttribute<?> OWNER_ALONE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path named;
  private final Path place;
  private final Path part;
  private final boolean special;
  private final FileChannel channel;

  /** What goes into a file. */
  public interface Contents {
    /** Writes all of it. */
    void write(OutputStream out) throws IOException;
  }

  private WholeFile(Path named, FileAttribute<?>... attributes) {
    this.named = named;
    try {
      place = Files.exists(named) ? named.toRealPath() : named;
      special = Files.exists(place) && !Files.isRegularFile(place);
      part = special ? place : place.resolveSibling(place.getFileName() + ".part");
      channel = open(attributes);
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private FileChannel open(FileAttribute<?>... attributes) throws IOException {
    if (special) {
      return FileChannel.open(place, StandardOpenOption.WRITE);
    }
    Files.deleteIfExists(part);
    return FileChannel.open(
        part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes);
  }

  /**
   * Begins a file like any other.
   *
   * @throws ToolException when it cannot be written
   */
  public static WholeFile of(Path file) {
    return new WholeFile(file);
  }

  /**
   * Begins a file that only its owner can read, since it holds whatever a guest holds.
   *
   * @throws ToolException when it cannot be written
   */
  public static WholeFile ofOwner(Path file) {
    return new WholeFile(file, OWNER_ALONE);
  }

  /**
   * Writes one at once.
   *
   * @throws ToolException when it cannot be written; nothing is left then
   */
  public static void write(Path file, Contents contents) {
    try (WholeFile whole = of(file)) {
      contents.write(Channels.newOutputStream(whole.channel));
      whole.commit();
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  /** Where it is written. */
  public FileChannel channel() {
    return channel;
  }

  /** Waits until it is on the disk. */
  public void force() throws IOException {
    if (!special) {
      channel.force(true);
    }
  }

  /**
   * Puts it in its place.
   *
   * @throws ToolException when that fails
   */
  public void commit() {
    try {
      channel.close();
      if (!special) {
        Files.move(
            part, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /** What a failure is to be told as. */
  public ToolException refused(IOException e) {
    return refused(named, e);
  }

  private static ToolException refused(Path file, IOException e) {
    return new ToolException(file + ": cannot be written (" + IoReason.of(e) + ")", e);
  }

  /** Leaves nothing behind unless it was completed. */
  @Override
  public void close() {
    try {
      channel.close();
      if (!special) {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      // What went wrong before it says more; the next attempt removes what is left.
    }
  }
}

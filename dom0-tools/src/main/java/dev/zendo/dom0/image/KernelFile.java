package dev.zendo.dom0.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/**
 * A kernel in a file, which can be read again as long as nobody changes or replaces it. Immutable.
 */
final class KernelFile {
  /** Files above this size (kernels with debugging information) are mapped, not read. */
  private static final long MAP_FROM = 128L << 20;

  private static final int PIECE = 64 << 10;

  private final Path path;
  private final long limit;
  private final Identity identity;

  /** What another file, or the same one with other bytes, does not have. */
  private record Identity(long size, FileTime modified, Object key) {
    /** In place of {@code equals}, which the JVM would take 15 ms of a start to make. */
    boolean is(Identity other) {
      return size == other.size
          && modified.equals(other.modified)
          && Objects.equals(key, other.key);
    }
  }

  /**
   * A file as it is now.
   *
   * @param limit largest size that the unpacked kernel may have
   * @throws ImageException when it cannot be read
   */
  KernelFile(Path path, long limit) {
    this.path = path;
    this.limit = limit;
    this.identity = identify();
  }

  private Identity identify() {
    try {
      if (Files.isDirectory(path)) {
        throw new ImageException(path + ": is a folder; name the kernel file in it");
      }
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return new Identity(now.size(), now.lastModifiedTime(), now.fileKey());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * Reads it.
   *
   * @throws ImageException when it cannot be read, is no kernel, or was changed meanwhile
   */
  ElfFile read() {
    if (!identity.is(identify())) {
      throw new ImageException(path + ": has changed since it was read first");
    }
    try {
      ByteBuffer map = identity.size > MAP_FROM ? map() : null;
      if (map != null && map.getInt(0) == 0x7f454c46) {
        return ElfFile.parse(path.toString(), map);
      }
      if (identity.size > Integer.MAX_VALUE - 64) {
        throw KernelImage.notKernel(path.toString());
      }
      return KernelImage.unpack(path.toString(), readAll(), limit);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * Piece by piece: the JVM copies what it reads through memory of the C library, which would keep
   * as much as the largest piece for each thread that read one.
   */
  private byte[] readAll() throws IOException {
    byte[] bytes = new byte[(int) identity.size];
    try (InputStream in = Files.newInputStream(path)) {
      for (int at = 0; at < bytes.length; ) {
        int count = in.read(bytes, at, Math.min(PIECE, bytes.length - at));
        if (count < 0) {
          throw new IOException("it became shorter meanwhile");
        }
        at += count;
      }
    }
    return bytes;
  }

  private ByteBuffer map() throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      return channel.map(
          FileChannel.MapMode.READ_ONLY, 0, Math.min(identity.size, Integer.MAX_VALUE));
    }
  }

  private ImageException unreadable(IOException e) {
    if (e instanceof NoSuchFileException) {
      return new ImageException(path + ": no such file; check the path of the kernel", e);
    }
    String reason =
        e instanceof java.nio.file.AccessDeniedException
            ? "permission denied"
            : String.valueOf(e.getMessage());
    return new ImageException(path + ": cannot be read (" + reason + ")", e);
  }
}

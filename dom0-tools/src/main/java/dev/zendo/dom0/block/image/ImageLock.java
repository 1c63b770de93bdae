package dev.zendo.dom0.block.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps two from writing one image: a writer's lock excludes everybody's, readers share theirs.
 *
 * <p>The locked bytes are among those that QEMU uses (byte 101: somebody writes; byte 201: somebody
 * relies on nobody else writing), so that its tools keep away as well. Locks of open files are
 * meant, so a second image in this process is refused like one in another process. Where the host
 * has none, Java's locks do it.
 */
final class ImageLock implements Closeable {
  private static final long WRITES = 101;
  private static final long NOBODY_ELSE = 201;

  private final int file;
  private final FileChannel channel;

  private ImageLock(int file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Locks an image.
   *
   * @return the lock; null if the access mode needs none
   * @throws BadImageException when somebody else's use does not allow it
   */
  static ImageLock take(Path path, ImageAccess access) throws IOException {
    if (access == ImageAccess.WRITE_SHARED) {
      return null;
    }
    boolean exclusive = access == ImageAccess.WRITE;
    return HostCalls.AVAILABLE ? ofOpenFile(path, exclusive) : ofJava(path, exclusive);
  }

  private static ImageLock ofOpenFile(Path path, boolean exclusive) throws IOException {
    int file = HostCalls.open(path.toString(), exclusive);
    boolean locked = false;
    try {
      locked =
          HostCalls.lock(file, path.toString(), NOBODY_ELSE, exclusive)
              && (!exclusive || HostCalls.lock(file, path.toString(), WRITES, true));
    } finally {
      if (!locked) {
        HostCalls.close(file);
      }
    }
    if (!locked) {
      throw refused(path, exclusive);
    }
    return new ImageLock(file, null);
  }

  private static ImageLock ofJava(Path path, boolean exclusive) throws IOException {
    FileChannel channel =
        FileChannel.open(path, exclusive ? StandardOpenOption.WRITE : StandardOpenOption.READ);
    FileLock lock = null;
    try {
      lock = channel.tryLock(NOBODY_ELSE, 1, !exclusive);
    } catch (OverlappingFileLockException e) {
      throw refused(path, exclusive);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw refused(path, exclusive);
    }
    return new ImageLock(-1, channel);
  }

  private static BadImageException refused(Path path, boolean exclusive) {
    return new BadImageException(
        path.toString(),
        exclusive
            ? "somebody else uses this image; stop them, or share it with access w! if the guests"
                + " can do that"
            : "somebody else writes this image; stop them first");
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    } else {
      HostCalls.close(file);
    }
  }
}

package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;

/** A file or block device of the host. Thread-safe; its threads must never be interrupted. */
final class HostFile implements Storage {
  private static final int ZEROS = 64 << 10;

  private final Path path;
  private final FileChannel channel;
  private final ImageLock lock;

  /** For holes only; -1 where they cannot be made. */
  private volatile int descriptor;

  private final Object syncing = new Object();
  private volatile boolean unsynced;
  private IOException broken;

  private HostFile(Path path, FileChannel channel, ImageLock lock, int descriptor) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
    this.descriptor = descriptor;
  }

  /**
   * Opens a file that exists and locks it.
   *
   * @throws BadImageException when there is none, it may not be used, or somebody else uses it
   */
  static HostFile open(Path path, ImageAccess access) throws IOException {
    if (Files.isDirectory(path)) {
      throw new BadImageException(path.toString(), "is a folder; name a disk image or a device");
    }
    FileChannel channel = openChannel(path, access);
    ImageLock lock = null;
    boolean done = false;
    try {
      lock = ImageLock.take(path, access);
      int descriptor =
          access.writes() && HostCalls.AVAILABLE ? HostCalls.open(path.toString(), true) : -1;
      done = true;
      return new HostFile(path, channel, lock, descriptor);
    } finally {
      if (!done) {
        channel.close();
        if (lock != null) {
          lock.close();
        }
      }
    }
  }

  private static FileChannel openChannel(Path path, ImageAccess access) throws IOException {
    Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.READ);
    if (access.writes()) {
      options.add(StandardOpenOption.WRITE);
    }
    try {
      return FileChannel.open(path, options);
    } catch (NoSuchFileException e) {
      throw new BadImageException(path.toString(), "no such image; check target= of the disk");
    } catch (AccessDeniedException e) {
      throw new BadImageException(
          path.toString(),
          access.writes()
              ? "may not be written; change its permissions or use access=ro"
              : "may not be read; change its permissions");
    }
  }

  @Override
  public String name() {
    return path.toString();
  }

  /** Whether it is a file whose end can move. */
  boolean isRegular() {
    return Files.isRegularFile(path);
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void read(ByteBuffer to, long offset) throws IOException {
    long at = offset;
    while (to.hasRemaining()) {
      int count = channel.read(to, at);
      if (count < 0) {
        zero(to);
        return;
      }
      at += count;
    }
  }

  /** Fills what remains of a buffer with zeros. */
  static void zero(ByteBuffer to) {
    while (to.remaining() >= Long.BYTES) {
      to.putLong(0);
    }
    while (to.hasRemaining()) {
      to.put((byte) 0);
    }
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    long at = offset;
    try {
      while (from.hasRemaining()) {
        at += channel.write(from, at);
      }
    } finally {
      unsynced = true;
    }
  }

  @Override
  public void sync() throws IOException {
    // One after the other: who finds nothing to do must know that it is durable already.
    synchronized (syncing) {
      if (broken != null) {
        throw new IOException(broken.getMessage(), broken);
      }
      if (!unsynced) {
        return;
      }
      unsynced = false;
      try {
        channel.force(false);
      } catch (IOException e) {
        // The host forgets what it could not write, so trying again would prove nothing.
        broken = e;
        throw e;
      }
    }
  }

  @Override
  public void punch(long offset, long bytes) throws IOException {
    int file = descriptor;
    if (file >= 0 && HostCalls.punch(file, offset, bytes)) {
      unsynced = true;
      return;
    }
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS, bytes));
    for (long done = 0; done < bytes; ) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - done));
      int part = zeros.remaining();
      write(zeros, offset + done);
      done += part;
    }
  }

  @Override
  public void truncate(long bytes) throws IOException {
    long size = channel.size();
    if (bytes < size) {
      channel.truncate(bytes);
    } else if (bytes > size) {
      // Java cannot make a file longer but by writing its last byte.
      write(ByteBuffer.wrap(new byte[1]), bytes - 1);
    }
    unsynced = true;
  }

  @Override
  public void close() throws IOException {
    int file = descriptor;
    descriptor = -1;
    if (file >= 0) {
      HostCalls.close(file);
    }
    try {
      channel.close();
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }
}

package dev.zendo.xenstore.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of frames that is being written. Not thread-safe. (A {@link RandomAccessFile}, because a
 * channel would be closed when the thread that writes is interrupted.)
 */
final class JournalFile implements AutoCloseable {
  private static final byte[] SIGNATURE = "zendo store 1\n".getBytes(StandardCharsets.US_ASCII);

  private final RandomAccessFile file;
  private long size;

  /** Goes on behind the first {@code size} bytes of a file; 0 begins it anew. */
  JournalFile(Path path, long size) throws IOException {
    file = new RandomAccessFile(path.toFile(), "rw");
    file.setLength(size);
    file.seek(size);
    this.size = size;
    if (size == 0) {
      write(SIGNATURE);
    }
  }

  private void write(byte[] bytes) throws IOException {
    file.write(bytes);
    size += bytes.length;
  }

  void append(byte[] payload) throws IOException {
    write(Frames.frame(payload));
  }

  /** Waits until the disk has what was written. */
  void sync() throws IOException {
    file.getFD().sync();
  }

  long size() {
    return size;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /**
   * Reads the whole frames at the beginning of a file. Behind them there may be the beginning of
   * one that was being written when the process ended, but not another whole one.
   *
   * @return how many bytes hold whole frames; 0 when not even the signature was written
   */
  static int read(Path path, Frames.Target target) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    if (bytes.length < SIGNATURE.length) {
      return 0;
    }
    for (int i = 0; i < SIGNATURE.length; i++) {
      if (bytes[i] != SIGNATURE[i]) {
        throw new IOException(path + " is no journal of this version of the store");
      }
    }
    int end;
    try {
      end = Frames.read(bytes, SIGNATURE.length, target);
    } catch (IOException e) {
      throw new IOException(path + " cannot be read (" + e.getMessage() + ")", e);
    }
    int next = end < bytes.length ? Frames.findAfter(bytes, end) : -1;
    if (next >= 0) {
      throw new IOException(
          String.format(
              "%s is damaged at byte %d, and whole changes follow at byte %d; restore the file, or"
                  + " give up what follows: truncate -s %d %s",
              path, end, next, end, path));
    }
    return end;
  }
}

package dev.zendo.dom0.console;

import dev.zendo.dom0.IoReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is renamed when it has grown to a size: {@code log} becomes {@code log.1}, that
 * {@code log.2}, and so on; the oldest is replaced. What a full disk does not take is missing; it
 * goes on with what comes when there is room again. One thread.
 */
final class RotatingFile extends OutputStream {
  private static final Logger LOG = LoggerFactory.getLogger(RotatingFile.class);

  private final Path path;
  private final long limit;
  private final int kept;

  /** Null after it could not be written, until it is tried again. */
  private OutputStream out;

  private boolean failed;
  private volatile boolean closed;
  private long size;

  /**
   * Goes on at the end of the file.
   *
   * @param limit bytes of one file
   * @param kept older files that stay
   */
  RotatingFile(Path path, long limit, int kept) throws IOException {
    this.path = path;
    this.limit = limit;
    this.kept = kept;
    open();
  }

  private void open() throws IOException {
    out = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    size = Files.size(path);
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      append(bytes, offset, length);
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        LOG.warn("{} cannot be written ({}); lines are missing there", path, IoReason.of(e));
      }
      failed = true;
      releaseQuietly();
    }
  }

  private void append(byte[] bytes, int offset, int length) throws IOException {
    if (closed) {
      return;
    }
    if (out == null) {
      open();
    }
    int done = 0;
    while (done < length) {
      if (size >= limit) {
        rotate();
      }
      int part = (int) Math.min(length - done, limit - size);
      out.write(bytes, offset + done, part);
      size += part;
      done += part;
    }
  }

  private void rotate() throws IOException {
    release();
    for (int i = kept; i > 0; i--) {
      Path from = i == 1 ? path : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (kept == 0) {
      Files.delete(path);
    }
    open();
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  private void releaseQuietly() {
    try {
      release();
    } catch (IOException e) {
      LOG.debug("{} was not closed well", path, e);
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    release();
  }

  private void release() throws IOException {
    OutputStream last = out;
    out = null;
    if (last != null) {
      last.close();
    }
  }
}

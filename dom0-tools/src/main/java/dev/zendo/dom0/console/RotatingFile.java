package dev.zendo.dom0.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is renamed when it has grown to a size: {@code log} becomes {@code log.1}, that
 * {@code log.2}, and so on; the oldest is replaced. One thread.
 */
final class RotatingFile extends OutputStream {
  private final Path path;
  private final long limit;
  private final int kept;
  private OutputStream out;
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
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
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
    out.close();
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

  @Override
  public void close() throws IOException {
    out.close();
  }
}

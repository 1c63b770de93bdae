package dev.zendo.dom0.migrate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.ToolException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a {@link SavedFile}: beside its place at first, and there when it is whole. Only its owner
 * can read it, since all of a guest's memory is in it. Not thread-safe.
 */
public final class SavedFileWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SavedFileWriter.class);
  private static final int CHUNK = 1 << 18;

  private final Path path;
  private final Path part;
  private final FileFormat format;
  private final FileChannel channel;
  private final WritableByteChannel out;
  private final CRC32C sum = new CRC32C();
  private final OutputStream body;
  private long written;

  /**
   * Begins a file.
   *
   * @param header has the domain's {@code config} and, for xl's format, {@code libxl}: what libxl
   *     calls its configuration
   * @param format whose file it is
   * @throws ToolException when it cannot be written
   */
  public SavedFileWriter(Path path, ObjectNode header, FileFormat format) {
    this(path, header, format, channel -> channel);
  }

  /** The same with something between it and the file. */
  SavedFileWriter(
      Path path,
      ObjectNode header,
      FileFormat format,
      Function<FileChannel, WritableByteChannel> way) {
    this.path = path;
    this.format = format;
    this.part = path.resolveSibling(path.getFileName() + ".part");
    FileChannel opened = null;
    try {
      Files.deleteIfExists(part);
      opened =
          FileChannel.open(
              part,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      channel = opened;
      out = way.apply(opened);
      write(ByteBuffer.wrap(format.head(header)));
    } catch (IOException e) {
      close(opened);
      throw refused(e);
    }
    body = new BufferedOutputStream(new Summed(), CHUNK);
  }

  private ToolException refused(IOException e) {
    return new ToolException(path + ": cannot be written (" + e.getMessage() + ")", e);
  }

  private void write(ByteBuffer bytes) throws IOException {
    sum.update(bytes.duplicate());
    written += bytes.remaining();
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** What goes into the file and into its checksum. */
  private final class Summed extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      SavedFileWriter.this.write(ByteBuffer.wrap(bytes, offset, count));
    }
  }

  /** Where the migration stream goes. */
  public OutputStream body() {
    return body;
  }

  /**
   * Completes the file.
   *
   * @return its size in bytes
   * @throws ToolException when it cannot be written
   */
  public long commit() {
    try {
      body.flush();
      write(ByteBuffer.wrap(format.tail(written, (int) sum.getValue())));
      channel.force(true);
      channel.close();
      Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw refused(e);
    }
    keepName();
    return written;
  }

  /**
   * So that a loss of power does not take the name away; a file system without it does its best.
   */
  private void keepName() {
    Path folder = path.toAbsolutePath().getParent();
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException e) {
      LOG.debug("{} cannot be synced", folder, e);
    }
  }

  private void close(FileChannel opened) {
    if (opened == null) {
      return;
    }
    try {
      opened.close();
    } catch (IOException e) {
      LOG.debug("{} was not closed well", part, e);
    }
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      LOG.warn("{} stays behind until the next attempt: {}", part, e.getMessage());
    }
  }

  /** Leaves nothing behind unless the file was completed. */
  @Override
  public void close() {
    close(channel);
  }
}

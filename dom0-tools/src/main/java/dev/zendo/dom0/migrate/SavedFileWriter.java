package dev.zendo.dom0.migrate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.WholeFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private final WholeFile file;
  private final FileFormat format;
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
   * @throws dev.zendo.dom0.ToolException when it cannot be written
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
    this.file = WholeFile.ofOwner(path);
    this.out = way.apply(file.channel());
    try {
      write(ByteBuffer.wrap(format.head(header)));
    } catch (IOException e) {
      file.close();
      throw file.refused(e);
    }
    body = new BufferedOutputStream(new Summed(), CHUNK);
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
   * @throws dev.zendo.dom0.ToolException when it cannot be written
   */
  public long commit() {
    try {
      body.flush();
      write(ByteBuffer.wrap(format.tail(written, (int) sum.getValue())));
      file.force();
    } catch (IOException e) {
      throw file.refused(e);
    }
    file.commit();
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

  /** Leaves nothing behind unless the file was completed. */
  @Override
  public void close() {
    file.close();
  }
}

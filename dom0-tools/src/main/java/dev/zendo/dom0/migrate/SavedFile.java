package dev.zendo.dom0.migrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.dom0.migrate.stream.StreamReader;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A file that holds a domain, looked through as a whole: what comes after it was opened fails only
 * where the machine does. Zendo's own files have
 *
 * <ul>
 *   <li>eight bytes {@code ZendoSav}, a version and the length of the header, 32 bits each;
 *   <li>the header, JSON: {@code config} is the domain's configuration;
 *   <li>Xen's migration stream;
 *   <li>the length of all this (64 bits), its CRC32C (32 bits), four zeros, {@code ZendoEnd}.
 * </ul>
 *
 * Numbers are little-endian. Files of {@code xl save} have xl's header, libxl's JSON, and the
 * stream inside libxl's ({@link XlFormat}); they have no checksum.
 *
 * @param path where it is
 * @param format {@code zendo} or {@code xl}
 * @param header what it says about itself; {@code config} has the keys of xl.cfg
 * @param bodyAt where the migration stream begins
 * @param outline what is in the stream
 */
public record SavedFile(
    Path path, String format, ObjectNode header, long bodyAt, StreamOutline outline) {
  static final byte[] MAGIC = "ZendoSav".getBytes(StandardCharsets.US_ASCII);
  static final byte[] END = "ZendoEnd".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;

  /** Bytes of magic, version and length. */
  static final int HEAD = 16;

  /** Bytes behind the body. */
  static final int TAIL = 24;

  private static final int MAX_HEADER = 1 << 20;
  private static final int CHUNK = 1 << 18;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Looks a file through.
   *
   * @throws ToolException one line that names the file, when it is none, or not as it was written
   */
  public static SavedFile open(Path path) {
    try (FileChannel channel = FileChannel.open(path)) {
      byte[] head = read(channel, 0, HEAD);
      SavedFile file =
          Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
              ? own(path, channel, head)
              : XlFormat.open(path, channel);
      try (InputStream in = file.body()) {
        StreamReader.read(in, file.outline);
        file.outline.check();
      }
      return file;
    } catch (StreamException e) {
      throw new ToolException(path + ": " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new ToolException(path + ": there is no such file", e);
    } catch (EOFException e) {
      throw new ToolException(path + ": is no saved domain, or was cut off", e);
    } catch (IOException e) {
      throw new ToolException(path + ": cannot be read (" + IoReason.of(e) + ")", e);
    }
  }

  static byte[] read(FileChannel channel, long at, int bytes) throws IOException {
    byte[] all = new byte[bytes];
    ByteBuffer buffer = ByteBuffer.wrap(all);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new EOFException();
      }
    }
    return all;
  }

  /** Reads an object. */
  static ObjectNode json(byte[] bytes) {
    try {
      JsonNode json = MAPPER.readTree(new String(bytes, StandardCharsets.UTF_8));
      if (json instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new StreamException("its header is damaged (" + e.getOriginalMessage() + ")", e);
    }
    throw new StreamException("its header is damaged");
  }

  private static SavedFile own(Path path, FileChannel channel, byte[] head) throws IOException {
    ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    int version = numbers.getInt(8);
    int length = numbers.getInt(12);
    if (version != VERSION) {
      throw new StreamException("has version " + version + "; this zl reads " + VERSION);
    }
    checkSum(channel);
    if (length < 0 || length > MAX_HEADER || HEAD + (long) length > channel.size() - TAIL) {
      throw new StreamException("its header is damaged");
    }
    ObjectNode header = json(read(channel, HEAD, length));
    if (!header.path("config").isObject()) {
      throw new StreamException("its header has no configuration");
    }
    return new SavedFile(path, "zendo", header, HEAD + (long) length, new StreamOutline());
  }

  private static void checkSum(FileChannel channel) throws IOException {
    long size = channel.size() - TAIL;
    if (size < HEAD) {
      throw new EOFException();
    }
    byte[] last = read(channel, size, TAIL);
    ByteBuffer tail = ByteBuffer.wrap(last).order(ByteOrder.LITTLE_ENDIAN);
    byte[] end = Arrays.copyOfRange(last, TAIL - END.length, TAIL);
    if (!Arrays.equals(end, END) || tail.getLong() != size) {
      throw new StreamException("was cut off, or is still being written");
    }
    int expected = tail.getInt();
    CRC32C sum = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    for (long at = 0; at < size; ) {
      chunk.clear().limit((int) Math.min(CHUNK, size - at));
      int count = channel.read(chunk, at);
      if (count < 0) {
        throw new EOFException();
      }
      sum.update(chunk.flip());
      at += count;
    }
    if ((int) sum.getValue() != expected || tail.getInt() != 0) {
      throw new StreamException("is damaged: its checksum is not that of its contents");
    }
  }

  /** The configuration of the domain, with xl's keys. */
  public ObjectNode config() {
    return (ObjectNode) header.get("config");
  }

  /** The migration stream, from its beginning. */
  public InputStream body() throws IOException {
    FileChannel channel = FileChannel.open(path);
    channel.position(bodyAt);
    return new BufferedInputStream(Channels.newInputStream(channel), CHUNK);
  }
}

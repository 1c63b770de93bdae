package dev.zendo.dom0.migrate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** What stands around the migration stream in a file. */
public enum FileFormat {
  /** Zendo's own: with a checksum. */
  ZENDO {
    @Override
    byte[] head(ObjectNode header) {
      byte[] text = header.deepCopy().without("libxl").toString().getBytes(StandardCharsets.UTF_8);
      byte[] bytes = new byte[SavedFile.HEAD + text.length];
      numbers(bytes).put(SavedFile.MAGIC).putInt(SavedFile.VERSION).putInt(text.length).put(text);
      return bytes;
    }

    @Override
    byte[] tail(long written, int sum) {
      byte[] bytes = new byte[SavedFile.TAIL];
      numbers(bytes).putLong(written).putInt(sum).putInt(0).put(SavedFile.END);
      return bytes;
    }
  },

  /** That of {@code xl save}, which {@code xl restore} reads. */
  XL {
    @Override
    byte[] head(ObjectNode header) {
      return XlFormat.head((ObjectNode) header.get("libxl"));
    }

    @Override
    byte[] tail(long written, int sum) {
      return XlFormat.tail();
    }
  };

  private static ByteBuffer numbers(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What comes before the stream. */
  abstract byte[] head(ObjectNode header);

  /**
   * What comes behind it.
   *
   * @param written bytes before that
   * @param sum their CRC32C
   */
  abstract byte[] tail(long written, int sum);
}

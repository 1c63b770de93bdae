package dev.zendo.dom0.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A file about a domain that does not run. Not thread-safe. */
public interface Dump {
  /** Bytes of the file. */
  long size();

  /**
   * Writes the whole file.
   *
   * @throws dev.zendo.dom0.control.HypercallFailure when the domain is gone
   */
  void write(WritableByteChannel out) throws IOException;

  /** Writes all that is left in a buffer. */
  static void all(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}

package dev.zendo.dom0.block.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes of a file or block device. Thread-safe. */
interface Storage extends Closeable {
  /** The name for messages. */
  String name();

  /** Bytes from the start to the end. */
  long size() throws IOException;

  /** Fills the buffer; beyond the end there are zeros. */
  void read(ByteBuffer to, long offset) throws IOException;

  /** Writes what remains in the buffer, beyond the end as well. */
  void write(ByteBuffer from, long offset) throws IOException;

  /** Makes all writes durable that have returned; once it failed, it always fails. */
  void sync() throws IOException;

  /** Makes a range zero and gives its room back to the host, if the host can do that. */
  void punch(long offset, long bytes) throws IOException;

  /** Lets the file end here. */
  void truncate(long bytes) throws IOException;
}

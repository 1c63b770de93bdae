package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.io.NinePValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds a 9P request as a guest would. */
final class Request {
  private final ByteBuffer bytes = ByteBuffer.allocate(70_000).order(ByteOrder.LITTLE_ENDIAN);

  Request(int type, int tag) {
    bytes.putInt(0).put((byte) type).putShort((short) tag);
  }

  Request u8(int value) {
    bytes.put((byte) value);
    return this;
  }

  Request u16(int value) {
    bytes.putShort((short) value);
    return this;
  }

  Request u32(int value) {
    bytes.putInt(value);
    return this;
  }

  Request u64(long value) {
    bytes.putLong(value);
    return this;
  }

  Request text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    bytes.putShort((short) encoded.length).put(encoded);
    return this;
  }

  Request raw(byte[] data) {
    bytes.put(data);
    return this;
  }

  /** The whole message, its size filled in. */
  byte[] bytes() {
    bytes.putInt(0, bytes.position());
    return Arrays.copyOf(bytes.array(), Math.max(bytes.position(), NinePValues.HEADER_SIZE));
  }
}

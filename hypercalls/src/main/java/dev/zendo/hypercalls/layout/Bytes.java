package dev.zendo.hypercalls.layout;

import dev.zendo.hypercalls.Memory;
import java.util.Objects;

/**
 * An array of bytes or characters inside a structure.
 *
 * @param name the C name of the member
 * @param offset bytes from the start of the outermost structure
 * @param size number of bytes
 */
public record Bytes(String name, int offset, int size) implements Field {
  /** Address of the first byte in the structure at {@code at}. */
  public long at(long at) {
    return at + offset;
  }

  /**
   * Reads byte {@code index}, 0 to 255.
   *
   * @throws IndexOutOfBoundsException when the array has no such byte
   */
  public int get(Memory memory, long at, int index) {
    return Byte.toUnsignedInt(memory.getByte(at + offset + Objects.checkIndex(index, size)));
  }

  /** Copies the first {@code into.length} bytes out, at most the whole array. */
  public void get(Memory memory, long at, byte[] into) {
    int n = Math.min(size, into.length);
    for (int i = 0; i < n; i++) {
      into[i] = memory.getByte(at + offset + i);
    }
  }

  /** Copies {@code from} in and fills the rest with zero; what does not fit is left out. */
  public void set(Memory memory, long at, byte[] from) {
    for (int i = 0; i < size; i++) {
      memory.putByte(at + offset + i, i < from.length ? from[i] : 0);
    }
  }

  /** Reads Latin-1 characters up to the first zero byte or the end. */
  public String getString(Memory memory, long at) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < size; i++) {
      byte b = memory.getByte(at + offset + i);
      if (b == 0) {
        break;
      }
      text.append((char) Byte.toUnsignedInt(b));
    }
    return text.toString();
  }

  /** Writes the text as Latin-1, cut so that a zero byte always ends it, and zeroes the rest. */
  public void setString(Memory memory, long at, String text) {
    for (int i = 0; i < size; i++) {
      boolean inside = i < text.length() && i < size - 1;
      memory.putByte(at + offset + i, inside ? (byte) text.charAt(i) : 0);
    }
  }
}

package dev.zendo.hypercalls.layout;

import dev.zendo.hypercalls.Memory;

/**
 * An unsigned byte of a structure.
 *
 * <p>A record, so that an instance in a static final constant costs no more than a literal offset.
 *
 * @param name the C name of the member
 * @param offset bytes from the start of the outermost structure
 */
public record U8(String name, int offset) implements Field {
  @Override
  public int size() {
    return 1;
  }

  /** Reads the member of the structure at {@code at}, 0 to 255. */
  public int get(Memory memory, long at) {
    return Byte.toUnsignedInt(memory.getByte(at + offset));
  }

  /** Writes the member of the structure at {@code at}; only the low 8 bits count. */
  public void set(Memory memory, long at, int value) {
    memory.putByte(at + offset, (byte) value);
  }
}

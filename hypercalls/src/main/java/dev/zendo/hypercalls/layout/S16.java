package dev.zendo.hypercalls.layout;

import dev.zendo.hypercalls.Memory;

/**
 * A signed 16-bit member of a structure.
 *
 * <p>A record, so that an instance in a static final constant costs no more than a literal offset.
 *
 * @param name the C name of the member
 * @param offset bytes from the start of the outermost structure
 */
public record S16(String name, int offset) implements Field {
  @Override
  public int size() {
    return 2;
  }

  /** Reads the member of the structure at {@code at}, -32768 to 32767. */
  public int get(Memory memory, long at) {
    return memory.getShort(at + offset);
  }

  /** Writes the member of the structure at {@code at}; only the low 16 bits count. */
  public void set(Memory memory, long at, int value) {
    memory.putShort(at + offset, (short) value);
  }
}

package dev.zendo.hypercalls.layout;

import dev.zendo.hypercalls.Memory;

/**
 * A signed 32-bit member of a structure.
 *
 * <p>A record, so that an instance in a static final constant costs no more than a literal offset.
 *
 * @param name the C name of the member
 * @param offset bytes from the start of the outermost structure
 */
public record S32(String name, int offset) implements Field {
  @Override
  public int size() {
    return 4;
  }

  /** Reads the member of the structure at {@code at}. */
  public int get(Memory memory, long at) {
    return memory.getInt(at + offset);
  }

  /** Writes the member of the structure at {@code at}. */
  public void set(Memory memory, long at, int value) {
    memory.putInt(at + offset, value);
  }
}

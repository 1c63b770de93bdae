package dev.zendo.hypercalls.layout;

import dev.zendo.hypercalls.Memory;

/**
 * A 64-bit member of a structure; its bits travel in a {@code long}.
 *
 * <p>A record, so that an instance in a static final constant costs no more than a literal offset.
 *
 * @param name the C name of the member
 * @param offset bytes from the start of the outermost structure
 */
public record U64(String name, int offset) implements Field {
  @Override
  public int size() {
    return 8;
  }

  /** Reads the member of the structure at {@code at}. */
  public long get(Memory memory, long at) {
    return memory.getLong(at + offset);
  }

  /** Writes the member of the structure at {@code at}. */
  public void set(Memory memory, long at, long value) {
    memory.putLong(at + offset, value);
  }
}

package dev.zendo.hypercalls.layout;

import dev.zendo.hypercalls.Memory;
import java.util.Objects;

/**
 * An array of 64-bit numbers inside a structure.
 *
 * @param name the C name of the member
 * @param offset bytes from the start of the outermost structure
 * @param count number of elements
 */
public record U64Array(String name, int offset, int count) implements Field {
  @Override
  public int size() {
    return count * 8;
  }

  /**
   * Reads element {@code index} of the structure at {@code at}.
   *
   * @throws IndexOutOfBoundsException when the array has no such element
   */
  public long get(Memory memory, long at, int index) {
    return memory.getLong(at + offset + (long) Objects.checkIndex(index, count) * 8);
  }

  /**
   * Writes element {@code index} of the structure at {@code at}.
   *
   * @throws IndexOutOfBoundsException when the array has no such element
   */
  public void set(Memory memory, long at, int index, long value) {
    memory.putLong(at + offset + (long) Objects.checkIndex(index, count) * 8, value);
  }
}

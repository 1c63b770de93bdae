package dev.zendo.hypercalls.layout;

import dev.zendo.hypercalls.Memory;
import java.util.Objects;

/**
 * An array of 32-bit numbers inside a structure.
 *
 * @param name the C name of the member
 * @param offset bytes from the start of the outermost structure
 * @param count number of elements
 */
public record U32Array(String name, int offset, int count) implements Field {
  @Override
  public int size() {
    return count * 4;
  }

  /**
   * Reads element {@code index} of the structure at {@code at}.
   *
   * @throws IndexOutOfBoundsException when the array has no such element
   */
  public int get(Memory memory, long at, int index) {
    return memory.getInt(at + offset + (long) Objects.checkIndex(index, count) * 4);
  }

  /**
   * Writes element {@code index} of the structure at {@code at}.
   *
   * @throws IndexOutOfBoundsException when the array has no such element
   */
  public void set(Memory memory, long at, int index, int value) {
    memory.putInt(at + offset + (long) Objects.checkIndex(index, count) * 4, value);
  }
}

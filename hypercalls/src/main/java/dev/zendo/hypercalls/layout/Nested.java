package dev.zendo.hypercalls.layout;

import java.util.Objects;

/**
 * A structure, or an array of equal structures, inside another. Its members are read with the
 * constants of their own class at the address that {@link #at} gives.
 *
 * @param name the C name of the member
 * @param offset bytes from the start of the outermost structure
 * @param count number of structures, 1 for a plain member
 * @param stride size of one in bytes
 */
public record Nested(String name, int offset, int count, int stride) implements Field {
  @Override
  public int size() {
    return count * stride;
  }

  /** Address of the (first) inner structure of the outer one at {@code at}. */
  public long at(long at) {
    return at + offset;
  }

  /**
   * Address of inner structure {@code index}.
   *
   * @throws IndexOutOfBoundsException when the array has no such element
   */
  public long at(long at, int index) {
    return at + offset + (long) Objects.checkIndex(index, count) * stride;
  }
}

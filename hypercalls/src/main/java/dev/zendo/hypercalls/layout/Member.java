package dev.zendo.hypercalls.layout;

import java.util.List;

/**
 * What a generator needs to know of one member to print it as C or Markdown.
 *
 * @param name the C name
 * @param type its C type; {@code "struct"} or {@code "union"} when {@code members} says what is
 *     inside
 * @param count number of array elements, 0 when it is not an array
 * @param offset bytes from the start of the outermost structure
 * @param size bytes, of the whole array if it is one
 * @param doc one phrase about its meaning, may be empty
 * @param members what an inline group contains, otherwise empty
 */
public record Member(
    String name, String type, int count, int offset, int size, String doc, List<Member> members) {

  /** Whether this is a struct or union declared in place. */
  public boolean isGroup() {
    return !members.isEmpty();
  }
}

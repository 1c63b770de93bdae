package dev.zendo.hypercalls.layout;

import java.util.List;

/**
 * A C structure as data: its name, size and members. Classes of the ABI build one in their static
 * initialiser, in the order of the C declaration, and keep the fields as constants:
 *
 * <pre>{@code
 * private static final LayoutBuilder C = Layout.struct("evtchn_send", "...");
 * public static final U32 PORT = C.port("port", "in: the port");
 * public static final Layout LAYOUT = C.end();
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param name the C tag
 * @param doc what the structure is for, in one sentence
 * @param size bytes, padded to the alignment
 * @param alignment of the structure in bytes
 * @param kind how members are placed
 * @param members in the order of the declaration
 */
public record Layout(
    String name, String doc, int size, int alignment, Kind kind, List<Member> members) {

  /** How the members of a layout are placed. */
  public enum Kind {
    /** One after the other, each at its natural alignment. */
    STRUCT,
    /** One after the other without padding. */
    PACKED,
    /** All at the start. */
    UNION
  }

  /** Starts a structure with the alignment rules of C on x86-64. */
  public static LayoutBuilder struct(String name, String doc) {
    return new LayoutBuilder(name, doc, Kind.STRUCT);
  }

  /** Starts a union: every member at offset 0. */
  public static LayoutBuilder union(String name, String doc) {
    return new LayoutBuilder(name, doc, Kind.UNION);
  }

  /** Starts a structure without padding. */
  public static LayoutBuilder packed(String name, String doc) {
    return new LayoutBuilder(name, doc, Kind.PACKED);
  }
}

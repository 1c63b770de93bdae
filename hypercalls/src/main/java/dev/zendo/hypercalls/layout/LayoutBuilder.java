package dev.zendo.hypercalls.layout;

import java.util.ArrayList;
import java.util.List;

/**
 * Lays out the members of a structure, a union or a structure in a union, one after the other. Used
 * in static initialisers only; not thread-safe.
 *
 * <p>An inner group stays open until its parent gets another member or ends; it needs its alignment
 * beforehand so that its members know their offset, and {@link #end} checks that it was right.
 */
public final class LayoutBuilder {
  private final String name;
  private final String doc;
  private final Layout.Kind kind;
  private final boolean packed;
  private final boolean union;
  private final String prefix;
  private final int base;
  private final List<Member> members = new ArrayList<>();
  private final int declaredAlignment;
  private int alignment = 1;
  private int cursor;
  private LayoutBuilder open;

  LayoutBuilder(String name, String doc, Layout.Kind kind) {
    this(name, doc, kind, "", 0, 0);
  }

  private LayoutBuilder(
      String name, String doc, Layout.Kind kind, String prefix, int base, int declaredAlignment) {
    this.name = name;
    this.doc = doc;
    this.kind = kind;
    this.packed = kind == Layout.Kind.PACKED;
    this.union = kind == Layout.Kind.UNION;
    this.prefix = prefix;
    this.base = base;
    this.declaredAlignment = declaredAlignment;
  }

  /** Adds a {@code uint8_t}. */
  public U8 u8(String member, String text) {
    return new U8(prefix + member, add(member, "uint8_t", 1, 0, 1, text));
  }

  /** Adds a {@code uint16_t}. */
  public U16 u16(String member, String text) {
    return new U16(prefix + member, add(member, "uint16_t", 2, 0, 2, text));
  }

  /** Adds a {@code domid_t}. */
  public U16 domid(String member, String text) {
    return new U16(prefix + member, add(member, "domid_t", 2, 0, 2, text));
  }

  /** Adds a {@code uint32_t}. */
  public U32 u32(String member, String text) {
    return new U32(prefix + member, add(member, "uint32_t", 4, 0, 4, text));
  }

  /** Adds an {@code evtchn_port_t}. */
  public U32 port(String member, String text) {
    return new U32(prefix + member, add(member, "evtchn_port_t", 4, 0, 4, text));
  }

  /** Adds a {@code grant_ref_t}. */
  public U32 gref(String member, String text) {
    return new U32(prefix + member, add(member, "grant_ref_t", 4, 0, 4, text));
  }

  /** Adds a {@code uint64_t}. */
  public U64 u64(String member, String text) {
    return new U64(prefix + member, add(member, "uint64_t", 8, 0, 8, text));
  }

  /** Adds a {@code xen_pfn_t}: a frame number. */
  public U64 pfn(String member, String text) {
    return new U64(prefix + member, add(member, "xen_pfn_t", 8, 0, 8, text));
  }

  /** Adds a pointer into guest memory to {@code target}, a C type. */
  public U64 pointer(String member, String target, String text) {
    return new U64(prefix + member, add(member, target + " *", 8, 0, 8, text));
  }

  /** Adds an {@code int8_t}. */
  public S8 s8(String member, String text) {
    return new S8(prefix + member, add(member, "int8_t", 1, 0, 1, text));
  }

  /** Adds an {@code int16_t}. */
  public S16 s16(String member, String text) {
    return new S16(prefix + member, add(member, "int16_t", 2, 0, 2, text));
  }

  /** Adds an {@code int32_t}. */
  public S32 s32(String member, String text) {
    return new S32(prefix + member, add(member, "int32_t", 4, 0, 4, text));
  }

  /** Adds an array of {@code uint8_t}. */
  public Bytes bytes(String member, int count, String text) {
    return new Bytes(prefix + member, add(member, "uint8_t", 1, count, count, text), count);
  }

  /** Adds an array of {@code char}. */
  public Bytes chars(String member, int count, String text) {
    return new Bytes(prefix + member, add(member, "char", 1, count, count, text), count);
  }

  /** Adds an array of {@code uint32_t}. */
  public U32Array u32s(String member, int count, String text) {
    return new U32Array(prefix + member, add(member, "uint32_t", 4, count, count * 4, text), count);
  }

  /** Adds an array of {@code uint64_t}. */
  public U64Array u64s(String member, int count, String text) {
    return new U64Array(prefix + member, add(member, "uint64_t", 8, count, count * 8, text), count);
  }

  /** Adds a structure that has a class of its own. */
  public Nested nested(String member, Layout inner, String text) {
    int at = add(member, "struct " + inner.name(), inner.alignment(), 0, inner.size(), text);
    return new Nested(prefix + member, at, 1, inner.size());
  }

  /** Adds an array of structures that have a class of their own. */
  public Nested nested(String member, Layout inner, int count, String text) {
    String type = "struct " + inner.name();
    int at = add(member, type, inner.alignment(), count, count * inner.size(), text);
    return new Nested(prefix + member, at, count, inner.size());
  }

  /** Adds a union whose members are then added to the builder returned. */
  public LayoutBuilder union(String member, int align, String text) {
    return group(member, align, text, Layout.Kind.UNION);
  }

  /** Adds a structure declared in place; its members are then added to the builder returned. */
  public LayoutBuilder struct(String member, int align, String text) {
    return group(member, align, text, Layout.Kind.STRUCT);
  }

  /** Ends the outermost structure. */
  public Layout end() {
    close();
    return new Layout(name, doc, size(), alignment, kind, List.copyOf(members));
  }

  private LayoutBuilder group(String member, int align, String text, Layout.Kind inner) {
    close();
    int at = base + (union ? 0 : roundUp(cursor, packed ? 1 : align));
    open = new LayoutBuilder(member, text, inner, prefix + member + ".", at, align);
    return open;
  }

  /** Gives the place of a new member, counted from the start of the outermost structure. */
  private int add(String member, String type, int align, int count, int size, String text) {
    close();
    return place(new Member(member, type, count, 0, size, text, List.of()), align);
  }

  private int place(Member member, int align) {
    int effective = packed ? 1 : align;
    int at = union ? 0 : roundUp(cursor, effective);
    alignment = Math.max(alignment, effective);
    cursor = union ? Math.max(cursor, member.size()) : at + member.size();
    members.add(
        new Member(
            member.name(),
            member.type(),
            member.count(),
            base + at,
            member.size(),
            member.doc(),
            member.members()));
    return base + at;
  }

  /** Takes the group that is still open, if any, as a finished member. */
  private void close() {
    LayoutBuilder group = open;
    if (group == null) {
      return;
    }
    open = null;
    group.close();
    if (group.alignment != group.declaredAlignment) {
      throw new IllegalStateException(
          name + "." + group.name + " is aligned to " + group.alignment + " bytes");
    }
    String type = group.union ? "union" : "struct";
    place(
        new Member(group.name, type, 0, 0, group.size(), group.doc, List.copyOf(group.members)),
        group.alignment);
  }

  private int size() {
    return roundUp(cursor, alignment);
  }

  private static int roundUp(int value, int align) {
    return (value + align - 1) / align * align;
  }
}

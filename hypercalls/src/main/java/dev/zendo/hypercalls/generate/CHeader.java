package dev.zendo.hypercalls.generate;

import dev.zendo.hypercalls.Hypercall;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.Member;
import java.util.List;

/**
 * Prints the ABI as one C header that C and assembly can include. Names are those of Xen's ABI, so
 * that a kernel author recognises them; pointers to guest memory are plain pointers.
 */
final class CHeader {
  private static final String TOP =
      """
      /* Generated from the ABI description in the hypercalls module. Do not edit.
       *
       * The paravirtual x86-64 ABI of Xen 4.17: numbers, constants and structures.
       */
      #ifndef ZENDO_XEN_H
      #define ZENDO_XEN_H

      #ifdef __ASSEMBLER__
      #define ZENDO_UL(x) x
      #else
      #include <stdint.h>
      #define ZENDO_UL(x) x##UL

      typedef uint16_t domid_t;
      typedef uint32_t evtchn_port_t;
      typedef uint32_t grant_ref_t;
      typedef uint64_t xen_pfn_t;
      typedef uint64_t xen_ulong_t;
      #endif
      """;

  private final StringBuilder out = new StringBuilder();

  private CHeader() {}

  /** The whole header. */
  static String text() {
    CHeader header = new CHeader();
    header.print();
    return header.out.toString();
  }

  private void print() {
    out.append(TOP);
    heading("Hypercall numbers, for RAX");
    for (Hypercall call : Hypercalls.all()) {
      define("__HYPERVISOR_" + call.name(), Integer.toString(call.number()));
    }
    for (Catalogue.Family family : Catalogue.FAMILIES) {
      heading(family.title());
      for (Catalogue.Constants constants : family.constants()) {
        Constant.of(constants).forEach(this::constant);
        out.append('\n');
      }
      if (!family.structures().isEmpty()) {
        out.append("#ifndef __ASSEMBLER__\n");
        family.structures().forEach(this::structure);
        out.append("#endif\n");
      }
    }
    out.append("\n#endif\n");
  }

  private void heading(String title) {
    out.append("\n/* ---- ").append(title).append(" ---- */\n");
  }

  private void constant(Constant constant) {
    String digits = constant.digits();
    if (constant.wide()) {
      digits = "ZENDO_UL(" + digits + ")";
    } else if (constant.value() < 0) {
      digits = "(" + digits + ")";
    }
    define(constant.name(), digits);
  }

  private void define(String name, String value) {
    out.append("#define ").append(name).append(' ').append(value).append('\n');
  }

  private void structure(Layout layout) {
    String tag = (layout.kind() == Layout.Kind.UNION ? "union " : "struct ") + layout.name();
    out.append("\n/* ").append(layout.doc()).append(" */\n").append(tag).append(" {\n");
    members(layout.members(), "    ");
    boolean packed = layout.kind() == Layout.Kind.PACKED;
    out.append(packed ? "} __attribute__((packed));\n" : "};\n");
    out.append("_Static_assert(sizeof(").append(tag).append(") == ").append(layout.size());
    out.append(", \"").append(tag).append("\");\n");
  }

  private void members(List<Member> members, String indent) {
    for (Member member : members) {
      out.append(indent).append(member.type());
      if (member.isGroup()) {
        out.append(" {\n");
        members(member.members(), indent + "    ");
        out.append(indent).append('}');
      }
      if (!member.type().endsWith("*")) {
        out.append(' ');
      }
      out.append(member.name());
      if (member.count() > 0) {
        out.append('[').append(member.count()).append(']');
      }
      out.append(';');
      if (!member.doc().isEmpty()) {
        out.append(" /* ").append(member.doc()).append(" */");
      }
      out.append('\n');
    }
  }
}

package dev.zendo.fuzz;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.Member;
import java.util.List;

/** Fills structures of the ABI in the argument pages by the types and names of their members. */
final class Structures {
  /** Where lists that structures point to lie, from the structure on. */
  private static final int LIST = 0x400;

  private static final int LIST_WORDS = 3;

  private final Program program;
  private final Values values;

  Structures(Program program, Values values) {
    this.program = program;
    this.values = values;
  }

  /** Fills a structure at an offset of the argument pages. */
  void fill(Layout layout, int at) {
    if (!layout.name().equals("vcpu_guest_context")) {
      fill(layout.members(), at);
    }
  }

  private void fill(List<Member> members, int at) {
    for (Member member : members) {
      if (member.isGroup()) {
        fill(member.members(), at);
      } else if (member.count() <= 1) {
        program.set(at + member.offset(), Math.min(8, member.size()), value(member, at));
      }
    }
  }

  /** Remembers what the hypervisor may have put into a structure. */
  void keep(Layout layout, int at) {
    keep(layout.members(), at);
  }

  private void keep(List<Member> members, int at) {
    for (Member member : members) {
      if (member.isGroup()) {
        keep(member.members(), at);
      } else if (member.doc().startsWith("out") || member.doc().contains("out:")) {
        int keptAs = keptAs(member);
        if (keptAs >= 0) {
          program.keep(at + member.offset(), member.size(), keptAs);
        }
      }
    }
  }

  private static int keptAs(Member member) {
    if (member.type().equals("evtchn_port_t")) {
      return Operand.PORT;
    }
    if (member.name().equals("handle")) {
      return Operand.HANDLE;
    }
    return member.type().equals("xen_pfn_t") ? Operand.FRAME : -1;
  }

  private long value(Member member, int at) {
    if (member.type().endsWith("*")) {
      for (int i = 0; i < LIST_WORDS; i++) {
        program.set(at + LIST + 8 * i, 8, values.frame());
      }
      return values.pointer(at + LIST);
    }
    return switch (member.type()) {
      case "domid_t" -> values.domain();
      case "evtchn_port_t" -> values.port();
      case "grant_ref_t" -> values.reference();
      case "xen_pfn_t" -> values.frame();
      default -> byName(member);
    };
  }

  private long byName(Member member) {
    return switch (member.name()) {
      case "handle" -> Operand.result(Operand.HANDLE, values.below(8));
      case "host_addr", "new_addr" -> values.oneIn(3) ? values.slot(0) : values.window();
      case "dev_bus_addr" -> values.oneIn(3) ? values.slot(0) : Operand.number(0);
      case "mfn", "gmfn", "frame" -> values.frame();
      case "flags" -> values.small(64);
      case "offset" -> values.small(4096);
      case "len", "length" -> values.small(5000);
      case "extent_order", "order", "address_bits" -> values.small(3);
      case "nr_extents", "nr_frames", "nr_ports", "nr_entries", "count", "size" -> values.small(4);
      case "vcpu", "virq", "version", "id", "mem_flags", "timeout", "nr_exchanged" ->
          values.small(3);
      default -> values.oneIn(2) ? values.small(8) : values.wild();
    };
  }
}

package dev.zendo.fuzz;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.grant.Copy;
import dev.zendo.hypercalls.grant.CopyPointer;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.Member;
import dev.zendo.hypercalls.memory.Exchange;
import dev.zendo.hypercalls.memory.Reservation;
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
    switch (layout.name()) {
      case "vcpu_guest_context" -> {}
      case "gnttab_copy" -> copy(at);
      case "xen_memory_exchange" -> exchange(at);
      default -> fill(layout.members(), at);
    }
  }

  private void copy(int at) {
    for (long side : new long[] {Copy.SOURCE.at(at), Copy.DEST.at(at)}) {
      int pointer = (int) side;
      program.set(pointer, 8, values.oneIn(2) ? values.reference() : values.frame());
      program.set(pointer + CopyPointer.DOMID.offset(), 2, values.domain());
      program.set(pointer + CopyPointer.OFFSET.offset(), 2, values.small(2000));
    }
    program.set(at + Copy.LEN.offset(), 2, values.small(2200));
    program.set(at + Copy.FLAGS.offset(), 2, values.small(4));
  }

  /** Frames for as many others, possibly in larger or smaller extents. */
  private void exchange(int at) {
    int order = values.oneIn(4) ? values.below(3) : 0;
    reservation((int) Exchange.IN.at(at), at + LIST, order);
    reservation(
        (int) Exchange.OUT.at(at), at + 2 * LIST, values.oneIn(6) ? values.below(3) : order);
    program.set(at + Exchange.NR_EXCHANGED.offset(), 8, values.small(1));
  }

  private void reservation(int at, int list, int order) {
    int count = 1 + values.below(LIST_WORDS);
    for (int i = 0; i < count; i++) {
      program.set(list + 8 * i, 8, values.spare());
    }
    program.set(at + Reservation.EXTENT_START.offset(), 8, values.pointer(list));
    program.set(at + Reservation.NR_EXTENTS.offset(), 8, values.small(count + 1));
    program.set(at + Reservation.EXTENT_ORDER.offset(), 4, Operand.number(order));
    program.set(at + Reservation.MEM_FLAGS.offset(), 4, values.small(1));
    program.set(at + Reservation.DOMID.offset(), 2, Operand.number(Domid.SELF));
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
        program.set(at + LIST + 8 * i, 8, values.oneIn(2) ? values.spare() : values.frame());
      }
      return values.pointer(at + LIST);
    }
    return switch (member.type()) {
      case "domid_t" -> values.domain();
      case "evtchn_port_t" -> values.port();
      case "grant_ref_t" -> values.reference();
      case "xen_pfn_t" -> values.spare();
      default -> byName(member);
    };
  }

  private long byName(Member member) {
    return switch (member.name()) {
      case "handle" -> Operand.result(Operand.HANDLE, values.below(8));
      case "host_addr", "new_addr" -> values.oneIn(3) ? values.slot(0) : values.window();
      case "dev_bus_addr" -> values.oneIn(3) ? values.slot(0) : Operand.number(0);
      case "mfn", "gmfn", "frame", "control_gfn", "array_gfn" -> values.frame();
      case "flags" -> values.small(64);
      case "offset" -> values.oneIn(4) ? values.small(4096) : Operand.number(8 * values.below(500));
      case "len", "length" -> values.small(5000);
      case "extent_order", "order", "address_bits" -> values.small(3);
      case "nr_extents", "nr_frames", "nr_ports", "nr_entries", "count", "size" -> values.small(4);
      case "vcpu", "virq", "version", "id", "mem_flags", "timeout", "nr_exchanged" ->
          values.small(3);
      default -> values.oneIn(2) ? values.small(8) : values.wild();
    };
  }
}

package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/**
 * Notes for traces why a frame was refused. Each method returns the error it is given, so that a
 * refusal stays one statement. What is read for a note may have changed since the refusal.
 */
public final class FrameRefusals {
  private FrameRefusals() {}

  /** A reference to a frame (any number) was refused to a domain. */
  public static int owner(FrameTable table, long mfn, int domain, int error) {
    if (Refusal.wanted()) {
      int owner = table.owner(mfn);
      if (!table.contains(mfn)) {
        Refusal.note(Rule.NO_FRAME, mfn);
      } else if (owner < 0) {
        Refusal.note(Rule.FREE_FRAME, mfn);
      } else if (owner != domain) {
        Refusal.note(Rule.FOREIGN_FRAME, mfn, owner, domain);
      } else {
        used(table, mfn, error);
      }
    }
    return error;
  }

  /** A type was refused to a frame of the machine. */
  static int type(FrameTable table, long mfn, int wanted, int error) {
    if (Refusal.wanted()) {
      int type = table.type(mfn);
      int owner = table.owner(mfn);
      if (type == wanted) {
        Refusal.note(Rule.NOT_VALIDATED, mfn, owner, type);
      } else {
        int count = table.typeReferences(mfn);
        // One of the references is that of the refused call.
        int references = table.references(mfn) - 1;
        Refusal.note(Rule.TYPE, mfn, owner, type, count, references, wanted);
      }
    }
    return error;
  }

  /** A frame cannot be taken from its owner, as somebody uses it. */
  static int used(FrameTable table, long mfn, int error) {
    if (Refusal.wanted()) {
      Refusal.note(Rule.IN_USE, mfn, table.references(mfn), table.typeReferences(mfn));
    }
    return error;
  }

  /** An entry of a page table was refused; the reason is noted. */
  static int entry(long tableMfn, int index, int level, int error) {
    if (Refusal.wanted()) {
      Refusal.note(Rule.ENTRY, index, tableMfn, level);
    }
    return error;
  }

  /** An entry of the hypervisor's own was to be changed. */
  static int reservedSlot(long mfn, int index, int error) {
    if (Refusal.wanted()) {
      Refusal.note(Rule.RESERVED_SLOT, index, mfn);
    }
    return error;
  }

  /** A descriptor of a page was refused. */
  static int descriptor(long mfn, int index, long descriptor, int error) {
    if (Refusal.wanted()) {
      Refusal.note(Rule.DESCRIPTOR, index, mfn, descriptor);
    }
    return error;
  }

  /** The flags of an entry were refused. */
  static int flags(long entry, int level, int error) {
    if (Refusal.wanted()) {
      Refusal.note(Rule.ENTRY_FLAGS, entry, Pte.forbiddenFlags(entry, level), level);
    }
    return error;
  }
}

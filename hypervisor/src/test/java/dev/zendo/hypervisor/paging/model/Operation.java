package dev.zendo.hypervisor.paging.model;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that a guest can try.
 *
 * @param a frame, slot or root, by the kind
 * @param b level or {@linkplain Entries entry}, by the kind
 */
record Operation(Kind kind, int a, int b) {
  enum Kind {
    /** Stores entry {@code b} into slot {@code a}, by mmu_update or update_va_mapping. */
    STORE,
    /** Pins frame {@code a} as a table of level {@code b}. */
    PIN,
    UNPIN,
    /** Runs on root {@code a}, a frame or {@link Frames#BOOT_L4}. */
    KERNEL_ROOT,
    /** The same for user mode; {@link ModelState#NONE} for no root. */
    USER_ROOT,
    /** Makes frame {@code a} the descriptor table; {@link ModelState#NONE} for no table. */
    DESCRIPTORS,
    /** Gives frame {@code a} back. */
    DECREASE,
    /** Maps the other domain's frame into slot {@code a}; writable when {@code b} is 1. */
    MAP_GRANT,
    UNMAP_GRANT,
    /** The other domain maps frame {@code a} for a device; writable when {@code b} is 1. */
    LEND,
    /** It gives the frame back. */
    UNLEND
  }

  /** All operations there are, in a fixed order. */
  static List<Operation> all() {
    List<Operation> all = new ArrayList<>();
    for (int slot = 0; slot < Frames.SLOTS; slot++) {
      all.add(new Operation(Kind.STORE, slot, Entries.EMPTY));
      for (int target = 0; target < Frames.COUNT; target++) {
        all.add(new Operation(Kind.STORE, slot, Entries.of(target, false)));
        all.add(new Operation(Kind.STORE, slot, Entries.of(target, true)));
      }
      all.add(new Operation(Kind.MAP_GRANT, slot, 0));
      all.add(new Operation(Kind.MAP_GRANT, slot, 1));
    }
    for (int frame = 0; frame < Frames.FREE; frame++) {
      for (int level = 1; level <= 4; level++) {
        all.add(new Operation(Kind.PIN, frame, level));
      }
      all.add(new Operation(Kind.UNPIN, frame, 0));
      all.add(new Operation(Kind.KERNEL_ROOT, frame, 0));
      all.add(new Operation(Kind.USER_ROOT, frame, 0));
      all.add(new Operation(Kind.DESCRIPTORS, frame, 0));
      all.add(new Operation(Kind.DECREASE, frame, 0));
      all.add(new Operation(Kind.LEND, frame, 0));
      all.add(new Operation(Kind.LEND, frame, 1));
    }
    all.add(new Operation(Kind.KERNEL_ROOT, Frames.BOOT_L4, 0));
    all.add(new Operation(Kind.USER_ROOT, Frames.BOOT_L4, 0));
    all.add(new Operation(Kind.USER_ROOT, ModelState.NONE, 0));
    all.add(new Operation(Kind.DESCRIPTORS, ModelState.NONE, 0));
    all.add(new Operation(Kind.UNMAP_GRANT, 0, 0));
    all.add(new Operation(Kind.UNLEND, 0, 0));
    return List.copyOf(all);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case STORE -> "store " + Frames.slotName(a) + " := " + Entries.toString(b);
      case PIN -> "pin " + Frames.name(a) + " as L" + b;
      case MAP_GRANT -> "map grant at " + Frames.slotName(a) + (b == 1 ? " rw" : " ro");
      case LEND -> "lend " + Frames.name(a) + (b == 1 ? " rw" : " ro");
      case UNMAP_GRANT, UNLEND -> kind.name().toLowerCase(java.util.Locale.ROOT);
      default -> kind.name().toLowerCase(java.util.Locale.ROOT) + " " + Frames.name(a);
    };
  }
}

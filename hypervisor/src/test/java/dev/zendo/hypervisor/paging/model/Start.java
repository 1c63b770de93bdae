package dev.zendo.hypervisor.paging.model;

import dev.zendo.hypervisor.paging.model.Operation.Kind;
import java.util.List;

/** Where the exploration starts: what the guest has done before. */
enum Start {
  /** Nothing. */
  BOOTED,

  /** The four frames are tables of the four levels, each named by the next, the last one pinned. */
  TREE,

  /** The guest runs on such tables, which nothing else holds. */
  RUNNING,

  /** Two top-level tables of which one names the other, and a frame that is mapped. */
  LINEAR,

  /** A granted frame is mapped by the boot table and a frame of the guest's is lent. */
  SHARING;

  /** What was done, in this order. */
  List<Operation> operations() {
    return switch (this) {
      case BOOTED -> List.of();
      case TREE -> tree(new Operation(Kind.PIN, 3, 4));
      case RUNNING -> tree(new Operation(Kind.KERNEL_ROOT, 3, 0));
      case LINEAR ->
          List.of(
              new Operation(Kind.PIN, 0, 4),
              new Operation(Kind.PIN, 1, 4),
              store(Frames.firstSlot(0), 1, false),
              store(Frames.BOOT_L1_SLOT, 2, true));
      case SHARING ->
          List.of(
              new Operation(Kind.MAP_GRANT, Frames.BOOT_L1_SLOT, 1),
              new Operation(Kind.LEND, 0, 1),
              new Operation(Kind.PIN, 1, 1));
    };
  }

  private static List<Operation> tree(Operation last) {
    return List.of(
        store(Frames.firstSlot(1), 0, true),
        store(Frames.firstSlot(2), 1, true),
        store(Frames.firstSlot(3), 2, true),
        last);
  }

  private static Operation store(int slot, int target, boolean writable) {
    return new Operation(Kind.STORE, slot, Entries.of(target, writable));
  }
}

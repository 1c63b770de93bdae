package dev.zendo.hypervisor.paging.model;

import dev.zendo.hypervisor.machine.FrameTable;

/** The frames that entries can name, and the slots of tables that operations can write. */
final class Frames {
  /** Frames 0 up to this one are the guest's, and interchangeable. */
  static final int FREE = 4;

  /** The L1 table that the guest was booted with. */
  static final int BOOT_L1 = 4;

  /** The top-level table that the guest was booted with; the second vcpu always runs on it. */
  static final int BOOT_L4 = 5;

  /** A frame of the other domain, which grants it. */
  static final int FOREIGN = 6;

  /** A frame of the hypervisor. */
  static final int HYPERVISOR = 7;

  static final int COUNT = 8;

  /** Slots of each free frame: its entries 0 and 1. */
  static final int SLOTS_OF_FREE = 2;

  /** A slot of the boot L1 and one of the boot L4 follow those of the free frames. */
  static final int BOOT_L1_SLOT = FREE * SLOTS_OF_FREE;

  static final int BOOT_L4_SLOT = BOOT_L1_SLOT + 1;
  static final int SLOTS = BOOT_L4_SLOT + 1;

  /** Entry number of the slots in boot tables: in the lower half, unused by boot. */
  static final int BOOT_INDEX = 100;

  private Frames() {}

  /** The frame in which a slot is. */
  static int host(int slot) {
    return switch (slot) {
      case BOOT_L1_SLOT -> BOOT_L1;
      case BOOT_L4_SLOT -> BOOT_L4;
      default -> slot / SLOTS_OF_FREE;
    };
  }

  /** Entry number of a slot in its frame. */
  static int index(int slot) {
    return slot >= BOOT_L1_SLOT ? BOOT_INDEX : slot % SLOTS_OF_FREE;
  }

  /** First slot of a frame that has slots. */
  static int firstSlot(int frame) {
    return switch (frame) {
      case BOOT_L1 -> BOOT_L1_SLOT;
      case BOOT_L4 -> BOOT_L4_SLOT;
      default -> frame * SLOTS_OF_FREE;
    };
  }

  /** Number of slots of a frame. */
  static int slots(int frame) {
    return frame < FREE ? SLOTS_OF_FREE : frame <= BOOT_L4 ? 1 : 0;
  }

  /** Whether the guest whose operations are modelled owned the frame at the start. */
  static boolean isOwn(int frame) {
    return frame <= BOOT_L4;
  }

  /** The type of a boot table; {@link FrameTable#NONE} for other frames. */
  static int bootType(int frame) {
    return frame == BOOT_L1 ? FrameTable.L1 : frame == BOOT_L4 ? FrameTable.L4 : FrameTable.NONE;
  }

  static String name(int frame) {
    return switch (frame) {
      case BOOT_L1 -> "boot-L1";
      case BOOT_L4 -> "boot-L4";
      case FOREIGN -> "foreign";
      case HYPERVISOR -> "hypervisor";
      case ModelState.NONE -> "none";
      default -> "f" + frame;
    };
  }

  static String slotName(int slot) {
    return name(host(slot)) + "[" + index(slot) + "]";
  }
}

package dev.zendo.hypervisor.paging.model;

import static dev.zendo.hypervisor.machine.FrameTable.DESCRIPTORS;
import static dev.zendo.hypervisor.machine.FrameTable.L1;
import static dev.zendo.hypervisor.machine.FrameTable.L4;
import static dev.zendo.hypervisor.machine.FrameTable.NONE;
import static dev.zendo.hypervisor.machine.FrameTable.WRITABLE;

import java.util.Arrays;

/**
 * What every frame is used as and how often it is referred to: found from scratch from a state,
 * without a memory of earlier ones.
 */
final class References {
  private ModelState state;
  final int[] type = new int[Frames.COUNT];
  final int[] typeCount = new int[Frames.COUNT];
  final int[] general = new int[Frames.COUNT];

  /** Entries to other tables of the own level less such entries that name the table. */
  final int[] linear = new int[Frames.COUNT];

  /** Tables whose entries are still being checked. */
  private final boolean[] unfinished = new boolean[Frames.COUNT];

  private References(ModelState state) {
    this.state = state;
  }

  /** Derives everything; the state is one that {@link Model} allowed. */
  static References of(ModelState state) {
    References found = new References(state);
    found.general[Frames.FOREIGN] = 1;
    found.add(Frames.BOOT_L1, L1);
    found.add(Frames.BOOT_L4, L4);
    for (int frame = 0; frame < Frames.FREE; frame++) {
      if (state.allocated(frame)) {
        found.general[frame]++;
      }
      if (state.pin(frame) > 0) {
        found.add(frame, state.pin(frame));
      }
    }
    found.addIfSome(state.kernelRoot(), L4);
    found.addIfSome(state.userRoot(), L4);
    found.addIfSome(state.descriptors(), DESCRIPTORS);
    if (state.lent() >= 0) {
      found.addLeaf(state.lent(), state.lentWritable());
    }
    return found;
  }

  private void addIfSome(int frame, int as) {
    if (frame >= 0) {
      add(frame, as);
    }
  }

  private void add(int frame, int as) {
    if (typeCount[frame] > 0 && type[frame] != as) {
      throw new IllegalStateException(Frames.name(frame) + " has two types: " + state);
    }
    general[frame]++;
    type[frame] = as;
    if (typeCount[frame]++ == 0 && as <= L4) {
      for (int i = 0; i < Frames.slots(frame); i++) {
        addEntry(frame, as, state.entry(Frames.firstSlot(frame) + i));
      }
    }
  }

  private void addEntry(int table, int level, int entry) {
    if (!Entries.isPresent(entry)) {
      return;
    }
    int target = Entries.target(entry);
    if (level == L1) {
      addLeaf(target, Entries.isWritable(entry));
    } else if (!Entries.isLinear(entry)) {
      add(target, level - 1);
    } else if (target != table) {
      linear[table]++;
      linear[target]--;
      add(target, level);
    }
  }

  private void addLeaf(int frame, boolean writable) {
    if (writable) {
      add(frame, WRITABLE);
    } else {
      general[frame]++;
    }
  }

  /** Type in use, as the frame table names it. */
  int type(int frame) {
    return typeCount[frame] == 0 ? NONE : type[frame];
  }

  /** Whether a type is that of a page table of some level. */
  static boolean isTable(int type) {
    return type >= L1 && type <= L4;
  }

  /** Whether a frame of the guest's is still there. */
  boolean exists(int frame) {
    return Frames.isOwn(frame) && general[frame] > 0;
  }

  /** The same references for a copy of the state, which the methods below may change. */
  References continuedIn(ModelState copy) {
    state = copy;
    return this;
  }

  // --- what may be added ------------------------------------------------------------------------

  /**
   * Uses a frame of the guest's as a table or descriptor table as well. Marks what it finds to be
   * linear in the state. After a refusal this object and its state are of no use any more.
   */
  boolean acquire(int frame, int as) {
    if (!exists(frame) || typeCount[frame] > 0 && (type[frame] != as || unfinished[frame])) {
      return false;
    }
    general[frame]++;
    type[frame] = as;
    return typeCount[frame]++ > 0 || as > L4 || check(frame, as);
  }

  private boolean check(int frame, int level) {
    if (level < L4 && state.stained(frame)) {
      return false;
    }
    unfinished[frame] = true;
    for (int i = 0; i < Frames.slots(frame); i++) {
      if (!acquireEntry(frame, level, Frames.firstSlot(frame) + i)) {
        return false;
      }
    }
    unfinished[frame] = false;
    return true;
  }

  /** Takes what the entry in a slot of a table refers to. */
  boolean acquireEntry(int table, int level, int slot) {
    int entry = Entries.written(state.entry(slot));
    state.entry(slot, entry);
    if (!Entries.isPresent(entry)) {
      return true;
    }
    int target = Entries.target(entry);
    if (level == L1) {
      return acquireLeaf(target, Entries.isWritable(entry));
    }
    boolean below = typeCount[target] == 0 || type[target] == level - 1;
    if (below) {
      return acquire(target, level - 1);
    }
    if (Entries.isWritable(entry) || !acquireLinear(table, level, target)) {
      return false;
    }
    state.entry(slot, Entries.linear(entry));
    return true;
  }

  /**
   * A table may name another of its level if it is not named so itself, nor the other names one.
   */
  private boolean acquireLinear(int table, int level, int target) {
    if (target == table) {
      return true;
    }
    boolean good = exists(target) && type[target] == level && !unfinished[target];
    if (!good || linear[table] < 0 || linear[target] > 0) {
      return false;
    }
    linear[table]++;
    linear[target]--;
    general[target]++;
    typeCount[target]++;
    return true;
  }

  /** Maps a frame of the guest's. */
  boolean acquireLeaf(int frame, boolean writable) {
    if (!exists(frame) || writable && typeCount[frame] > 0 && type[frame] != WRITABLE) {
      return false;
    }
    general[frame]++;
    if (writable) {
      type[frame] = WRITABLE;
      typeCount[frame]++;
    }
    return true;
  }

  @Override
  public String toString() {
    return "types "
        + Arrays.toString(type)
        + " counts "
        + Arrays.toString(typeCount)
        + " references "
        + Arrays.toString(general);
  }
}

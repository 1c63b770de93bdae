package dev.zendo.hypervisor.paging.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What has been done to the small memory so far. Immutable but for its package-private builder
 * methods, which only {@link Model} uses on copies of its own.
 */
final class ModelState {
  /** No frame, root or mapping. */
  static final int NONE = -1;

  private static final int PINS = Frames.SLOTS;
  private static final int ALLOCATED = PINS + Frames.FREE;
  private static final int KERNEL_ROOT = ALLOCATED + Frames.FREE;
  private static final int USER_ROOT = KERNEL_ROOT + 1;
  private static final int DESCRIPTORS = USER_ROOT + 1;
  private static final int LENT = DESCRIPTORS + 1;
  private static final int LENT_WRITABLE = LENT + 1;
  private static final int GRANT_SLOT = LENT_WRITABLE + 1;
  private static final int GRANT_WRITABLE = GRANT_SLOT + 1;
  private static final int STAINED = GRANT_WRITABLE + 1;
  private static final int CACHED = STAINED + Frames.FREE;
  private static final int SIZE = CACHED + 1;

  private static final int[][] RENAMINGS = renamings();

  private final byte[] fields;

  private ModelState(byte[] fields) {
    this.fields = fields;
  }

  /** The guest has just been booted. */
  static ModelState initial() {
    byte[] fields = new byte[SIZE];
    Arrays.fill(fields, ALLOCATED, ALLOCATED + Frames.FREE, (byte) 1);
    fields[KERNEL_ROOT] = Frames.BOOT_L4;
    for (int none : new int[] {USER_ROOT, DESCRIPTORS, LENT, GRANT_SLOT}) {
      fields[none] = NONE;
    }
    return new ModelState(fields);
  }

  ModelState copy() {
    return new ModelState(fields.clone());
  }

  int entry(int slot) {
    return fields[slot];
  }

  void entry(int slot, int entry) {
    fields[slot] = (byte) entry;
  }

  /** Level as which a frame is pinned, 0 for none. */
  int pin(int frame) {
    return fields[PINS + frame];
  }

  void pin(int frame, int level) {
    fields[PINS + frame] = (byte) level;
  }

  /** Whether the owner has not given the frame back. */
  boolean allocated(int frame) {
    return fields[ALLOCATED + frame] != 0;
  }

  void giveUp(int frame) {
    fields[ALLOCATED + frame] = 0;
  }

  int kernelRoot() {
    return fields[KERNEL_ROOT];
  }

  void kernelRoot(int frame) {
    fields[KERNEL_ROOT] = (byte) frame;
  }

  int userRoot() {
    return fields[USER_ROOT];
  }

  void userRoot(int frame) {
    fields[USER_ROOT] = (byte) frame;
  }

  int descriptors() {
    return fields[DESCRIPTORS];
  }

  void descriptors(int frame) {
    fields[DESCRIPTORS] = (byte) frame;
  }

  /** The frame that the other domain has mapped for a device. */
  int lent() {
    return fields[LENT];
  }

  boolean lentWritable() {
    return fields[LENT_WRITABLE] != 0;
  }

  void lend(int frame, boolean writable) {
    fields[LENT] = (byte) frame;
    fields[LENT_WRITABLE] = (byte) (writable ? 1 : 0);
  }

  /** The slot at which the other domain's frame was mapped; the mapping's handle is in use. */
  int grantSlot() {
    return fields[GRANT_SLOT];
  }

  boolean grantWritable() {
    return fields[GRANT_WRITABLE] != 0;
  }

  void grant(int slot, boolean writable) {
    fields[GRANT_SLOT] = (byte) slot;
    fields[GRANT_WRITABLE] = (byte) (writable ? 1 : 0);
  }

  /**
   * Whether a frame was a top-level table: then it has entries in the hypervisor's slots, which no
   * table of another level may have.
   */
  boolean stained(int frame) {
    return fields[STAINED + frame] != 0;
  }

  void stain(int frame, boolean stained) {
    fields[STAINED + frame] = (byte) (stained ? 1 : 0);
  }

  /** Frames (a bit each) of which the vcpu may have cached a translation that allows writes. */
  int cached() {
    return fields[CACHED] & 0xff;
  }

  /** The same state with other cached translations. */
  ModelState withCached(int frames) {
    ModelState state = copy();
    state.fields[CACHED] = (byte) frames;
    return state;
  }

  /**
   * A number that states have in common if and only if (but for collisions of 64 bits) one becomes
   * the other when its free frames change names.
   */
  long fingerprint() {
    long best = -1;
    for (int[] names : RENAMINGS) {
      long hash = hash(names);
      best = Long.compareUnsigned(hash, best) < 0 ? hash : best;
    }
    return best;
  }

  private long hash(int[] names) {
    long[] words = new long[2 * Frames.FREE + 1];
    for (int frame = 0; frame < Frames.FREE; frame++) {
      long word = pin(frame) | (allocated(frame) ? 8 : 0) | (stained(frame) ? 16 : 0);
      word |= (cached() >>> frame & 1L) << 5;
      for (int i = 0; i < Frames.SLOTS_OF_FREE; i++) {
        int entry = Entries.renamed(entry(Frames.firstSlot(frame) + i), names);
        word = word << 8 | entry;
      }
      words[names[frame]] = word;
    }
    long rest = Entries.renamed(entry(Frames.BOOT_L1_SLOT), names);
    rest = rest << 8 | Entries.renamed(entry(Frames.BOOT_L4_SLOT), names);
    for (int at : new int[] {KERNEL_ROOT, USER_ROOT, DESCRIPTORS, LENT}) {
      rest = rest << 4 | (fields[at] < 0 ? 15 : names[fields[at]]);
    }
    rest = rest << 1 | fields[LENT_WRITABLE];
    rest = rest << 4 | (grantSlot() < 0 ? 15 : renamedSlot(names));
    rest = rest << 1 | fields[GRANT_WRITABLE];
    rest = rest << 4 | cached() >>> Frames.FREE;
    words[Frames.FREE] = rest;
    long hash = 0;
    for (long word : words) {
      hash = mix(hash ^ word);
    }
    return hash;
  }

  private int renamedSlot(int[] names) {
    int slot = grantSlot();
    return slot >= Frames.BOOT_L1_SLOT
        ? slot
        : Frames.firstSlot(names[Frames.host(slot)]) + Frames.index(slot);
  }

  /** The finalizer of splitmix64: a bijection that spreads every bit. */
  private static long mix(long x) {
    long z = x + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  private static int[][] renamings() {
    List<int[]> all = new ArrayList<>();
    permute(new int[Frames.FREE], 0, 0, all);
    return all.toArray(int[][]::new);
  }

  private static void permute(int[] names, int frame, int used, List<int[]> all) {
    if (frame == Frames.FREE) {
      int[] complete = new int[Frames.COUNT];
      for (int i = 0; i < Frames.COUNT; i++) {
        complete[i] = i < Frames.FREE ? names[i] : i;
      }
      all.add(complete);
      return;
    }
    for (int name = 0; name < Frames.FREE; name++) {
      if ((used >>> name & 1) == 0) {
        names[frame] = name;
        permute(names, frame + 1, used | 1 << name, all);
      }
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int slot = 0; slot < Frames.SLOTS; slot++) {
      if (entry(slot) != Entries.EMPTY) {
        text.append(Frames.slotName(slot)).append('=').append(Entries.toString(entry(slot)));
        text.append(Entries.isLinear(entry(slot)) ? " linear, " : ", ");
      }
    }
    for (int frame = 0; frame < Frames.FREE; frame++) {
      text.append(pin(frame) > 0 ? Frames.name(frame) + " pinned L" + pin(frame) + ", " : "");
      text.append(allocated(frame) ? "" : Frames.name(frame) + " given up, ");
    }
    text.append("roots ").append(Frames.name(kernelRoot())).append(' ');
    text.append(Frames.name(userRoot())).append(", gdt ").append(Frames.name(descriptors()));
    text.append(", lent ").append(Frames.name(lent())).append(lentWritable() ? " rw" : "");
    text.append(", grant ").append(grantSlot() < 0 ? "none" : Frames.slotName(grantSlot()));
    return text.append(", cached ").append(Integer.toBinaryString(cached())).toString();
  }
}

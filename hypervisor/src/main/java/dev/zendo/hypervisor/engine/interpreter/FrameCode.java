package dev.zendo.hypervisor.engine.interpreter;

import java.util.List;

/**
 * The blocks decoded from one machine frame, by virtual address. Thread-safe: all changes happen
 * under the object's lock, which is taken only when a block is looked up the slow way.
 */
final class FrameCode {
  /** {@link #afterStore}: the store changed no code. */
  static final int KEEP = 0;

  /** {@link #afterStore}: the code that the store changed is to be dropped. */
  static final int DROP_OVERLAP = 1;

  /** {@link #afterStore}: all code is to be dropped, so that stores become fast again. */
  static final int GIVE_UP = 2;

  private static final Block[] NONE = {};

  /** Virtual aliases times entries: beyond this the frame starts over. */
  private static final int MAX_BLOCKS = 4096;

  /** Stores to other bytes of the frame before its code is given up for fast stores. */
  private static final int FIRST_PATIENCE = 32;

  private static final int MAX_PATIENCE_SHIFT = 15;

  private Block[] table = NONE;

  /** Where blocks begin, or began. */
  private final PageBits entries = new PageBits();

  /** Entries of blocks that ran often. */
  private final PageBits hot = new PageBits();

  /** Branches that left the middle of their block often. */
  private final PageBits turned = new PageBits();

  /** Branches that did so both ways in turn. */
  private final PageBits unsteady = new PageBits();

  private int used;
  private volatile int generation;
  private volatile boolean writeProtected;
  private int quietStores;
  private int surrenders;

  /** Changes whenever code is dropped. */
  int generation() {
    return generation;
  }

  /** Whether all cached writable translations are gone since code was dropped last. */
  boolean isProtected() {
    return writeProtected;
  }

  void setProtected() {
    writeProtected = true;
  }

  synchronized Block find(long pc, boolean longMode) {
    if (used == 0) {
      return null;
    }
    int mask = table.length - 1;
    for (int i = hash(pc) & mask; table[i] != null; i = i + 1 & mask) {
      Block block = table[i];
      if (block.pc == pc && block.longMode == longMode && block.isAlive()) {
        return block;
      }
    }
    return null;
  }

  /**
   * Adds a block.
   *
   * @param seen the generation before the code was read
   * @return whether nothing was dropped since then; otherwise the code must be decoded again
   */
  synchronized boolean add(Block block, int seen) {
    if (seen != generation) {
      return false;
    }
    if (used >= MAX_BLOCKS) {
      forget();
    }
    if (2 * used >= table.length) {
      grow();
    }
    insert(block);
    return true;
  }

  /** Notes that a block begins at an address, for {@link #isEntry}. */
  synchronized void addEntry(long pc) {
    entries.add(pc);
  }

  private void grow() {
    Block[] old = table;
    table = new Block[Math.max(8, 2 * old.length)];
    used = 0;
    for (Block block : old) {
      if (block != null && block.isAlive()) {
        insert(block);
      }
    }
  }

  private void insert(Block block) {
    int mask = table.length - 1;
    int i = hash(block.pc) & mask;
    while (table[i] != null) {
      i = i + 1 & mask;
    }
    table[i] = block;
    used++;
  }

  private static int hash(long pc) {
    return (int) (pc ^ pc >>> 12 ^ pc >>> 27);
  }

  /** Whether blocks should go on at the target of a conditional branch, not behind it. */
  boolean isUsuallyTaken(long rip) {
    return turned.has(rip) && !unsteady.has(rip);
  }

  /** Whether a block with this entry ran often, so that it is worth going on behind branches. */
  boolean isHot(long pc) {
    return hot.has(pc);
  }

  /** Whether a block begins at an address, or began there, as far as anybody noted it. */
  boolean isEntry(long pc) {
    return entries.has(pc);
  }

  /** A block ran often: lets it be built again for many more executions. */
  synchronized void extend(Block block) {
    if (!block.hot) {
      hot.add(block.pc);
      block.kill();
    }
  }

  /** A branch often leaves a block in the middle: lets the block be built along the other way. */
  synchronized void turn(Block block, long rip) {
    if (unsteady.has(rip)) {
      return;
    }
    if (turned.has(rip)) {
      unsteady.add(rip);
    }
    turned.add(rip);
    block.kill();
  }

  /** Puts joined ops in the place of those they stand for, unless the block is dead. */
  synchronized void install(Block block, List<HotBlocks.Joined> parts) {
    if (block.isAlive()) {
      for (HotBlocks.Joined part : parts) {
        part.install(block);
      }
    }
  }

  /** Drops everything; the frame may be written freely from now on. */
  synchronized void dropAll() {
    writeProtected = false;
    forget();
    quietStores = 0;
    generation++;
  }

  /** Drops everything to save space; what is being decoded meanwhile is still good. */
  synchronized void forget() {
    for (Block block : table) {
      if (block != null) {
        block.kill();
      }
    }
    table = NONE;
    entries.clear();
    hot.clear();
    turned.clear();
    unsteady.clear();
    used = 0;
  }

  /** Drops the blocks that contain any of the bytes. */
  synchronized void drop(long mfn, int offset, int bytes) {
    for (int i = 0; i < table.length; i++) {
      if (table[i] != null && overlaps(table[i], mfn, offset, bytes)) {
        table[i].kill();
      }
    }
    generation++;
  }

  private static boolean overlaps(Block block, long mfn, int offset, int bytes) {
    int start = block.start;
    int end = start + block.bytes;
    if (block.secondFrame == mfn && offset < end - 4096) {
      return true;
    }
    return end > offset && start < offset + bytes;
  }

  private boolean overlapsAny(long mfn, int offset, int bytes) {
    for (Block block : table) {
      if (block != null && overlaps(block, mfn, offset, bytes) && block.isAlive()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a store must be made by an instruction alone in its block, because it changes code or
   * gives the frame's code up.
   */
  synchronized boolean interferes(long mfn, int offset, int bytes) {
    return impatient() || overlapsAny(mfn, offset, bytes);
  }

  private boolean impatient() {
    return quietStores + 1 >= FIRST_PATIENCE << Math.min(surrenders, MAX_PATIENCE_SHIFT);
  }

  /** What to do after a store: {@link #KEEP}, {@link #DROP_OVERLAP} or {@link #GIVE_UP}. */
  synchronized int afterStore(long mfn, int offset, int bytes) {
    if (overlapsAny(mfn, offset, bytes)) {
      return DROP_OVERLAP;
    }
    if (impatient()) {
      surrenders++;
      return GIVE_UP;
    }
    quietStores++;
    return KEEP;
  }
}

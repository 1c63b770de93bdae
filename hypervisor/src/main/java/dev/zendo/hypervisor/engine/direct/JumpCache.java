package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.PageFilter;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Which code belongs to a guest address, for one vcpu and mode: a direct-mapped table in the state
 * block that emitted code looks into as well. An entry is a guest address and a host address, 8
 * bytes each. An entry holds only while the page's translation does. One thread.
 */
final class JumpCache {
  /** Number of entries, a power of two. */
  static final int ENTRIES = 8192;

  /** Bytes of an entry as a power of two. */
  static final int SHIFT = 4;

  /** Bytes of the whole table. */
  static final int BYTES = ENTRIES << SHIFT;

  /** Distance of the two parts of an address that choose the entry together, in bits. */
  static final int FOLD = 12;

  /** Not canonical, and all bytes are the same. */
  private static final long NO_ADDRESS = 0x5555_5555_5555_5555L;

  private static final int PAGE = 4096;

  private final long base;

  /** Pages whose addresses are in the table. */
  private final PageFilter seen = new PageFilter();

  /** Offsets of entries that were filled, as far as there is room: these are to be emptied. */
  private final int[] filled = new int[1024];

  private int count = Integer.MAX_VALUE;
  private boolean lowerHalf;

  /**
   * An empty table.
   *
   * @param base its host address
   */
  JumpCache(long base) {
    this.base = base;
    clear();
  }

  /** Offset of an address's entry from the table's start, in bytes. */
  static int offset(long rip) {
    return ((int) rip ^ (int) (rip >>> FOLD)) << SHIFT & BYTES - 1;
  }

  /** Host address of the code for a guest address, 0 when it is not here. */
  long get(long rip) {
    long entry = base + offset(rip);
    boolean hit = HostMemory.getLong(entry) == rip && CpuState.isCanonical(rip);
    return hit ? HostMemory.getLong(entry + 8) : 0;
  }

  /** Enters a block. */
  void put(Block block) {
    int offset = offset(block.rip);
    long entry = base + offset;
    HostMemory.putLong(entry, block.rip);
    HostMemory.putLong(entry + 8, block.entry);
    seen.add(block.rip);
    if (count < filled.length) {
      filled[count] = offset;
      count++;
    } else {
      count = Integer.MAX_VALUE;
    }
    lowerHalf |= block.rip >= 0;
    if (block.crosses()) {
      seen.add(block.rip + PAGE);
    }
  }

  /** Drops a block, because it is dead. */
  void remove(long rip) {
    long entry = base + offset(rip);
    if (HostMemory.getLong(entry) == rip) {
      HostMemory.putLong(entry, NO_ADDRESS);
    }
  }

  /** Drops what lies on one page. */
  void removePage(long va) {
    if (seen.mayHave(va)) {
      clear();
    }
  }

  /** Whether there are addresses below the canonical gap. */
  boolean hasLowerHalf() {
    return lowerHalf;
  }

  /** Drops everything. */
  void clear() {
    if (count > filled.length) {
      HostMemory.fill(base, BYTES, (byte) NO_ADDRESS);
    } else {
      for (int i = 0; i < count; i++) {
        HostMemory.putLong(base + filled[i], NO_ADDRESS);
      }
    }
    seen.clear();
    count = 0;
    lowerHalf = false;
  }
}

package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.PageFilter;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.LibC;

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

  /** Bytes of the part of it that compact code looks into. */
  private static final int COMPACT_BYTES = BYTES / 4;

  /** Distance of the two parts of an address that choose the entry together, in bits. */
  static final int FOLD = 12;

  /**
   * What an empty entry has as its address, and what the first one has. An address is only ever
   * looked for in its own entry, 0 in the first and 1 in the second: so no address finds an empty
   * entry, canonical or not, and all but the first are empty where the host cleared the memory.
   */
  private static final long EMPTY = 0;

  private static final long EMPTY_FIRST = 1;

  private static final int PAGE = 4096;

  private final long base;

  /** Bytes in use. */
  private int bytes = BYTES;

  /** Pages whose addresses are in the table. */
  private final PageFilter seen = new PageFilter();

  /** Offsets of entries that were filled, as far as there is room: these are to be emptied. */
  private final int[] filled = new int[1024];

  private int count;
  private boolean lowerHalf;

  /**
   * An empty table.
   *
   * @param base its host address, where a page begins
   */
  JumpCache(long base) {
    this.base = base;
    shed();
  }

  /** How many bytes are in use, a power of two. */
  static int bytes(boolean compact) {
    return compact ? COMPACT_BYTES : BYTES;
  }

  /** Offset of an address's entry from the start of a table of so many bytes, in bytes. */
  static int offset(long rip, int bytes) {
    return ((int) rip ^ (int) (rip >>> FOLD)) << SHIFT & bytes - 1;
  }

  private int offset(long rip) {
    return offset(rip, bytes);
  }

  /**
   * Writes code that looks for the address in the scratch register and leaves the offset of its
   * entry in the other one; returns the jump that is taken when it is not there.
   *
   * @param table offset of the table in the state block
   * @param bytes of the table in use
   */
  static int lookUp(Assembler out, int table, int bytes) {
    out.reg(4, 0x8b, HOST, SCRATCH);
    out.reg(4, 0xc1, 5, HOST);
    out.bytes(FOLD);
    out.reg(4, 0x33, HOST, SCRATCH);
    out.reg(4, 0xc1, 4, HOST);
    out.bytes(SHIFT);
    out.reg(4, 0x81, 4, HOST);
    out.int4(bytes - 1 & -1 << SHIFT);
    out.mem(8, 0x39, SCRATCH, STATE, HOST, 0, table);
    return out.jump(Condition.NOT_EQUAL);
  }

  /** From now on so much is used as {@link #bytes} says; there is nothing in it. */
  void resize(boolean compact) {
    bytes = bytes(compact);
  }

  /** Host address of the code for a guest address, 0 when it is not here. */
  long get(long rip) {
    long entry = base + offset(rip);
    return HostMemory.getLong(entry) == rip ? HostMemory.getLong(entry + 8) : 0;
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
    int offset = offset(rip);
    if (HostMemory.getLong(base + offset) == rip) {
      empty(offset);
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
      HostMemory.fill(base, bytes, (byte) EMPTY);
      empty(0);
    } else {
      for (int i = 0; i < count; i++) {
        empty(filled[i]);
      }
    }
    forget();
  }

  /** Drops everything and gives the host back what backs the table, for as long as it is empty. */
  void shed() {
    try {
      LibC.discard(base, BYTES);
    } catch (UnsupportedOperationException e) {
      HostMemory.fill(base, BYTES, (byte) EMPTY);
    }
    empty(0);
    forget();
  }

  private void empty(int offset) {
    HostMemory.putLong(base + offset, offset == 0 ? EMPTY_FIRST : EMPTY);
  }

  private void forget() {
    seen.clear();
    count = 0;
    lowerHalf = false;
  }
}

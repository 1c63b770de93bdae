package dev.zendo.dom0.report;

import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;

/**
 * Reads the memory of a guest that does not run, by virtual address, by walking its page tables.
 * The tables may hold anything: an address that does not resolve reads as absent. Not thread-safe.
 */
final class GuestVirtualMemory implements AutoCloseable {
  private static final long FRAME_MASK = 0x000f_ffff_ffff_f000L;
  private static final int PRESENT = 1;
  private static final int LEVELS = 4;

  private final MemoryControl memory;
  private final int domain;
  private final long root;
  private long cachedPage = -1;
  private Mapping cached;

  /**
   * Access through one top-level table.
   *
   * @param root its machine address
   */
  GuestVirtualMemory(MemoryControl memory, int domain, long root) {
    this.memory = memory;
    this.domain = domain;
    this.root = root;
  }

  /** Reads eight aligned bytes; null when nothing is mapped there. */
  Long read(long address) {
    if ((address & 7) != 0 || !open(address >> 12)) {
      return null;
    }
    return memory.memory().getLong(cached.address() + (address & 0xff8));
  }

  private boolean open(long page) {
    if (cached != null && cachedPage == page) {
      return true;
    }
    close();
    long at = root;
    try {
      for (int level = LEVELS - 1; level >= 0; level--) {
        int index = (int) (page >>> (9 * level)) & 511;
        long entry;
        try (Mapping table = map(at)) {
          entry = memory.memory().getLong(table.address() + 8L * index);
        }
        if ((entry & PRESENT) == 0) {
          return false;
        }
        at = entry & FRAME_MASK;
      }
      cached = map(at);
      cachedPage = page;
      return true;
    } catch (HypercallFailure e) {
      return false;
    }
  }

  private Mapping map(long machineAddress) {
    return memory.mapForeign(domain, new long[] {machineAddress >>> 12}, 0, 1);
  }

  @Override
  public void close() {
    if (cached != null) {
      cached.close();
      cached = null;
    }
  }
}

package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * A guest of a {@link SmallMachine} that runs on {@linkplain SmallMachine#boot tables like a domain
 * builder's}: its memory, its entries and its hypercalls, for tests that play its kernel.
 */
public final class BootedGuest {
  /** Data frames, mapped from virtual address 0 on; the L1, L2, L3 and L4 table follow. */
  public static final int PAGES = 40;

  private static final int FLUSH_LOCAL = 2;

  public final Domain domain;

  /** Machine frames: {@link #PAGES} data frames, then the L1, L2, L3 and L4 table. */
  public final long[] frames;

  private final SmallMachine machine;

  public BootedGuest(SmallMachine machine, int id, long maxPages) {
    this.machine = machine;
    this.domain = machine.guest(id, maxPages);
    this.frames = machine.boot(domain, PAGES);
  }

  /** Host address of a virtual address at which the guest was booted. */
  public long at(long address) {
    return machine.memory.address(frames[(int) (address >> 12)]) + (address & 4095);
  }

  public void put(long address, long value) {
    HostMemory.putLong(at(address), value);
  }

  public long get(long address) {
    return HostMemory.getLong(at(address));
  }

  public long call(int number, long... args) {
    return machine.call(domain, number, args);
  }

  /** Sets the entry of a virtual page by update_va_mapping. */
  public long map(int page, long entry) {
    return call(Hypercalls.UPDATE_VA_MAPPING, (long) page << 12, entry, FLUSH_LOCAL);
  }

  /** The entry of a virtual page. */
  public long entry(int page) {
    return machine.entry(frames[PAGES], page);
  }
}

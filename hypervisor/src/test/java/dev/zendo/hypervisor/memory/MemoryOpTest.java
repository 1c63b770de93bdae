package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.paging.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryOpTest {
  private static final int SELF = 0x7ff0;

  private final SmallMachine machine = new SmallMachine();
  private final Domain control = machine.control(16);
  private final PhysicalMemory physical = machine.core.physicalMemory(control);
  private final BootedGuest guest = new BootedGuest(machine, 1, 100);
  private final Domain domain = guest.domain;
  private final long[] frames = guest.frames;

  @AfterEach
  void everyFrameComesBack() {
    machine.end();
  }

  private void reservation(long list, long count, int order, int domid) {
    guest.put(0x100, list);
    guest.put(0x108, count);
    guest.put(0x110, order);
    guest.put(0x118, domid);
  }

  private long op(int operation, long list, long count, int order) {
    reservation(list, count, order, SELF);
    return guest.call(Hypercalls.MEMORY_OP, operation, 0x100);
  }

  private long controlOp(int operation, long list, long count, int order, int domid) {
    physical.putLong(0x100, list);
    physical.putLong(0x108, count);
    physical.putInt(0x110, order);
    physical.putInt(0x114, 0);
    physical.putShort(0x118, (short) domid);
    return machine.call(control, Hypercalls.MEMORY_OP, operation, 0x100);
  }

  @Test
  void decreaseAndPopulateKeepTheCount() {
    long before = domain.totalPages();
    guest.map(5, 0);
    guest.put(0x200, frames[5]);
    assertEquals(1, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, 0));
    assertEquals(before - 1, domain.totalPages());
    assertEquals(-1, machine.paging.machToPhys().get(frames[5]));
    guest.put(0x200, 5);
    assertEquals(1, op(MemoryOp.POPULATE_PHYSMAP, 0x200, 1, 0));
    assertEquals(5, machine.paging.machToPhys().get(guest.get(0x200)));
    assertEquals(before, domain.totalPages());
  }

  @Test
  void aMappedFrameStaysUntilItsLastMappingGoes() {
    long before = domain.totalPages();
    guest.put(0x200, frames[5]);
    assertEquals(1, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, 0));
    assertEquals(before, domain.totalPages());
    assertEquals(5, machine.paging.machToPhys().get(frames[5]));
    guest.map(5, 0);
    assertEquals(before - 1, domain.totalPages());
    long entry = SmallMachine.pte(frames[5], Pte.PRESENT);
    assertEquals(-Errno.EBUSY, guest.map(5, entry));
  }

  @Test
  void reservationsNeverFail() {
    guest.put(0x200, 0xfffffffffL);
    assertEquals(0, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, 0));
    assertEquals(0, op(MemoryOp.INCREASE_RESERVATION, 0x200, 1, 30));
    assertEquals(0, op(MemoryOp.INCREASE_RESERVATION, 0x200, 1L << 60, 0));
    assertEquals(0, op(MemoryOp.INCREASE_RESERVATION, 0xffff830000000000L, 1, 0));
    assertEquals(0, op(MemoryOp.POPULATE_PHYSMAP, 0x200, -1, 0));
    assertEquals(0, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, -1));
    assertEquals(1, op(MemoryOp.INCREASE_RESERVATION, 0, 1, 0));
    assertEquals(3, guest.call(Hypercalls.MEMORY_OP, MemoryOp.DECREASE_RESERVATION | 3 << 6, 1));
  }

  @Test
  void theMaximumHolds() {
    long room = domain.maxPages() - domain.totalPages();
    assertEquals(room, op(MemoryOp.INCREASE_RESERVATION, 0, room + 7, 0));
    assertEquals(domain.maxPages(), domain.totalPages());
  }

  @Test
  void exchangeTradesUnmappedFramesForABlock() {
    guest.put(0x300, 0);
    for (int i = 0; i < 4; i++) {
      guest.map(8 + i, 0);
      guest.put(0x200 + 8 * i, frames[8 + i]);
    }
    guest.put(0x300, 8);
    reservationAt(0x100, 0x200, 4, 0);
    reservationAt(0x120, 0x300, 1, 2);
    guest.put(0x140, 0);
    long before = domain.totalPages();
    assertEquals(0, guest.call(Hypercalls.MEMORY_OP, MemoryOp.EXCHANGE, 0x100));
    assertEquals(4, guest.get(0x140));
    long block = guest.get(0x300);
    assertEquals(0, block & 3);
    assertEquals(10, machine.paging.machToPhys().get(block + 2));
    assertEquals(before, domain.totalPages());
  }

  @Test
  void exchangeOfAMappedFrameGivesEverythingBack() {
    guest.map(8, 0);
    guest.put(0x200, frames[8]);
    guest.put(0x208, frames[9]);
    reservationAt(0x100, 0x200, 2, 0);
    reservationAt(0x120, 0x300, 1, 1);
    guest.put(0x140, 0);
    assertEquals(-Errno.EINVAL, guest.call(Hypercalls.MEMORY_OP, MemoryOp.EXCHANGE, 0x100));
    assertEquals(0, guest.get(0x140));
    assertEquals(1, machine.paging.table().references(frames[8]));
  }

  @Test
  void hostileExchangesAreRefused() {
    guest.put(0x200, -1);
    for (long count : new long[] {1L << 60, -1, Long.MIN_VALUE, 1L << 62}) {
      for (long done : new long[] {0, 1, count + 1, count - 1}) {
        for (int order : new int[] {0, 1, 9, 10, -1}) {
          reservationAt(0x100, 0x200, count, order);
          reservationAt(0x120, 0x200, count, order);
          guest.put(0x140, done);
          assertTrue(
              guest.call(Hypercalls.MEMORY_OP, MemoryOp.EXCHANGE, 0x100) < 0,
              count + " " + done + " " + order);
        }
      }
    }
  }

  private void reservationAt(long at, long list, long count, int order) {
    guest.put(at, list);
    guest.put(at + 8, count);
    guest.put(at + 16, order & 0xffffffffL);
    guest.put(at + 24, SELF);
  }

  @Test
  void countsAreForTheDomainItselfAndItsController() {
    guest.put(0x100, SELF);
    assertEquals(
        domain.totalPages(), guest.call(Hypercalls.MEMORY_OP, MemoryOp.CURRENT_RESERVATION, 0x100));
    guest.put(0x100, 0);
    assertEquals(
        -Errno.EPERM, guest.call(Hypercalls.MEMORY_OP, MemoryOp.MAXIMUM_RESERVATION, 0x100));
    guest.put(0x100, 0x7ff4);
    assertEquals(
        -Errno.ESRCH, guest.call(Hypercalls.MEMORY_OP, MemoryOp.MAXIMUM_RESERVATION, 0x100));
    physical.putShort(0x100, (short) 1);
    assertEquals(
        100, machine.call(control, Hypercalls.MEMORY_OP, MemoryOp.MAXIMUM_RESERVATION, 0x100));
  }

  @Test
  void theControlDomainBuildsAnother() {
    Domain built = machine.guest(2, 20);
    for (int i = 0; i < 8; i++) {
      physical.putLong(0x200 + 8 * i, i);
    }
    assertEquals(8, controlOp(MemoryOp.POPULATE_PHYSMAP, 0x200, 8, 0, 2));
    assertEquals(8, built.totalPages());
    long mfn = physical.getLong(0x200 + 8 * 3);
    assertEquals(3, machine.paging.machToPhys().get(mfn));
    physical.putLong(0x300, mfn);
    physical.putLong(0x308, 0x1000);
    batch(1, 2);
    assertEquals(
        0, machine.call(control, Hypercalls.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP_BATCH, 0x400));
    assertEquals(0, physical.getInt(0x310));
    physical.putLong(0x1000 << 12, 0x5ca1ab1e);
    assertEquals(0x5ca1ab1e, machine.entry(mfn, 0));
    machine.destroy(built);
    assertEquals(0x5ca1ab1e, physical.getLong(0x1000 << 12));
    physical.putShort(0x500, (short) SELF);
    physical.putLong(0x508, 0x1000);
    assertEquals(
        0, machine.call(control, Hypercalls.MEMORY_OP, MemoryOp.REMOVE_FROM_PHYSMAP, 0x500));
    assertEquals(
        -Errno.ENOENT,
        machine.call(control, Hypercalls.MEMORY_OP, MemoryOp.REMOVE_FROM_PHYSMAP, 0x500));
  }

  @Test
  void theControlDomainCannotWritePageTablesOfARunningDomain() {
    physical.putLong(0x300, frames[BootedGuest.PAGES]);
    physical.putLong(0x308, 0x1000);
    batch(1, 1);
    assertEquals(
        0, machine.call(control, Hypercalls.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP_BATCH, 0x400));
    assertEquals(
        machine.entry(frames[BootedGuest.PAGES], 3), physical.getLong((0x1000 << 12) + 24));
    assertThrows(IllegalStateException.class, () -> physical.putLong(0x1000 << 12, 0));
  }

  @Test
  void framesThatTheHypervisorWritesNeverBecomePageTables() {
    long shared = machine.core.allocateSharedFrame(domain);
    guest.put(0x100, 0);
    guest.put(0x108, shared);
    assertEquals(-Errno.EINVAL, guest.call(Hypercalls.MMUEXT_OP, 0x100, 1, 0, SELF));
    long grants = machine.grantFrame(domain);
    guest.put(0x108, grants);
    assertEquals(-Errno.EINVAL, guest.call(Hypercalls.MMUEXT_OP, 0x100, 1, 0, SELF));
  }

  private void batch(int size, int foreign) {
    physical.putShort(0x400, (short) SELF);
    physical.putShort(0x402, (short) 4);
    physical.putShort(0x404, (short) size);
    physical.putShort(0x406, (short) foreign);
    physical.putLong(0x408, 0x300);
    physical.putLong(0x410, 0x308);
    physical.putLong(0x418, 0x310);
  }

  @Test
  void guestsCannotTouchPhysicalMaps() {
    guest.put(0x100, SELF);
    assertEquals(-Errno.EACCES, guest.call(Hypercalls.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP, 0x100));
    assertEquals(
        -Errno.EACCES, guest.call(Hypercalls.MEMORY_OP, MemoryOp.REMOVE_FROM_PHYSMAP, 0x100));
    assertEquals(
        -Errno.EPERM, guest.call(Hypercalls.MEMORY_OP, MemoryOp.MACHINE_MEMORY_MAP, 0x100));
  }

  @Test
  void memoryMapIsWhatTheToolstackSet() {
    guest.put(0x100, 8);
    guest.put(0x108, 0x200);
    assertEquals(-Errno.ENOSYS, guest.call(Hypercalls.MEMORY_OP, MemoryOp.MEMORY_MAP, 0x100));
    physical.putShort(0x100, (short) 1);
    physical.putLong(0x108, 1);
    physical.putLong(0x110, 0x200);
    physical.putLong(0x200, 0);
    physical.putLong(0x208, 0x12345000);
    physical.putInt(0x210, 1);
    assertEquals(0, machine.call(control, Hypercalls.MEMORY_OP, MemoryOp.SET_MEMORY_MAP, 0x100));
    assertEquals(0, guest.call(Hypercalls.MEMORY_OP, MemoryOp.MEMORY_MAP, 0x100));
    assertEquals(1, (int) guest.get(0x100));
    assertEquals(0x12345000, guest.get(0x208));
  }

  @Test
  void everyOperationSurvivesWildPointers() {
    long[] pointers = {
      0, 1, 0xffe, 1L << 40, 0x0000800000000000L, 0xffff800000000000L, 0xffff830000000000L, -8, -1
    };
    for (int operation = 0; operation < 64; operation++) {
      for (long pointer : pointers) {
        guest.call(Hypercalls.MEMORY_OP, operation, pointer);
        machine.call(control, Hypercalls.MEMORY_OP, operation, pointer | 1L << 50);
      }
    }
    assertNotEquals(0, domain.totalPages());
  }

  @Test
  void claimedPagesAreKeptUntilTheDomainHasThem() {
    long have = domain.totalPages();
    long want = have + 20;
    reservation(0, want, 0, 1);
    assertEquals(-Errno.EPERM, guest.call(Hypercalls.MEMORY_OP, MemoryOp.CLAIM_PAGES, 0x100));
    assertEquals(-Errno.EINVAL, controlOp(MemoryOp.CLAIM_PAGES, 0, have, 0, 1));
    assertEquals(-Errno.EINVAL, controlOp(MemoryOp.CLAIM_PAGES, 0, 101, 0, 1));
    assertEquals(-Errno.EINVAL, controlOp(MemoryOp.CLAIM_PAGES, 0, want, 1, 1));
    assertEquals(0, controlOp(MemoryOp.CLAIM_PAGES, 0, want, 0, 1));
    assertEquals(20, domain.claim().outstanding());
    assertEquals(-Errno.EINVAL, controlOp(MemoryOp.CLAIM_PAGES, 0, want, 0, 1));
    assertEquals(16, op(MemoryOp.INCREASE_RESERVATION, 0, 16, 0));
    assertEquals(4, domain.claim().outstanding());
    guest.map(5, 0);
    guest.put(0x200, frames[5]);
    assertEquals(1, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, 0));
    assertEquals(5, machine.core.claimedFrames());
    assertEquals(0, controlOp(MemoryOp.CLAIM_PAGES, 0, 0, 0, 1));
    assertEquals(0, machine.core.claimedFrames());
  }

  @Test
  void claimEndsWithTheDomain() {
    assertEquals(0, controlOp(MemoryOp.CLAIM_PAGES, 0, 100, 0, 1));
    machine.core.release(domain);
    assertEquals(0, machine.core.claimedFrames());
  }
}

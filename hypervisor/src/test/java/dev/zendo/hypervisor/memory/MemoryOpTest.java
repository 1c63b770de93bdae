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
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.paging.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryOpTest {
  private static final int SELF = 0x7ff0;
  private static final int PAGES = 40;

  private SmallMachine machine;
  private Domain control;
  private PhysicalMemory physical;
  private Domain guest;
  private long[] frames;
  private long free;

  @BeforeEach
  void boot() {
    machine = new SmallMachine();
    free = machine.core.freeFrames();
    control = machine.control(16);
    physical = machine.core.physicalMemory(control);
    guest = machine.guest(1, 100);
    frames = machine.boot(guest, PAGES);
  }

  @AfterEach
  void everyFrameComesBack() {
    machine.destroy(guest);
    machine.destroy(control);
    assertEquals(free, machine.core.freeFrames());
    machine.close();
  }

  private void guestPut(long address, long value) {
    HostMemory.putLong(
        machine.memory.address(frames[(int) (address >> 12)]) + (address & 4095), value);
  }

  private long guestGet(long address) {
    return HostMemory.getLong(
        machine.memory.address(frames[(int) (address >> 12)]) + (address & 4095));
  }

  private void reservation(long list, long count, int order, int domid) {
    guestPut(0x100, list);
    guestPut(0x108, count);
    guestPut(0x110, order);
    guestPut(0x118, domid);
  }

  private long op(int operation, long list, long count, int order) {
    reservation(list, count, order, SELF);
    return machine.call(guest, Hypercalls.MEMORY_OP, operation, 0x100);
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
    long before = guest.totalPages();
    machine.call(guest, Hypercalls.UPDATE_VA_MAPPING, 5 << 12, 0, 2);
    guestPut(0x200, frames[5]);
    assertEquals(1, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, 0));
    assertEquals(before - 1, guest.totalPages());
    assertEquals(-1, machine.paging.machToPhys().get(frames[5]));
    guestPut(0x200, 5);
    assertEquals(1, op(MemoryOp.POPULATE_PHYSMAP, 0x200, 1, 0));
    assertEquals(5, machine.paging.machToPhys().get(guestGet(0x200)));
    assertEquals(before, guest.totalPages());
  }

  @Test
  void aMappedFrameStaysUntilItsLastMappingGoes() {
    long before = guest.totalPages();
    guestPut(0x200, frames[5]);
    assertEquals(1, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, 0));
    assertEquals(before, guest.totalPages());
    assertEquals(5, machine.paging.machToPhys().get(frames[5]));
    machine.call(guest, Hypercalls.UPDATE_VA_MAPPING, 5 << 12, 0, 2);
    assertEquals(before - 1, guest.totalPages());
    long entry = SmallMachine.pte(frames[5], Pte.PRESENT);
    assertEquals(
        -Errno.EBUSY, machine.call(guest, Hypercalls.UPDATE_VA_MAPPING, 5 << 12, entry, 2));
  }

  @Test
  void reservationsNeverFail() {
    guestPut(0x200, 0xfffffffffL);
    assertEquals(0, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, 0));
    assertEquals(0, op(MemoryOp.INCREASE_RESERVATION, 0x200, 1, 30));
    assertEquals(0, op(MemoryOp.INCREASE_RESERVATION, 0x200, 1L << 60, 0));
    assertEquals(0, op(MemoryOp.INCREASE_RESERVATION, 0xffff830000000000L, 1, 0));
    assertEquals(0, op(MemoryOp.POPULATE_PHYSMAP, 0x200, -1, 0));
    assertEquals(0, op(MemoryOp.DECREASE_RESERVATION, 0x200, 1, -1));
    assertEquals(1, op(MemoryOp.INCREASE_RESERVATION, 0, 1, 0));
    assertEquals(
        3, machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.DECREASE_RESERVATION | 3 << 6, 1));
  }

  @Test
  void theMaximumHolds() {
    long room = guest.maxPages() - guest.totalPages();
    assertEquals(room, op(MemoryOp.INCREASE_RESERVATION, 0, room + 7, 0));
    assertEquals(guest.maxPages(), guest.totalPages());
  }

  @Test
  void exchangeTradesUnmappedFramesForABlock() {
    guestPut(0x300, 0);
    for (int i = 0; i < 4; i++) {
      machine.call(guest, Hypercalls.UPDATE_VA_MAPPING, (long) (8 + i) << 12, 0, 2);
      guestPut(0x200 + 8 * i, frames[8 + i]);
    }
    guestPut(0x300, 8);
    reservationAt(0x100, 0x200, 4, 0);
    reservationAt(0x120, 0x300, 1, 2);
    guestPut(0x140, 0);
    long before = guest.totalPages();
    assertEquals(0, machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.EXCHANGE, 0x100));
    assertEquals(4, guestGet(0x140));
    long block = guestGet(0x300);
    assertEquals(0, block & 3);
    assertEquals(10, machine.paging.machToPhys().get(block + 2));
    assertEquals(before, guest.totalPages());
  }

  @Test
  void exchangeOfAMappedFrameGivesEverythingBack() {
    machine.call(guest, Hypercalls.UPDATE_VA_MAPPING, 8 << 12, 0, 2);
    guestPut(0x200, frames[8]);
    guestPut(0x208, frames[9]);
    reservationAt(0x100, 0x200, 2, 0);
    reservationAt(0x120, 0x300, 1, 1);
    guestPut(0x140, 0);
    assertEquals(
        -Errno.EINVAL, machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.EXCHANGE, 0x100));
    assertEquals(0, guestGet(0x140));
    assertEquals(1, machine.paging.table().references(frames[8]));
  }

  @Test
  void hostileExchangesAreRefused() {
    guestPut(0x200, -1);
    for (long count : new long[] {1L << 60, -1, Long.MIN_VALUE, 1L << 62}) {
      for (long done : new long[] {0, 1, count + 1, count - 1}) {
        for (int order : new int[] {0, 1, 9, 10, -1}) {
          reservationAt(0x100, 0x200, count, order);
          reservationAt(0x120, 0x200, count, order);
          guestPut(0x140, done);
          assertTrue(
              machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.EXCHANGE, 0x100) < 0,
              count + " " + done + " " + order);
        }
      }
    }
  }

  private void reservationAt(long at, long list, long count, int order) {
    guestPut(at, list);
    guestPut(at + 8, count);
    guestPut(at + 16, order & 0xffffffffL);
    guestPut(at + 24, SELF);
  }

  @Test
  void countsAreForTheDomainItselfAndItsController() {
    guestPut(0x100, SELF);
    assertEquals(
        guest.totalPages(),
        machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.CURRENT_RESERVATION, 0x100));
    guestPut(0x100, 0);
    assertEquals(
        -Errno.EPERM,
        machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.MAXIMUM_RESERVATION, 0x100));
    guestPut(0x100, 0x7ff4);
    assertEquals(
        -Errno.ESRCH,
        machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.MAXIMUM_RESERVATION, 0x100));
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
    physical.putLong(0x300, frames[PAGES]);
    physical.putLong(0x308, 0x1000);
    batch(1, 1);
    assertEquals(
        0, machine.call(control, Hypercalls.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP_BATCH, 0x400));
    assertEquals(machine.entry(frames[PAGES], 3), physical.getLong((0x1000 << 12) + 24));
    assertThrows(IllegalStateException.class, () -> physical.putLong(0x1000 << 12, 0));
  }

  @Test
  void framesThatTheHypervisorWritesNeverBecomePageTables() {
    long shared = machine.core.allocateSharedFrame(guest);
    guestPut(0x100, 0);
    guestPut(0x108, shared);
    assertEquals(-Errno.EINVAL, machine.call(guest, Hypercalls.MMUEXT_OP, 0x100, 1, 0, SELF));
    long grants = machine.grantFrame(guest);
    guestPut(0x108, grants);
    assertEquals(-Errno.EINVAL, machine.call(guest, Hypercalls.MMUEXT_OP, 0x100, 1, 0, SELF));
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
    guestPut(0x100, SELF);
    assertEquals(
        -Errno.EACCES, machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP, 0x100));
    assertEquals(
        -Errno.EACCES,
        machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.REMOVE_FROM_PHYSMAP, 0x100));
    assertEquals(
        -Errno.EPERM,
        machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.MACHINE_MEMORY_MAP, 0x100));
  }

  @Test
  void memoryMapIsWhatTheToolstackSet() {
    guestPut(0x100, 8);
    guestPut(0x108, 0x200);
    assertEquals(
        -Errno.ENOSYS, machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.MEMORY_MAP, 0x100));
    physical.putShort(0x100, (short) 1);
    physical.putLong(0x108, 1);
    physical.putLong(0x110, 0x200);
    physical.putLong(0x200, 0);
    physical.putLong(0x208, 0x12345000);
    physical.putInt(0x210, 1);
    assertEquals(0, machine.call(control, Hypercalls.MEMORY_OP, MemoryOp.SET_MEMORY_MAP, 0x100));
    assertEquals(0, machine.call(guest, Hypercalls.MEMORY_OP, MemoryOp.MEMORY_MAP, 0x100));
    assertEquals(1, (int) guestGet(0x100));
    assertEquals(0x12345000, guestGet(0x208));
  }

  @Test
  void everyOperationSurvivesWildPointers() {
    long[] pointers = {
      0, 1, 0xffe, 1L << 40, 0x0000800000000000L, 0xffff800000000000L, 0xffff830000000000L, -8, -1
    };
    for (int operation = 0; operation < 64; operation++) {
      for (long pointer : pointers) {
        machine.call(guest, Hypercalls.MEMORY_OP, operation, pointer);
        machine.call(control, Hypercalls.MEMORY_OP, operation, pointer | 1L << 50);
      }
    }
    assertNotEquals(0, guest.totalPages());
  }
}

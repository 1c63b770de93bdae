package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.memory.SmallMachine.pte;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.GuestAccess;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.memory.BootedGuest;
import dev.zendo.hypervisor.memory.SmallMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectPagingTest {
  private static final int PAGES = BootedGuest.PAGES;
  private static final long RW = Pte.PRESENT | Pte.WRITE | Pte.USER | Pte.ACCESSED | Pte.DIRTY;
  private static final long RO = RW & ~Pte.WRITE;
  private static final int SELF = 0x7ff0;
  private static final int SET_LDT = 13;
  private static final int PIN_L1 = 0;
  private static final int PIN_L4 = 3;
  private static final int UNPIN = 4;
  private static final int FLUSH_LOCAL = 6;

  private final SmallMachine machine = new SmallMachine();
  private final BootedGuest guest = new BootedGuest(machine, 1, 200);
  private final Domain domain = guest.domain;
  private final long[] frames = guest.frames;

  @AfterEach
  void everyFrameComesBack() {
    machine.end();
  }

  /** Writes an operation into guest memory (page 0) and makes the call. */
  private long mmuExt(int command, long a1, long a2) {
    guest.put(0, command);
    guest.put(8, a1);
    guest.put(16, a2);
    return guest.call(Hypercalls.MMUEXT_OP, 0, 1, 0, SELF);
  }

  private long mmuUpdate(long pointer, long value) {
    guest.put(0, pointer);
    guest.put(8, value);
    return guest.call(Hypercalls.MMU_UPDATE, 0, 1, 0, SELF);
  }

  private long translate(long address, int access) {
    return domain.vcpu(0).mmu().translate(address, access);
  }

  @Test
  void translatesAndSetsAccessedAndDirty() {
    guest.map(5, pte(frames[5], Pte.PRESENT | Pte.WRITE | Pte.USER));
    assertEquals(frames[5] << 12, translate(0x5000, GuestMmu.READ));
    assertEquals(Pte.ACCESSED, guest.entry(5) & (Pte.ACCESSED | Pte.DIRTY));
    assertEquals(frames[5] << 12, translate(0x5000, GuestMmu.WRITE));
    assertEquals(Pte.ACCESSED | Pte.DIRTY, guest.entry(5) & (Pte.ACCESSED | Pte.DIRTY));
    assertTrue(translate(0x0000_7000_0000_0000L, GuestMmu.READ) < 0);
    assertEquals(2, domain.vcpu(0).counters().walks(GuestMmu.READ));
    assertEquals(1, domain.vcpu(0).counters().walks(GuestMmu.WRITE));
    assertEquals(1, domain.vcpu(0).counters().refused());
  }

  @Test
  void peekingLeavesNoTrace() {
    guest.map(5, pte(frames[5], Pte.PRESENT | Pte.USER));
    HostMemory.putLong(machine.memory.address(frames[5]) + 8, 0x1234);
    long buffer = domain.vcpu(0).frameBuffer();
    assertTrue(peek(0x5008, buffer, 8));
    assertEquals(0x1234, HostMemory.getLong(buffer));
    assertEquals(0, guest.entry(5) & (Pte.ACCESSED | Pte.DIRTY));
    guest.map(6, 0);
    for (long address : new long[] {0x6000, 0x5ffc, 0x8000_0000_0000L, -4L, 0x7000_0000_0000L}) {
      assertFalse(peek(address, buffer, 8), Long.toHexString(address));
    }
    assertFalse(peek(0xffff_8300_0000_0000L, buffer, 8), "the hypervisor's own range");
  }

  private boolean peek(long address, long buffer, int bytes) {
    return domain.vcpu(0).guest().peek(true, address, buffer, bytes);
  }

  @Test
  void faultCodesAreThoseOfRing3() {
    guest.map(5, 0);
    guest.map(6, pte(frames[6], RO));
    guest.map(7, pte(frames[7], RW | Pte.NO_EXECUTE));
    assertEquals(~4L, translate(0x5000, GuestMmu.READ));
    assertEquals(~6L, translate(0x5000, GuestMmu.WRITE));
    assertEquals(~7L, translate(0x6000, GuestMmu.WRITE));
    assertEquals(~21L, translate(0x7000, GuestMmu.EXECUTE));
    assertEquals(~4L, translate(0x0000_7000_0000_0000L, GuestMmu.READ));
  }

  @Test
  void machineToPhysIsReadableOnly() {
    long address = 0xffff800000000000L + frames[3] * 8;
    long page = translate(address & -4096, GuestMmu.READ);
    assertEquals(3, HostMemory.getLong(machine.memory.base() + page + (address & 4095)));
    assertEquals(~7L, translate(address & -4096, GuestMmu.WRITE));
    assertEquals(~21L, translate(address & -4096, GuestMmu.EXECUTE));
    assertEquals(~4L, translate(0xffff80fffffff000L, GuestMmu.READ));
    assertEquals(~4L, translate(0xffff830000000000L, GuestMmu.READ));
  }

  @Test
  void entriesGetTheMarksOfTheHypervisor() {
    assertEquals(0, guest.map(5, pte(frames[5], RW)));
    assertEquals(pte(frames[5], RW | Pte.GLOBAL), guest.entry(5));
    assertEquals(0, guest.map(5, pte(frames[5], Pte.PRESENT | Pte.WRITE)));
    long marked = Pte.PRESENT | Pte.WRITE | Pte.USER | Pte.GUEST_KERNEL;
    assertEquals(pte(frames[5], marked), guest.entry(5));
  }

  @Test
  void flagBitsFollowTheTable() {
    for (int bit = 3; bit <= 7; bit++) {
      boolean allowed = bit == 5 || bit == 6;
      long entry = pte(frames[5], Pte.PRESENT | 1L << bit);
      assertEquals(allowed ? 0 : -Errno.EINVAL, guest.map(5, entry), "bit " + bit);
    }
    for (int bit = 52; bit < 64; bit++) {
      assertEquals(0, guest.map(5, pte(frames[5], RO | 1L << bit)), "bit " + bit);
    }
  }

  @Test
  void pageTablesCannotBeMappedWritable() {
    for (int level = 0; level < 4; level++) {
      assertEquals(-Errno.EBUSY, guest.map(5, pte(frames[PAGES + level], RW)));
      assertEquals(0, guest.map(5, pte(frames[PAGES + level], RO)));
    }
  }

  @Test
  void framesOfOthersAndOfNobodyCannotBeMapped() {
    Domain other = machine.guest(2, 10);
    long foreign = machine.page(other);
    assertEquals(-Errno.EBUSY, guest.map(5, pte(foreign, RO)));
    assertEquals(-Errno.EPERM, guest.map(5, pte(0xb8, RO)));
    assertEquals(-Errno.EPERM, guest.map(5, pte(0x200000, RW)));
    assertEquals(-Errno.EINVAL, guest.map(5, Pte.ADDRESS | RW));
    assertEquals(-Errno.EBUSY, guest.map(5, pte(machine.paging.machToPhys().firstFrame(), RO)));
    machine.destroy(other);
    assertEquals(-Errno.EBUSY, guest.map(5, pte(foreign, RO)));
  }

  @Test
  void pinningNeedsAFrameWithoutWritableMapping() {
    assertEquals(-Errno.EINVAL, mmuExt(PIN_L1, frames[5], 0));
    assertEquals(0, guest.map(5, pte(frames[5], RO)));
    assertEquals(0, mmuExt(PIN_L1, frames[5], 0));
    assertEquals(-Errno.EINVAL, mmuExt(PIN_L1, frames[5], 0));
    assertEquals(-Errno.EBUSY, guest.map(5, pte(frames[5], RW)));
    assertEquals(0, mmuExt(UNPIN, frames[5], 0));
    assertEquals(-Errno.EINVAL, mmuExt(UNPIN, frames[5], 0));
    assertEquals(0, guest.map(5, pte(frames[5], RW)));
  }

  @Test
  void stalePagesAreFlushedBeforeTheyBecomeTables() {
    SmallMachine.CountingExecutor executor =
        (SmallMachine.CountingExecutor) domain.vcpu(0).executor();
    domain.vcpu(0).gate().enter();
    domain.vcpu(0).gate().leave();
    int before = executor.flushes;
    guest.map(5, pte(frames[5], RO));
    assertEquals(0, mmuExt(PIN_L1, frames[5], 0));
    domain.vcpu(0).gate().enter();
    assertEquals(before + 1, executor.flushes);
    domain.vcpu(0).gate().leave();
  }

  @Test
  void topLevelSlotsOfTheHypervisorAreRefused() {
    long l4 = frames[PAGES + 3];
    for (int slot : new int[] {256, 258, 271}) {
      assertEquals(-Errno.EINVAL, mmuUpdate((l4 << 12) + 8L * slot, 0));
    }
    long l3 = frames[PAGES + 2];
    assertEquals(0, mmuUpdate((l4 << 12) + 8L * 272, pte(l3, RW)));
    int present = 0;
    for (int slot = 256; slot < 272; slot++) {
      present += (int) machine.entry(l4, slot) & 1;
    }
    assertEquals(5, present);
  }

  @Test
  void linearTablesAreReadOnlyAndDoNotReachTheHypervisor() {
    long l4 = frames[PAGES + 3];
    assertEquals(-Errno.EINVAL, mmuUpdate((l4 << 12) + 8 * 40, pte(l4, RW)));
    assertEquals(0, mmuUpdate((l4 << 12) + 8 * 40, pte(l4, RO)));
    long linear = 40L << 39;
    assertEquals(frames[PAGES] << 12, translate(linear, GuestMmu.READ));
    assertEquals(~7L, translate(linear, GuestMmu.WRITE));
    long throughSlot256 = 40L << 39 | 256L << 30;
    assertEquals(~5L, translate(throughSlot256, GuestMmu.READ));
  }

  @Test
  void updateOfAnUntypedFrameIsAPlainStore() {
    assertEquals(0, mmuUpdate((frames[9] << 12) + 8, 0x1122334455667788L));
    assertEquals(0x1122334455667788L, machine.entry(frames[9], 1));
    assertEquals(-Errno.EINVAL, mmuUpdate(1L << 12, 0));
    assertEquals(-Errno.ENOSYS, mmuUpdate((frames[9] << 12) + 4, 0));
    assertEquals(0, mmuUpdate(frames[9] << 12 | 1, 0x4242));
    assertEquals(0x4242, machine.paging.machToPhys().get(frames[9]));
  }

  @Test
  void emulatedWritesNeedTheAssistAndAnL1Table() {
    GuestMmu mmu = domain.vcpu(0).mmu();
    long l1 = (long) PAGES << 12;
    long good = pte(frames[7], RO);
    assertFalse(mmu.emulateStore(l1 + 8 * 60, 8, good));
    domain.assist(2, true);
    assertTrue(mmu.emulateStore(l1 + 8 * 60, 8, good));
    assertEquals(good | Pte.GLOBAL, guest.entry(60));
    assertFalse(mmu.emulateStore(l1 + 8 * 60 + 4, 8, 0));
    assertFalse(mmu.emulateStore(l1 + 8 * 60, 8, pte(frames[PAGES], RW)));
    assertFalse(mmu.emulateStore(l1 + 4096, 8, 0));
    assertTrue(mmu.emulateStore(l1 + 8 * 60, 1, 0x67));
    assertEquals(pte(frames[7], RW | Pte.GLOBAL), guest.entry(60));
    assertEquals(0, mmu.emulateCompareAndSet(l1 + 8 * 60, 8, good, 0));
    assertEquals(1, mmu.emulateCompareAndSet(l1 + 8 * 60, 8, guest.entry(60), 0));
    assertEquals(0, guest.entry(60));
    domain.vcpu(0).cpu().kernelMode(false);
    assertFalse(mmu.emulateStore(l1 + 8 * 60, 8, good));
    domain.vcpu(0).cpu().kernelMode(true);
  }

  @Test
  void descriptorPagesAreCheckedAndRaisedToLevel3() {
    machine.entry(frames[6], 1, 0x00af9a000000ffffL);
    machine.entry(frames[6], 2, 0x0000890000000067L);
    long[] gdt = {frames[6]};
    assertEquals(-Errno.EINVAL, machine.core.setGdt(domain.vcpu(0), gdt, 16));
    guest.map(6, pte(frames[6], RO));
    assertEquals(-Errno.EINVAL, machine.core.setGdt(domain.vcpu(0), gdt, 16));
    machine.entry(frames[6], 2, 0);
    assertEquals(0, machine.core.setGdt(domain.vcpu(0), gdt, 16));
    assertEquals(0x00affa000000ffffL, domain.vcpu(0).mmu().descriptor(8 | 3));
    assertEquals(0, domain.vcpu(0).mmu().descriptor(16 * 8));
    assertEquals(0x00affb000000ffffL, domain.vcpu(0).mmu().descriptor(0xe033));
    assertEquals(-Errno.EBUSY, guest.map(6, pte(frames[6], RW)));
    long address = (frames[6] << 12) + 24;
    assertEquals(0, guest.call(Hypercalls.UPDATE_DESCRIPTOR, address, 0x00cf92000000ffffL));
    assertEquals(0x00cff2000000ffffL, machine.entry(frames[6], 3));
    assertEquals(
        -Errno.EINVAL, guest.call(Hypercalls.UPDATE_DESCRIPTOR, address, 0x0000890000000067L));
    assertEquals(-Errno.EINVAL, machine.core.setGdt(domain.vcpu(0), gdt, 7169));
  }

  @Test
  void pagesOfALocalTableAreTypedWhenASelectorFirstNeedsThem() {
    GuestMmu mmu = domain.vcpu(0).mmu();
    int selector = 1 << 3 | 7;
    machine.entry(frames[6], 1, 0x00cf92000000ffffL);
    guest.map(6, pte(frames[6], RW));
    assertEquals(-Errno.EINVAL, mmuExt(SET_LDT, 0x6008, 16));
    assertEquals(-Errno.EINVAL, mmuExt(SET_LDT, 0x6000, 8193));
    assertEquals(0, mmu.descriptor(selector), "there is no local table");
    assertEquals(0, mmuExt(SET_LDT, 0x6000, 16));
    assertEquals(GuestMmu.NO_DESCRIPTOR_PAGE, mmu.descriptor(selector), "it is writable");
    assertEquals(0x6008, mmu.descriptorAddress(selector));
    guest.map(6, 0);
    assertEquals(GuestMmu.NO_DESCRIPTOR_PAGE, mmu.descriptor(selector), "it is not there");
    guest.map(6, pte(frames[6], RO));
    assertEquals(0x00cff2000000ffffL, mmu.descriptor(selector));
    assertEquals(FrameTable.DESCRIPTORS, machine.paging.table().type(frames[6]));
    assertEquals(-Errno.EBUSY, guest.map(6, pte(frames[6], RW)));
    mmu.markAccessed(selector);
    assertEquals(0x00cff3000000ffffL, machine.entry(frames[6], 1));
    assertEquals(0, mmu.descriptor(16 << 3 | 7), "beyond the limit");
    assertEquals(0, mmuExt(SET_LDT, 0, 0));
    assertEquals(0, mmu.descriptor(selector));
    assertEquals(0, guest.map(6, pte(frames[6], RW)));
  }

  @Test
  void failedValidationTakesNothing() {
    guest.map(5, pte(frames[5], RO));
    machine.entry(frames[5], 0, pte(frames[7], RW));
    machine.entry(frames[5], 1, pte(frames[PAGES], RW));
    int before = machine.paging.table().references(frames[7]);
    assertEquals(-Errno.EBUSY, mmuExt(PIN_L1, frames[5], 0));
    assertEquals(before, machine.paging.table().references(frames[7]));
    assertEquals(FrameTable.NONE, machine.paging.table().type(frames[5]));
  }

  @Test
  void hypercallPointersAreChecked() {
    long count = 1;
    for (long pointer : new long[] {0xffff800000000000L, 0x0000800000000000L, 1L << 40, -8}) {
      assertEquals(-Errno.EFAULT, guest.call(Hypercalls.MMU_UPDATE, pointer, count, 0, SELF));
    }
  }

  @Test
  void hypercallPointersFollowTheTablesOnceAFlushIsDue() {
    long buffer = domain.vcpu(0).scratch();
    HostMemory.putLong(guest.at(0x5000), 5);
    HostMemory.putLong(guest.at(0x6000), 6);
    GuestAccess access = domain.vcpu(0).guest();
    assertTrue(access.read(0x5000, buffer, 8));
    assertEquals(5, HostMemory.getLong(buffer));
    assertEquals(0, guest.call(Hypercalls.UPDATE_VA_MAPPING, 0x5000, pte(frames[6], RW), 0));
    assertEquals(0, mmuExt(FLUSH_LOCAL, 0, 0));
    assertTrue(access.read(0x5000, buffer, 8));
    assertEquals(6, HostMemory.getLong(buffer));
  }

  @Test
  void hypercallsWriteNoFrameThatHasBecomeATable() {
    long buffer = domain.vcpu(0).scratch();
    GuestAccess access = domain.vcpu(0).guest();
    assertTrue(access.write(0x5000, buffer, 8));
    assertEquals(0, guest.call(Hypercalls.UPDATE_VA_MAPPING, 0x5000, pte(frames[5], RO), 0));
    assertEquals(0, mmuExt(PIN_L1, frames[5], 0));
    assertFalse(access.write(0x5000, buffer, 8));
    assertTrue(access.read(0x5000, buffer, 8));
  }

  @Test
  void aRootMayBeReplacedWhileTheOldOneIsInUse() {
    long l4 = frames[PAGES + 3];
    long copy = machine.page(domain);
    for (int i = 0; i < 512; i++) {
      machine.entry(copy, i, machine.entry(l4, i));
    }
    assertEquals(0, mmuExt(PIN_L4, copy, 0));
    assertEquals(0, mmuExt(5, copy, 0));
    assertEquals(FrameTable.NONE, machine.paging.table().type(l4));
    assertEquals(0, mmuExt(5, l4, 0));
    assertEquals(0, mmuExt(15, l4, 0));
    assertEquals(0, mmuExt(15, 0, 0));
    assertEquals(-Errno.EINVAL, mmuExt(5, frames[5], 0));
  }
}

package dev.zendo.hypervisor.grant;

import static dev.zendo.hypervisor.memory.SmallMachine.pte;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.memory.BootedGuest;
import dev.zendo.hypervisor.memory.SmallMachine;
import dev.zendo.hypervisor.paging.Pte;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrantTableTest {
  private static final int PAGES = BootedGuest.PAGES;
  private static final int SELF = 0x7ff0;
  private static final int HOST = 2;
  private static final int DEVICE = 1;
  private static final int RO = 4;
  private static final int PTE = 0x10;
  private static final long RW_PTE = Pte.PRESENT | Pte.WRITE | Pte.USER;
  private static final int SLOT = 20;

  private final SmallMachine machine = new SmallMachine();
  private final Domain control = machine.control(16);
  private final PhysicalMemory physical = machine.core.physicalMemory(control);
  private final BootedGuest granter = new BootedGuest(machine, 1, 100);
  private final BootedGuest user = new BootedGuest(machine, 2, 100);
  private final long[] granterFrames = granter.frames;
  private final long[] frames = user.frames;

  @AfterEach
  void everyFrameComesBack() {
    machine.end();
  }

  /** Host address of the granter's table. */
  private long table() {
    return machine.memory.address(machine.grantFrame(granter.domain));
  }

  private void grant(int ref, int flags, int to, long mfn) {
    HostMemory.putInt(table() + 8L * ref + 4, (int) mfn);
    HostMemory.putInt(table() + 8L * ref, flags | to << 16);
  }

  private int flags(int ref) {
    return HostMemory.getShort(table() + 8L * ref) & 0xffff;
  }

  /** Maps and returns the status; the handle is at offset 0x214. */
  private int map(long address, int flags, int ref, int dom) {
    user.put(0x200, address);
    HostMemory.putInt(user.at(0x208), flags);
    HostMemory.putInt(user.at(0x20c), ref);
    HostMemory.putInt(user.at(0x210), dom);
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, 0, 0x200, 1));
    return HostMemory.getShort(user.at(0x212));
  }

  private int handle() {
    return HostMemory.getInt(user.at(0x214));
  }

  private int unmap(long address, long bus, int handle) {
    user.put(0x300, address);
    user.put(0x308, bus);
    HostMemory.putInt(user.at(0x310), handle);
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, 1, 0x300, 1));
    return HostMemory.getShort(user.at(0x314));
  }

  @Test
  void aMappedGrantShowsInFlagsAndCountsAndComesBack() {
    long mfn = granterFrames[5];
    grant(8, 1, 2, mfn);
    int before = machine.paging.table().references(mfn);
    assertEquals(0, map((long) SLOT << 12, HOST, 8, 1));
    assertEquals(0x19, flags(8));
    assertEquals(mfn, Pte.frame(user.entry(SLOT)));
    assertEquals(Pte.GUEST_KERNEL | Pte.NO_EXECUTE, user.entry(SLOT) & ~Pte.ADDRESS & ~0xfffL);
    assertEquals(mfn << 12, user.get(0x218));
    assertEquals(before + 1, machine.paging.table().references(mfn));
    assertEquals(-4, unmap((long) SLOT << 12, 0, handle() + 1));
    assertEquals(-1, unmap((long) (SLOT + 1) << 12, 0, handle()));
    assertEquals(0x19, flags(8));
    assertEquals(0, unmap((long) SLOT << 12, 0, handle()));
    assertEquals(1, flags(8));
    assertEquals(0, user.entry(SLOT));
    assertEquals(before, machine.paging.table().references(mfn));
    assertEquals(-4, unmap((long) SLOT << 12, 0, handle()));
  }

  @Test
  void rightsAreThoseOfTheEntry() {
    grant(8, 1 | 4, 2, granterFrames[5]);
    grant(9, 1, 3, granterFrames[5]);
    grant(10, 1, 2, granterFrames[PAGES]);
    grant(11, 1 | 0x100, 2, granterFrames[5]);
    grant(12, 1, 2, 0xfffffff);
    grant(13, 1, 2, frames[5]);
    long address = (long) SLOT << 12;
    assertEquals(-1, map(address, HOST, 8, 1));
    assertEquals(-1, map(address, HOST, 9, 1));
    assertEquals(-1, map(address, HOST, 10, 1));
    assertEquals(-1, map(address, HOST, 11, 1));
    assertEquals(-9, map(address, HOST, 12, 1));
    assertEquals(-9, map(address, HOST, 13, 1));
    assertEquals(-1, map(address, HOST, 14, 1));
    assertEquals(-3, map(address, HOST, 512, 1));
    assertEquals(-3, map(address, HOST, -1, 1));
    assertEquals(-3, map(address, RO, 8, 1));
    assertEquals(-2, map(address, HOST, 8, 7));
    assertEquals(-2, map(address, HOST, 8, SELF));
    assertEquals(-1, map(1L << 45, HOST | RO, 8, 1));
    assertEquals(-1, map(0xffff800000000000L, HOST | RO, 8, 1));
    for (int ref = 8; ref < 14; ref++) {
      assertEquals(0, flags(ref) & 0x18, "ref " + ref);
    }
    assertEquals(0, map(address, HOST | RO, 8, 1));
    assertEquals(1 | 4 | 8, flags(8));
    assertEquals(0, unmap(address, 0, handle()));
  }

  @Test
  void hostAndDevicePartsGoSeparately() {
    long mfn = granterFrames[5];
    grant(8, 1, 2, mfn);
    granter.map(5, 0);
    assertEquals(0, map((long) SLOT << 12, HOST | DEVICE, 8, 1));
    int handle = handle();
    assertEquals(2, machine.paging.table().typeReferences(mfn));
    assertEquals(0, unmap((long) SLOT << 12, 0, handle));
    assertEquals(0x19, flags(8));
    assertEquals(-6, unmap(0, 1, handle));
    assertEquals(0, unmap(0, 0, handle));
    assertEquals(0, unmap(0, mfn << 12, handle));
    assertEquals(1, flags(8));
    assertEquals(FrameTable.NONE, machine.paging.table().type(mfn));
  }

  @Test
  void anEntryMayBeNamedByItsMachineAddress() {
    grant(8, 1, 2, granterFrames[5]);
    long slot = (frames[PAGES] << 12) + 8 * SLOT;
    assertEquals(-1, map(slot + 4, HOST | PTE, 8, 1));
    assertEquals(-1, map((frames[5] << 12) + 8, HOST | PTE, 8, 1));
    assertEquals(-1, map((granterFrames[PAGES] << 12) + 8, HOST | PTE, 8, 1));
    assertEquals(-1, map(-8, HOST | PTE, 8, 1));
    assertEquals(0, map(slot, HOST | PTE, 8, 1));
    assertEquals(granterFrames[5], Pte.frame(user.entry(SLOT)));
    assertEquals(0, unmap(slot, 0, handle()));
  }

  @Test
  void aGrantedWritableFrameCannotBecomeAPageTable() {
    long mfn = granterFrames[5];
    granter.map(5, 0);
    grant(8, 1, 2, mfn);
    assertEquals(0, map((long) SLOT << 12, HOST, 8, 1));
    assertNotEquals(0, machine.core.setGdt(granter.domain.vcpu(0), new long[] {mfn}, 8));
    assertEquals(0, unmap((long) SLOT << 12, 0, handle()));
    assertEquals(0, machine.core.setGdt(granter.domain.vcpu(0), new long[] {mfn}, 8));
  }

  @Test
  void anOverwrittenMappingLosesItsReferencesOnce() {
    long mfn = granterFrames[5];
    grant(8, 1, 2, mfn);
    int before = machine.paging.table().references(mfn);
    assertEquals(0, map((long) SLOT << 12, HOST, 8, 1));
    assertEquals(0, user.map(SLOT, pte(frames[6], RW_PTE)));
    assertEquals(before, machine.paging.table().references(mfn));
    assertEquals(-1, unmap((long) SLOT << 12, 0, handle()));
    assertEquals(before, machine.paging.table().references(mfn));
  }

  @Test
  void unmapAndReplaceMovesAnEntry() {
    grant(8, 1, 2, granterFrames[5]);
    assertEquals(0, map((long) SLOT << 12, HOST, 8, 1));
    long moved = user.entry(7);
    user.put(0x300, (long) SLOT << 12);
    user.put(0x308, 7L << 12);
    HostMemory.putInt(user.at(0x310), handle());
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.UNMAP_AND_REPLACE, 0x300, 1));
    assertEquals(0, HostMemory.getShort(user.at(0x314)));
    assertEquals(moved, user.entry(SLOT));
    assertEquals(0, user.entry(7));
    assertEquals(1, flags(8));
  }

  @Test
  void pinsAreBounded() {
    grant(8, 1, 2, granterFrames[5]);
    int count = 0;
    while (map(0, DEVICE, 8, 1) == 0) {
      count++;
    }
    assertEquals(128, count);
  }

  @Test
  void mappingsOutliveTheGranter() {
    long mfn = granterFrames[5];
    grant(8, 1, 2, mfn);
    assertEquals(0, map((long) SLOT << 12, HOST, 8, 1));
    machine.destroy(granter.domain);
    HostMemory.putLong(machine.memory.address(mfn), 77);
    assertEquals(0, unmap((long) SLOT << 12, 0, handle()));
  }

  @Test
  void mappingsOfADeadUserAreLetGo() {
    long mfn = granterFrames[5];
    granter.map(5, 0);
    grant(8, 1, 2, mfn);
    assertEquals(0, map((long) SLOT << 12, HOST | DEVICE, 8, 1));
    machine.destroy(user.domain);
    assertEquals(1, flags(8));
    assertEquals(1, machine.paging.table().references(mfn));
    assertEquals(FrameTable.NONE, machine.paging.table().type(mfn));
  }

  @Test
  void theControlDomainMapsAtGuestPhysicalAddresses() {
    grant(8, 1, 0, granterFrames[5]);
    physical.putLong(0x200, 0x5000L << 12);
    physical.putInt(0x208, HOST);
    physical.putInt(0x20c, 8);
    physical.putInt(0x210, 1);
    assertEquals(0, machine.call(control, Hypercalls.GRANT_TABLE_OP, 0, 0x200, 1));
    assertEquals(0, physical.getShort(0x212));
    physical.putLong(0x5000L << 12, 0x1234);
    assertEquals(0x1234, machine.entry(granterFrames[5], 0));
    physical.putLong(0x300, 0x5000L << 12);
    physical.putInt(0x310, physical.getInt(0x214));
    assertEquals(0, machine.call(control, Hypercalls.GRANT_TABLE_OP, 1, 0x300, 1));
    assertEquals(0, physical.getShort(0x314));
    assertEquals(1, flags(8));
  }

  private int copy(int flags, long from, int fromDom, int fromOff, long to, int toDom, int toOff) {
    user.put(0x400, from);
    HostMemory.putShort(user.at(0x408), (short) fromDom);
    HostMemory.putShort(user.at(0x40a), (short) fromOff);
    user.put(0x410, to);
    HostMemory.putShort(user.at(0x418), (short) toDom);
    HostMemory.putShort(user.at(0x41a), (short) toOff);
    HostMemory.putShort(user.at(0x420), (short) 100);
    HostMemory.putShort(user.at(0x422), (short) flags);
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.COPY, 0x400, 1));
    return HostMemory.getShort(user.at(0x424));
  }

  @Test
  void copiesGoBothWaysWithinBounds() {
    grant(8, 1, 2, granterFrames[5]);
    grant(9, 1 | 4, 2, granterFrames[6]);
    HostMemory.putLong(machine.memory.address(frames[9]) + 16, 0xabcd);
    assertEquals(0, copy(2, frames[9], SELF, 16, 8, 1, 32));
    assertEquals(0xabcd, HostMemory.getLong(machine.memory.address(granterFrames[5]) + 32));
    assertEquals(0, copy(1, 8, 1, 32, frames[10], SELF, 0));
    assertEquals(0xabcd, machine.entry(frames[10], 0));
    assertEquals(-1, copy(2, frames[9], SELF, 16, 9, 1, 0));
    assertEquals(-10, copy(2, frames[9], SELF, 3997, 8, 1, 0));
    assertEquals(-10, copy(2, frames[9], SELF, 0, 8, 1, 65535));
    assertEquals(-8, copy(0, frames[9], 2, 0, frames[10], SELF, 0));
    assertEquals(-9, copy(0, granterFrames[9], SELF, 0, frames[10], SELF, 0));
    assertEquals(-1, copy(0, frames[9], SELF, 0, frames[PAGES], SELF, 0));
    assertEquals(-2, copy(1, 8, 9, 0, frames[10], SELF, 0));
    assertEquals(1, flags(8));
    assertEquals(5, flags(9));
  }

  @Test
  void formatTwoKeepsMarksInStatusFrames() {
    HostMemory.putInt(granter.at(0x100), 2);
    grant(0, 1, 0, granterFrames[3]);
    assertEquals(0, granter.call(Hypercalls.GRANT_TABLE_OP, GrantOp.SET_VERSION, 0x100, 1));
    GrantTable table = GrantingDomain.stateOf(granter.domain).table();
    assertEquals(1, table.statusFrameCount());
    assertEquals(granterFrames[3], HostMemory.getLong(table() + 8));
    HostMemory.putLong(table() + 16 * 8 + 8, granterFrames[5]);
    HostMemory.putInt(table() + 16 * 8, 1 | 2 << 16);
    assertEquals(0, map((long) SLOT << 12, HOST, 8, 1));
    long status = machine.memory.address(table.statusFrame(0)) + 16;
    assertEquals(0x18, HostMemory.getShort(status));
    HostMemory.putInt(granter.at(0x100), 1);
    assertEquals(
        -Errno.EBUSY, granter.call(Hypercalls.GRANT_TABLE_OP, GrantOp.SET_VERSION, 0x100, 1));
    assertEquals(0, unmap((long) SLOT << 12, 0, handle()));
    assertEquals(0, HostMemory.getShort(status));
    long entry = pte(table.statusFrame(0), Pte.PRESENT | Pte.USER);
    assertEquals(0, granter.map(9, entry));
    HostMemory.putInt(granter.at(0x100), 1);
    assertEquals(
        -Errno.EBUSY, granter.call(Hypercalls.GRANT_TABLE_OP, GrantOp.SET_VERSION, 0x100, 1));
    assertEquals(0, granter.map(9, 0));
    HostMemory.putInt(granter.at(0x100), 1);
    assertEquals(0, granter.call(Hypercalls.GRANT_TABLE_OP, GrantOp.SET_VERSION, 0x100, 1));
    assertEquals(granterFrames[3], HostMemory.getInt(table() + 4) & 0xffffffffL);
  }

  @Test
  void tableFramesAreTheDomainsToMap() {
    HostMemory.putInt(user.at(0x100), SELF);
    HostMemory.putInt(user.at(0x104), 2);
    user.put(0x110, 0x180);
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.SETUP_TABLE, 0x100, 1));
    assertEquals(0, HostMemory.getShort(user.at(0x108)));
    long mfn = user.get(0x188);
    assertEquals(0, user.map(9, pte(mfn, RW_PTE)));
    HostMemory.putInt(user.at(0x104), 65);
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.SETUP_TABLE, 0x100, 1));
    assertEquals(-1, HostMemory.getShort(user.at(0x108)));
  }

  @Test
  void transferMovesAFrame() {
    user.map(9, 0);
    grant(8, 2, 2, 0x77);
    user.put(0x100, frames[9]);
    HostMemory.putShort(user.at(0x108), (short) 1);
    HostMemory.putInt(user.at(0x10c), 8);
    long before = granter.domain.totalPages();
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.TRANSFER, 0x100, 1));
    assertEquals(0, HostMemory.getShort(user.at(0x110)));
    assertEquals(0xe, flags(8));
    assertEquals(before + 1, granter.domain.totalPages());
    assertEquals(0x77, machine.paging.machToPhys().get(frames[9]));
    assertEquals(0, granter.map(9, pte(frames[9], RW_PTE)));
  }

  @Test
  void codeInATransferredFrameIsNotItsFormerOwnersAnyMore() {
    user.map(9, 0);
    grant(8, 2, 2, 0x77);
    user.put(0x100, frames[9]);
    HostMemory.putShort(user.at(0x108), (short) 1);
    HostMemory.putInt(user.at(0x10c), 8);
    List<Long> dropped = new ArrayList<>();
    machine.codeMap.addListener(dropped::add);
    machine.codeMap.mark(frames[9]);
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.TRANSFER, 0x100, 1));
    assertEquals(List.of(frames[9]), dropped);
  }

  @Test
  void everyOperationSurvivesWildArguments() {
    long[] pointers = {
      0, 1, 0xffe, 1L << 40, 0x0000800000000000L, 0xffff800000000000L, 0xffff830000000000L, -8, -1
    };
    long[] counts = {0, 1, 2, 100, 0x7fffffff, 0x80000000L, -1};
    for (int operation = -1; operation < 20; operation++) {
      for (long pointer : pointers) {
        for (long count : counts) {
          if (pointer != 0 || count < 3) {
            user.call(Hypercalls.GRANT_TABLE_OP, operation, pointer, count);
          }
        }
      }
    }
  }
}

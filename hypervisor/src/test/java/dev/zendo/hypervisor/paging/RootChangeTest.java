package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.memory.SmallMachine.pte;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.memory.BootedGuest;
import dev.zendo.hypervisor.memory.SmallMachine;
import dev.zendo.hypervisor.memory.SmallMachine.CountingExecutor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a vcpu forgets when it changes from one page-table root to another. */
class RootChangeTest {
  private static final int PAGES = BootedGuest.PAGES;
  private static final long RW = Pte.PRESENT | Pte.WRITE | Pte.USER | Pte.ACCESSED | Pte.DIRTY;
  private static final int UPPER_SLOT = 300;

  private final SmallMachine machine = new SmallMachine();
  private final BootedGuest guest = new BootedGuest(machine, 1, 200);
  private final Vcpu vcpu = guest.domain.vcpu(0);
  private final CountingExecutor executor = (CountingExecutor) vcpu.executor();
  private final long first = guest.frames[PAGES + 3];
  private final long second = copyOf(first);

  @BeforeEach
  void startClean() {
    assertEquals(0, mmuExt(MmuextCommand.PIN_L4_TABLE, first));
    assertEquals(0, mmuExt(MmuextCommand.PIN_L4_TABLE, second));
    enter();
    executor.flushes = 0;
  }

  @AfterEach
  void everyFrameComesBack() {
    machine.end();
  }

  private long copyOf(long table) {
    long copy = machine.page(guest.domain);
    for (int i = 0; i < Pte.ENTRIES; i++) {
      machine.entry(copy, i, machine.entry(table, i));
    }
    return copy;
  }

  private long mmuExt(int command, long mfn) {
    guest.put(0, command);
    guest.put(8, mfn);
    return guest.call(Hypercalls.MMUEXT_OP, 0, 1, 0, Domid.SELF);
  }

  private long update(long table, int index, long entry) {
    guest.put(0, (table << 12) + 8L * index);
    guest.put(8, entry);
    return guest.call(Hypercalls.MMU_UPDATE, 0, 1, 0, Domid.SELF);
  }

  private long updateLeaf(int page, long entry) {
    return update(guest.frames[PAGES], page, entry);
  }

  /** The vcpu goes in and out: posted requests are served. */
  private void enter() {
    vcpu.gate().enter();
    vcpu.gate().leave();
  }

  private void change(long root) {
    assertEquals(0, mmuExt(MmuextCommand.NEW_BASEPTR, root));
    enter();
  }

  @Test
  void theUpperHalfStays() {
    change(second);
    change(first);
    assertEquals(0, executor.flushes);
    assertEquals(2, executor.lowerHalfFlushes);
    assertEquals(List.of(), executor.frameFlushes);
  }

  @Test
  void theSameRootAgainIsAFlush() {
    change(first);
    assertEquals(1, executor.flushes);
    assertEquals(0, executor.lowerHalfFlushes);
  }

  @Test
  void framesOfReplacedEntriesAreForgotten() {
    assertEquals(0, updateLeaf(5, 0));
    assertEquals(0, updateLeaf(6, pte(guest.frames[6], RW & ~Pte.WRITE)));
    assertEquals(0, updateLeaf(7, pte(guest.frames[8], RW)));
    change(second);
    assertEquals(0, executor.flushes);
    assertEquals(List.of(guest.frames[5], guest.frames[6], guest.frames[7]), executor.frameFlushes);
    change(first);
    assertEquals(3, executor.frameFlushes.size());
  }

  @Test
  void entriesThatWereNotPresentNeedNothing() {
    assertEquals(0, updateLeaf(5, 0));
    change(second);
    executor.frameFlushes.clear();
    assertEquals(0, updateLeaf(5, pte(guest.frames[5], RW)));
    change(first);
    assertEquals(List.of(), executor.frameFlushes);
    assertEquals(0, executor.flushes);
  }

  @Test
  void tooManyReplacedEntriesForgetAll() {
    for (int page = 5; page < 30; page++) {
      assertEquals(0, updateLeaf(page, 0));
    }
    change(second);
    assertEquals(1, executor.flushes);
    assertEquals(List.of(), executor.frameFlushes);
    change(first);
    assertEquals(1, executor.flushes);
    assertEquals(1, executor.lowerHalfFlushes);
  }

  @Test
  void replacedUpperEntriesForgetAllAtOnce() {
    long l3 = guest.frames[PAGES + 2];
    assertEquals(0, update(first, UPPER_SLOT, pte(l3, RW)));
    enter();
    assertEquals(0, executor.flushes, "nothing was there before");
    assertEquals(0, update(first, UPPER_SLOT, 0));
    enter();
    assertEquals(1, executor.flushes);
  }

  @Test
  void rootsWithDifferentUpperHalvesForgetAll() {
    assertEquals(0, update(second, UPPER_SLOT, pte(guest.frames[PAGES + 2], RW)));
    change(second);
    change(first);
    assertEquals(1, executor.flushes, "only what the old root has can be outdated");
    assertEquals(1, executor.lowerHalfFlushes);
  }

  @Test
  void userRootsForgetTheUserHalfOnly() {
    assertEquals(0, mmuExt(MmuextCommand.NEW_USER_BASEPTR, second));
    enter();
    assertEquals(1, executor.flushes);
    assertEquals(0, executor.lowerHalfFlushes);
    assertEquals(0, mmuExt(MmuextCommand.NEW_USER_BASEPTR, first));
    enter();
    assertEquals(1, executor.lowerHalfFlushes);
  }
}

package dev.zendo.hypervisor.paging.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.grant.MapFlags;
import dev.zendo.hypercalls.grant.MapGrantRef;
import dev.zendo.hypercalls.grant.UnmapGrantRef;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.memory.SmallMachine;
import dev.zendo.hypervisor.paging.Pte;
import java.util.Arrays;

/**
 * The two domains of the model on the hypervisor itself. The guest's first vcpu uses the roots that
 * the operations set; a second one, which always runs on the boot tables, makes the calls. Used by
 * one thread.
 */
final class RealGuests implements AutoCloseable {
  private static final int GUEST = 1;
  private static final int OTHER = 2;
  private static final int PAGES = 2;
  private static final long ARGUMENTS = 0x100;
  private static final long ARRAY = 0x200;
  private static final int FIRST_REF = 8;
  private static final int LAST_REF = 500;
  private static final long COMPARED = Pte.PRESENT | Pte.WRITE | Pte.ADDRESS;

  private final SmallMachine machine = new SmallMachine();
  private final FrameTable table = machine.paging.table();
  private final Domain guest = machine.guest(GUEST, 100);
  private final Domain other = machine.guest(OTHER, 100);
  private final Vcpu vcpu = guest.vcpu(0);
  private final Vcpu caller;
  private final long[] boot = machine.boot(guest, PAGES);
  private final long[] otherBoot = machine.boot(other, PAGES);
  private final long[] mfns = new long[Frames.COUNT];
  private final int[] extraReferences = new int[Frames.COUNT];
  private final int[] extraTypes = new int[Frames.COUNT];
  private final CachedTranslations cached;
  private int grantRef = FIRST_REF;
  private int grantHandle = -1;
  private int grantSlot;
  private int lentHandle = -1;
  private int lentFrame;

  RealGuests() {
    caller = machine.addVcpu(guest, new SmallMachine.CountingExecutor());
    long root = boot[PAGES + 3];
    assertEquals(0, machine.core.setKernelRoot(caller, root));
    for (int i = 0; i < Frames.FREE; i++) {
      mfns[i] = machine.page(guest);
    }
    mfns[Frames.BOOT_L1] = boot[PAGES];
    mfns[Frames.BOOT_L4] = root;
    mfns[Frames.FOREIGN] = machine.page(other);
    mfns[Frames.HYPERVISOR] = machine.paging.machToPhys().firstFrame();
    for (int ref = FIRST_REF; ref < LAST_REF; ref++) {
      grant(other, ref, GUEST, mfns[Frames.FOREIGN]);
    }
    cached = new CachedTranslations(machine, vcpu, mfns);
    References references = References.of(ModelState.initial());
    for (int frame = Frames.FREE; frame <= Frames.FOREIGN; frame++) {
      extraReferences[frame] = table.references(mfns[frame]) - references.general[frame];
      extraTypes[frame] = table.typeReferences(mfns[frame]) - references.typeCount[frame];
    }
    for (int i = 0; i < Frames.FREE; i++) {
      grant(guest, FIRST_REF + i, OTHER, mfns[i]);
    }
  }

  /** Whether there is no grant left that no lost mapping has pinned: time for a new machine. */
  boolean isWornOut() {
    return grantRef == LAST_REF;
  }

  @Override
  public void close() {
    machine.end();
  }

  // --- operations -------------------------------------------------------------------------------

  /** Does an operation; whether it was done, not refused. */
  boolean execute(Operation operation) {
    int a = operation.a();
    int b = operation.b();
    boolean done =
        switch (operation.kind()) {
          case STORE -> store(a, Entries.real(b, mfns)) == 0;
          case PIN -> mmuExt(MmuextCommand.PIN_L1_TABLE + b - 1, mfns[a]) == 0;
          case UNPIN -> mmuExt(MmuextCommand.UNPIN_TABLE, mfns[a]) == 0;
          case KERNEL_ROOT -> machine.core.setKernelRoot(vcpu, mfns[a]) == 0;
          case USER_ROOT -> machine.core.setUserRoot(vcpu, a < 0 ? 0 : mfns[a]) == 0;
          case DESCRIPTORS -> descriptors(a) == 0;
          case DECREASE -> decrease(a) == 1;
          case MAP_GRANT -> mapGrant(a, b != 0);
          case UNMAP_GRANT -> grantHandle >= 0 && unmapGrant() == 0;
          case LEND -> lend(a, b != 0);
          case UNLEND -> lentHandle >= 0 && unlend() == 0;
        };
    cached.update();
    return done;
  }

  /** Frames of which the vcpu may have a translation in its cache that allows writes. */
  int cached() {
    return cached.writable();
  }

  private long store(int slot, long entry) {
    int host = Frames.host(slot);
    if (host == Frames.BOOT_L1) {
      return call(Hypercalls.UPDATE_VA_MAPPING, (long) Frames.BOOT_INDEX << 12, entry, 0);
    }
    argument(0, (mfns[host] << 12) + 8L * Frames.index(slot));
    argument(8, entry);
    return call(Hypercalls.MMU_UPDATE, ARGUMENTS, 1, 0, Domid.SELF);
  }

  private long mmuExt(int command, long mfn) {
    argument(0, command);
    argument(8, mfn);
    return call(Hypercalls.MMUEXT_OP, ARGUMENTS, 1, 0, Domid.SELF);
  }

  private long descriptors(int frame) {
    return frame < 0
        ? machine.core.setGdt(vcpu, new long[0], 0)
        : machine.core.setGdt(vcpu, new long[] {mfns[frame]}, Pte.ENTRIES);
  }

  private long decrease(int frame) {
    argument(0, ARRAY);
    argument(8, 1);
    argument(16, 0);
    argument(24, Domid.SELF);
    argument((int) (ARRAY - ARGUMENTS), mfns[frame]);
    return call(Hypercalls.MEMORY_OP, MemoryOp.DECREASE_RESERVATION, ARGUMENTS);
  }

  private boolean mapGrant(int slot, boolean writable) {
    if (grantHandle >= 0) {
      return false;
    }
    long address = address(slot);
    int flags = MapFlags.HOST_MAP | MapFlags.CONTAINS_PTE | (writable ? 0 : MapFlags.READONLY);
    grantHandle = map(caller, boot[0], OTHER, grantRef, address, flags);
    grantSlot = slot;
    return grantHandle >= 0;
  }

  private long address(int slot) {
    return (mfns[Frames.host(slot)] << 12) + 8L * Frames.index(slot);
  }

  private int unmapGrant() {
    int status = unmap(caller, boot[0], grantHandle, address(grantSlot), 0);
    if (status == 0) {
      grantHandle = -1;
    }
    return status;
  }

  private boolean lend(int frame, boolean writable) {
    if (lentHandle >= 0) {
      return false;
    }
    int flags = MapFlags.DEVICE_MAP | (writable ? 0 : MapFlags.READONLY);
    lentHandle = map(other.vcpu(0), otherBoot[0], GUEST, FIRST_REF + frame, 0, flags);
    lentFrame = frame;
    return lentHandle >= 0;
  }

  private int unlend() {
    int status = unmap(other.vcpu(0), otherBoot[0], lentHandle, 0, mfns[lentFrame] << 12);
    if (status == 0) {
      lentHandle = -1;
    }
    return status;
  }

  /** Maps a grant; its handle or a negative number. */
  private int map(Vcpu by, long page, int granter, int ref, long address, int flags) {
    long at = machine.memory.address(page) + ARGUMENTS;
    MapGrantRef.HOST_ADDR.set(HostView.HOST, at, address);
    MapGrantRef.FLAGS.set(HostView.HOST, at, flags);
    MapGrantRef.REF.set(HostView.HOST, at, ref);
    MapGrantRef.DOM.set(HostView.HOST, at, (short) granter);
    assertEquals(0, call(by, Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, ARGUMENTS, 1));
    return MapGrantRef.STATUS.get(HostView.HOST, at) == 0
        ? MapGrantRef.HANDLE.get(HostView.HOST, at)
        : -1;
  }

  private int unmap(Vcpu by, long page, int handle, long address, long bus) {
    long at = machine.memory.address(page) + ARGUMENTS;
    UnmapGrantRef.HOST_ADDR.set(HostView.HOST, at, address);
    UnmapGrantRef.DEV_BUS_ADDR.set(HostView.HOST, at, bus);
    UnmapGrantRef.HANDLE.set(HostView.HOST, at, handle);
    assertEquals(0, call(by, Hypercalls.GRANT_TABLE_OP, GrantOp.UNMAP_GRANT_REF, ARGUMENTS, 1));
    return UnmapGrantRef.STATUS.get(HostView.HOST, at);
  }

  private void grant(Domain from, int ref, int to, long mfn) {
    long at = machine.memory.address(machine.grantFrame(from)) + 8L * ref;
    HostMemory.putInt(at + 4, (int) mfn);
    HostMemory.putInt(at, GrantFlags.PERMIT_ACCESS | to << 16);
  }

  private void argument(int offset, long value) {
    HostMemory.putLong(machine.memory.address(boot[0]) + ARGUMENTS + offset, value);
  }

  private long call(int number, long... arguments) {
    return call(caller, number, arguments);
  }

  private long call(Vcpu by, int number, long... arguments) {
    long[] a = Arrays.copyOf(arguments, 5);
    return machine.hypercalls.handler(number).handle(by, a[0], a[1], a[2], a[3], a[4]);
  }

  // --- comparison -------------------------------------------------------------------------------

  /** Fails unless memory, frame table and roots are those of the state. */
  void check(ModelState state) {
    References references = References.of(state);
    for (int frame = 0; frame <= Frames.FOREIGN; frame++) {
      checkFrame(state, references, frame);
    }
    for (int slot = 0; slot < Frames.SLOTS; slot++) {
      if (references.exists(Frames.host(slot))) {
        long real = machine.entry(mfns[Frames.host(slot)], Frames.index(slot));
        long expected = Entries.real(state.entry(slot), mfns);
        expect((expected ^ real) & COMPARED, 0, "entry", Frames.slotName(slot));
      }
    }
    expect(mfns[state.kernelRoot()], vcpu.kernelRoot(), "root", "kernel");
    expect(state.userRoot() < 0 ? 0 : mfns[state.userRoot()], vcpu.userRoot(), "root", "user");
  }

  private void checkFrame(ModelState state, References references, int frame) {
    long mfn = mfns[frame];
    String name = Frames.name(frame);
    if (frame < Frames.FREE && !references.exists(frame)) {
      expect(-1, table.owner(mfn), "owner of freed", name);
      return;
    }
    expect(references.type(frame), table.type(mfn), "type", name);
    int types = references.typeCount[frame] + extraTypes[frame];
    expect(types, table.typeReferences(mfn), "type count", name);
    int general = references.general[frame] + extraReferences[frame];
    expect(general, table.references(mfn), "references", name);
    expect(references.linear[frame], table.linear(mfn), "linear", name);
    if (frame < Frames.FREE) {
      expect(state.pin(frame) > 0 ? 1 : 0, table.isPinned(mfn) ? 1 : 0, "pinned", name);
      expect(state.allocated(frame) ? 1 : 0, table.isAllocated(mfn) ? 1 : 0, "allocated", name);
    }
  }

  private static void expect(long expected, long actual, String what, String name) {
    if (expected != actual) {
      throw new AssertionError(what + " of " + name + ": " + actual + " instead of " + expected);
    }
  }

  /** Fails if the vcpu may still write what it must not any more. */
  void checkCached(ModelState state) {
    References references = References.of(state);
    for (int frame = 0; frame < Frames.FREE; frame++) {
      int type = references.type(frame);
      boolean writable = type == FrameTable.NONE || type == FrameTable.WRITABLE;
      assertTrue(
          writable || (state.cached() >>> frame & 1) == 0,
          "a cached translation allows writes to a table");
    }
    boolean foreign = (state.cached() >>> Frames.FOREIGN & 1) != 0;
    assertTrue(!foreign || state.grantSlot() >= 0, "a cached translation outlives its grant");
  }

  // --- back to the start ------------------------------------------------------------------------

  /** Undoes everything; fails if a count is not what it was at the start. */
  void reset() {
    assertEquals(0, machine.core.setKernelRoot(vcpu, mfns[Frames.BOOT_L4]));
    assertEquals(0, machine.core.setUserRoot(vcpu, 0));
    assertEquals(0, descriptors(ModelState.NONE));
    if (lentHandle >= 0) {
      assertEquals(0, unlend());
    }
    if (grantHandle >= 0 && unmapGrant() != 0) {
      // The mapping was overwritten, so its handle stays until the domain ends, as on Xen.
      grantHandle = -1;
      grantRef++;
    }
    assertEquals(0, store(Frames.BOOT_L1_SLOT, 0));
    assertEquals(0, store(Frames.BOOT_L4_SLOT, 0));
    for (int frame = 0; frame < Frames.FREE; frame++) {
      if (table.isPinned(mfns[frame])) {
        assertEquals(0, mmuExt(MmuextCommand.UNPIN_TABLE, mfns[frame]));
      }
    }
    replaceFreedFrames();
    cached.update();
    cached.forget();
    check(ModelState.initial());
  }

  private void replaceFreedFrames() {
    long[] old = mfns.clone();
    boolean[] freed = new boolean[Frames.FREE];
    for (int frame = 0; frame < Frames.FREE; frame++) {
      freed[frame] = table.owner(mfns[frame]) < 0;
    }
    for (int frame = 0; frame < Frames.FREE; frame++) {
      if (freed[frame]) {
        replaceFreed(frame, old);
      }
      HostMemory.fill(machine.memory.address(mfns[frame]), MachineMemory.FRAME_SIZE, (byte) 0);
    }
  }

  private void replaceFreed(int frame, long[] old) {
    long mfn = machine.page(guest);
    cached.update();
    for (int i = 0; i < Frames.FREE; i++) {
      boolean stale = old[i] == mfn && (cached.writable() >>> i & 1) != 0;
      assertTrue(!stale, "a cached translation outlives the frame");
    }
    mfns[frame] = mfn;
    grant(guest, FIRST_REF + frame, OTHER, mfns[frame]);
  }
}

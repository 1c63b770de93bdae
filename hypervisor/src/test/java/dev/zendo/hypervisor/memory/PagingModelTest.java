package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.paging.Pte;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Two domains do random things to their page tables, roots, descriptor tables, reservations and
 * grants; after every step the counts of all frames are what {@code PagingAudit} finds in memory,
 * and at the end every frame is free again.
 */
class PagingModelTest {
  private static final int BOOT_PAGES = 8;
  private static final int FRAMES = 14;
  private static final int STEPS = 150;
  private static final int SELF = 0x7ff0;

  /** Address of the arguments of calls: the first boot page. */
  private static final long ARGUMENTS = 0x100;

  private SmallMachine machine;
  private Random random;
  private Guest[] guests;
  private long refused;
  private long done;

  private static final class Guest {
    Domain domain;
    long[] boot;
    final List<Long> frames = new ArrayList<>();
    final List<long[]> mappings = new ArrayList<>();

    long root() {
      return boot[BOOT_PAGES + 3];
    }
  }

  @Property(tries = 60, seed = "4711", shrinking = ShrinkingMode.OFF)
  void countsAlwaysMatchMemory(@ForAll long seed) {
    random = new Random(seed);
    machine = new SmallMachine();
    long free = machine.core.freeFrames();
    guests = new Guest[] {create(1), create(2)};
    for (int step = 0; step < STEPS; step++) {
      step(guests[random.nextInt(2)]);
      audit();
      backToBootRoots();
    }
    for (Guest guest : guests) {
      machine.destroy(guest.domain);
    }
    assertEquals(free, machine.core.freeFrames(), "frames come back, seed " + seed);
    assertTrue(done > 0 && refused > 0, "both outcomes happen");
    machine.close();
  }

  private Guest create(int id) {
    Guest guest = new Guest();
    guest.domain = machine.guest(id, 100);
    guest.boot = machine.boot(guest.domain, BOOT_PAGES);
    assertEquals(0, mmuExt(guest, 3, guest.root(), 0));
    for (int i = 0; i < FRAMES; i++) {
      guest.frames.add(machine.page(guest.domain));
    }
    return guest;
  }

  private void audit() {
    assertEquals(List.of(), machine.core.audit());
  }

  private void backToBootRoots() {
    for (Guest guest : guests) {
      assertEquals(0, machine.core.setKernelRoot(guest.domain.vcpu(0), guest.root()));
    }
  }

  private void step(Guest guest) {
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> poke(guest);
      case 3, 4, 5 -> mmuUpdate(guest);
      case 6 -> count(mmuExt(guest, random.nextInt(4), frame(guest), 0));
      case 7 -> count(mmuExt(guest, random.nextInt(3) == 0 ? 15 : 4, frame(guest), 0));
      case 8 -> count(mmuExt(guest, 5, frame(guest), 0));
      case 9 -> setGdt(guest);
      case 10 -> reservation(guest);
      default -> grants(guest);
    }
  }

  private void count(long result) {
    if (result < 0) {
      refused++;
    } else {
      done++;
    }
  }

  private long frame(Guest guest) {
    return guest.frames.isEmpty() ? 1 : guest.frames.get(random.nextInt(guest.frames.size()));
  }

  private long anyFrame(Guest guest) {
    return switch (random.nextInt(16)) {
      case 0 -> guest.root() - random.nextInt(4);
      case 1 -> frame(guest == guests[0] ? guests[1] : guests[0]);
      case 2 -> machine.paging.machToPhys().firstFrame();
      case 3 -> random.nextInt(SmallMachine.FRAMES + 10);
      default -> frame(guest);
    };
  }

  private long entry(Guest guest) {
    long entry = anyFrame(guest) << 12 | random.nextInt(0x100) & 0x67;
    entry |= random.nextInt(8) == 0 ? 0 : Pte.PRESENT;
    if (random.nextInt(3) == 0) {
      entry |= Pte.WRITE;
    }
    if (random.nextInt(40) == 0) {
      entry |= 1L << random.nextInt(64);
    }
    return entry;
  }

  private int index() {
    return random.nextInt(8) == 0 ? random.nextInt(Pte.ENTRIES) : random.nextInt(3);
  }

  /** What a guest may store by itself: anything into a frame that is no table. */
  private void poke(Guest guest) {
    long mfn = frame(guest);
    int type = machine.paging.table().type(mfn);
    if (mfn > 1 && (type == FrameTable.NONE || type == FrameTable.WRITABLE)) {
      machine.entry(mfn, index(), random.nextInt(4) == 0 ? 0 : entry(guest));
    }
  }

  private void argument(Guest guest, int offset, long value) {
    HostMemory.putLong(machine.memory.address(guest.boot[0]) + ARGUMENTS + offset, value);
  }

  private void mmuUpdate(Guest guest) {
    long mfn = anyFrame(guest);
    // The low entries of the boot tables map the arguments of the calls: leave them alone.
    boolean bootTable = mfn <= guest.root() && mfn > guest.root() - 4;
    int index = bootTable ? 100 + random.nextInt(400) : index();
    argument(guest, 0, (mfn << 12) + 8L * index + random.nextInt(3));
    argument(guest, 8, random.nextInt(4) == 0 ? 0 : entry(guest));
    long result = machine.call(guest.domain, Hypercalls.MMU_UPDATE, ARGUMENTS, 1, 0, SELF);
    count(result);
  }

  private long mmuExt(Guest guest, int command, long a1, long a2) {
    argument(guest, 0, command);
    argument(guest, 8, a1);
    argument(guest, 16, a2);
    return machine.call(guest.domain, Hypercalls.MMUEXT_OP, ARGUMENTS, 1, 0, SELF);
  }

  private void setGdt(Guest guest) {
    int pages = random.nextInt(3);
    long[] wanted = {frame(guest), frame(guest)};
    Vcpu vcpu = guest.domain.vcpu(0);
    count(machine.core.setGdt(vcpu, wanted, pages * 512));
  }

  private void reservation(Guest guest) {
    boolean grow = guest.frames.size() < FRAMES && random.nextBoolean();
    long mfn = grow ? 0 : frame(guest);
    argument(guest, 0, ARGUMENTS + 64);
    argument(guest, 8, 1);
    argument(guest, 16, 0);
    argument(guest, 24, SELF);
    argument(guest, 64, mfn);
    int operation = grow ? MemoryOp.INCREASE_RESERVATION : MemoryOp.DECREASE_RESERVATION;
    long result = machine.call(guest.domain, Hypercalls.MEMORY_OP, operation, ARGUMENTS);
    count(result - 1);
    if (grow && result == 1) {
      guest.frames.add(HostMemory.getLong(machine.memory.address(guest.boot[0]) + ARGUMENTS + 64));
    } else if (result == 1) {
      guest.frames.remove(mfn);
    }
  }

  private void grants(Guest user) {
    if (!user.mappings.isEmpty() && random.nextBoolean()) {
      unmap(user);
      return;
    }
    Guest granter = guests[random.nextInt(2)];
    int ref = 8 + random.nextInt(4);
    long mfn = anyFrame(granter);
    long at = machine.memory.address(machine.grantFrame(granter.domain)) + 8L * ref;
    HostMemory.putInt(at + 4, (int) mfn);
    HostMemory.putInt(at, 1 | user.domain.id() << 16);
    boolean byEntry = random.nextBoolean();
    long address = byEntry ? (frame(user) << 12) + 8L * index() : 5L << 12;
    int flags = 1 + random.nextInt(3) | (random.nextBoolean() ? 4 : 0) | (byEntry ? 0x10 : 0);
    argument(user, 0, address);
    argument(user, 8, flags | (long) ref << 32);
    argument(user, 16, granter.domain.id());
    assertEquals(
        0,
        machine.call(user.domain, Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, ARGUMENTS, 1));
    long base = machine.memory.address(user.boot[0]) + ARGUMENTS;
    int status = HostMemory.getShort(base + 18);
    count(status);
    if (status == 0) {
      long mapped = HostMemory.getLong(base + 24) >>> 12;
      user.mappings.add(new long[] {HostMemory.getInt(base + 20), mapped, address, flags});
    }
  }

  private void unmap(Guest user) {
    long[] mapping = user.mappings.get(random.nextInt(user.mappings.size()));
    int parts = 1 + random.nextInt(3);
    argument(user, 0, (parts & 2) != 0 ? mapping[2] : 0);
    argument(user, 8, (parts & 1) != 0 ? mapping[1] << 12 : 0);
    argument(user, 16, mapping[0]);
    assertEquals(
        0,
        machine.call(
            user.domain, Hypercalls.GRANT_TABLE_OP, GrantOp.UNMAP_GRANT_REF, ARGUMENTS, 1));
    long base = machine.memory.address(user.boot[0]) + ARGUMENTS;
    int status = HostMemory.getShort(base + 20);
    count(status);
    if (status == 0) {
      mapping[3] &= ~(long) parts;
      if ((mapping[3] & 3) == 0) {
        user.mappings.remove(mapping);
      }
    }
  }
}

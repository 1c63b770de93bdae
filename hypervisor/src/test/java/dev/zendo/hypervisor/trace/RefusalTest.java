package dev.zendo.hypervisor.trace;

import static dev.zendo.hypervisor.memory.SmallMachine.pte;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.event.EventOp;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.hypercall.EventCalls;
import dev.zendo.hypervisor.hypercall.GdtCall;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.memory.BootedGuest;
import dev.zendo.hypervisor.memory.SmallMachine;
import dev.zendo.hypervisor.paging.Pte;
import dev.zendo.hypervisor.time.FakeClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What traces say about hypercalls that are refused. */
class RefusalTest {
  private static final int PAGES = BootedGuest.PAGES;
  private static final long KERNEL = Pte.PRESENT | Pte.WRITE | Pte.USER;
  private static final int SELF = 0x7ff0;

  private final SmallMachine machine = new SmallMachine();
  private final BootedGuest guest = new BootedGuest(machine, 1, 60);
  private final BootedGuest other = new BootedGuest(machine, 2, 60);
  private final Domain domain = guest.domain;
  private final long[] frames = guest.frames;
  private final Tracer tracer = new Tracer(new FakeClock());
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void trace() {
    EventCalls.register(machine.hypercalls, machine.domains, machine.core, machine.memory);
    GdtCall.register(machine.hypercalls, machine.core);
    tracer.enable(true, false, false, lines::add);
  }

  @AfterEach
  void everyFrameComesBack() {
    machine.end();
  }

  /** Issues a hypercall and returns what the trace says behind its result. */
  private String explain(int number, long... args) {
    long[] a = new long[5];
    System.arraycopy(args, 0, a, 0, args.length);
    lines.clear();
    tracer.hypercall(
        machine.hypercalls.handler(number), domain.vcpu(0), number, a[0], a[1], a[2], a[3], a[4]);
    String line = lines.get(0);
    int from = line.indexOf(": ");
    int to = line.lastIndexOf(" (rip=");
    return from < 0 ? "" : line.substring(from + 2, to);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private String entry(int index) {
    return "entry " + index + " of the table in frame " + hex(frames[PAGES]) + ", level 1: ";
  }

  private String map(long entry) {
    return explain(Hypercalls.UPDATE_VA_MAPPING, 9L << 12, entry, 0);
  }

  @Test
  void theFirstOnesOfADomainAreToldAndThenFewOfMany() {
    FakeClock clock = new FakeClock();
    Tracer quiet = new Tracer(clock);
    quiet.tellRefusals((who, text) -> lines.add(who + " " + text));
    Dispatcher dispatcher = new Dispatcher(machine.hypercalls, quiet);
    long[] bad = {9L << 12, pte(frames[PAGES], KERNEL), 0, 0, 0};
    for (int i = 0; i < 100; i++) {
      call(dispatcher, Hypercalls.UPDATE_VA_MAPPING, bad);
      call(dispatcher, Hypercalls.XEN_VERSION, 0, 0, 0, 0, 0);
    }
    assertEquals(RefusalBudget.AT_ONCE, lines.size());
    String line = lines.get(0);
    assertTrue(line.startsWith("1 d1v0 update_va_mapping(va=0x9000, "), line);
    assertTrue(line.contains(" = -EBUSY: " + entry(9)), line);
    clock.set(RefusalBudget.PAUSE);
    call(dispatcher, Hypercalls.UPDATE_VA_MAPPING, bad);
    call(dispatcher, Hypercalls.UPDATE_VA_MAPPING, bad);
    assertEquals(RefusalBudget.AT_ONCE + 1, lines.size());
    String last = lines.get(RefusalBudget.AT_ONCE);
    assertTrue(last.endsWith("; 84 more were refused before"), last);
    assertFalse(Refusal.pending());
  }

  private void call(Dispatcher dispatcher, int number, long... a) {
    dispatcher.call(domain.vcpu(0), number, a[0], a[1], a[2], a[3], a[4]);
  }

  @Test
  void writableMappingOfAPageTable() {
    String why =
        entry(9)
            + "frame "
            + hex(frames[PAGES])
            + " of d1 is an L1 table (type count 1, 3 references)";
    assertEquals(why + ", so it cannot be writable", map(pte(frames[PAGES], KERNEL)));
  }

  @Test
  void frameOfAnother() {
    long mfn = other.frames[3];
    assertEquals(
        entry(9) + "frame " + hex(mfn) + " belongs to d2, not to d1", map(pte(mfn, KERNEL)));
    assertEquals(entry(9) + "frame 0xfffff is no memory of the machine", map(pte(0xfffff, KERNEL)));
  }

  @Test
  void flagsAndAddresses() {
    long entry = pte(frames[9], KERNEL) | 0x80;
    assertEquals(
        entry(9) + "entry " + hex(entry) + " has bits 0x80, which a table of level 1 may not have",
        map(entry));
    assertEquals(
        "address 0x8000000000 has no level 1 table in the caller's page tables",
        explain(Hypercalls.UPDATE_VA_MAPPING, 1L << 39, 0, 0));
    assertEquals(
        "address 0xffff800000000000 is not the guest's",
        explain(Hypercalls.UPDATE_VA_MAPPING, 0xffff800000000000L, 0, 0));
  }

  @Test
  void updateOfAList() {
    guest.put(0x100, frames[PAGES + 3] << 12 | 8 * 256);
    guest.put(0x108, 0);
    String where =
        "update 0 of the list, of " + hex(frames[PAGES + 3] << 12 | 8 * 256) + " to 0x0: ";
    String why = "entry 256 of the top-level table in frame " + hex(frames[PAGES + 3]);
    assertEquals(
        where + why + " is the hypervisor's", explain(Hypercalls.MMU_UPDATE, 0x100, 1, 0, SELF));
  }

  @Test
  void pinOfAFrameWithABadEntry() {
    guest.map(9, 0);
    long at = machine.memory.address(frames[9]);
    HostMemory.putLong(at + 8 * 7, pte(frames[PAGES], KERNEL));
    assertEquals(
        "operation 0 of the list, command 0 on "
            + hex(frames[9])
            + ": entry 7 of the table in frame "
            + hex(frames[9])
            + ", level 1: frame "
            + hex(frames[PAGES])
            + " of d1 is an L1 table (type count 1, 3 references), so it cannot be writable",
        extended(MmuextCommand.PIN_L1_TABLE, frames[9]));
    assertEquals(
        "operation 0 of the list, command 4 on "
            + hex(frames[9])
            + ": frame "
            + hex(frames[9])
            + " is not pinned, or not d1's",
        extended(MmuextCommand.UNPIN_TABLE, frames[9]));
  }

  private String extended(int command, long mfn) {
    HostMemory.putInt(guest.at(0x100), command);
    guest.put(0x108, mfn);
    return explain(Hypercalls.MMUEXT_OP, 0x100, 1, 0, SELF);
  }

  @Test
  void descriptors() {
    guest.map(9, 0);
    HostMemory.putLong(machine.memory.address(frames[9]) + 16, 0x00cfe2000000ffffL);
    guest.put(0x100, frames[9]);
    assertTrue(
        explain(Hypercalls.SET_GDT, 0x100, 512)
            .startsWith("descriptor 2 of frame " + hex(frames[9]) + " is 0x"));
    assertEquals(
        "9000 descriptors are more than the 7168 there may be",
        explain(Hypercalls.SET_GDT, 0x100, 9000));
  }

  @Test
  void grants() {
    long table = machine.memory.address(machine.grantFrame(other.domain));
    HostMemory.putInt(table + 8 * 9 + 4, (int) other.frames[3]);
    HostMemory.putInt(table + 8 * 9, 5 | 1 << 16);
    guest.put(0x100, 9L << 12);
    HostMemory.putInt(guest.at(0x108), 2);
    HostMemory.putInt(guest.at(0x10c), 9);
    HostMemory.putInt(guest.at(0x110), 2);
    assertEquals(
        "grant 9 of d2 has flags 0x5 for d1, which do not allow this (writing: 1) to d1",
        explain(Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, 0x100, 1));
    HostMemory.putInt(guest.at(0x10c), 700);
    assertEquals(
        "grant 700 of d2 does not exist: its table has 512 entries",
        explain(Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, 0x100, 1));
  }

  @Test
  void ports() {
    int port = (int) other.domain.events().allocateUnbound(7);
    HostMemory.putInt(guest.at(0x100), 2);
    HostMemory.putInt(guest.at(0x104), port);
    assertEquals(
        "port 1 of d2 is unbound and waits for d7",
        explain(Hypercalls.EVENT_CHANNEL_OP, EventOp.BIND_INTERDOMAIN, 0x100));
    HostMemory.putInt(guest.at(0x100), 5);
    assertEquals(
        "port 5 of d1 is closed", explain(Hypercalls.EVENT_CHANNEL_OP, EventOp.CLOSE, 0x100));
    HostMemory.putInt(guest.at(0x100), 4000);
    assertEquals(
        "port 4000 of d1 does not exist",
        explain(Hypercalls.EVENT_CHANNEL_OP, EventOp.SEND, 0x100));
  }

  @Test
  void memory() {
    guest.put(0x200, other.frames[3]);
    guest.put(0x100, 0x200);
    guest.put(0x108, 1);
    guest.put(0x110, 0);
    guest.put(0x118, SELF);
    assertEquals(
        "frame " + hex(other.frames[3]) + " belongs to d2, not to d1",
        explain(Hypercalls.MEMORY_OP, MemoryOp.DECREASE_RESERVATION, 0x100));
    guest.put(0x108, 100);
    long pages = domain.totalPages();
    assertEquals(
        "d1 has 60 of at most 60 pages and wants 1 more",
        explain(Hypercalls.MEMORY_OP, MemoryOp.INCREASE_RESERVATION, 0x100),
        pages + " before");
  }

  @Test
  void successSaysNothing() {
    assertEquals("", map(0));
    assertFalse(lines.get(0).contains("rip="));
  }
}

package dev.zendo.hypervisor.memory;

import static dev.zendo.hypervisor.memory.SmallMachine.pte;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypercalls.version.VersionOp;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.hypercall.VersionCalls;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.paging.Pte;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Translated code whose bytes or page-table entries are changed by somebody else than the vcpu that
 * runs it: hypercalls that write guest memory, other domains with a grant, frames that go and come.
 * The next run executes what is there now.
 */
class CodeChangedByOthersTest {
  private static final int PAGES = BootedGuest.PAGES;
  private static final int SELF = 0x7ff0;
  private static final long RW = Pte.PRESENT | Pte.WRITE | Pte.USER | Pte.ACCESSED | Pte.DIRTY;
  private static final int INVALID_OPCODE = 6;

  /** Where the code starts: in the middle of a page, or so that its constant is in the next one. */
  private static final long MIDDLE = 0x1100;

  private static final long ACROSS = 0x1ffa;

  /** Where the guests have their code that stores. */
  private static final long STORING = 0x5000;

  private static final int REF = 8;
  private static final int SLOT = 20;
  private static final int SPARE = 30;

  private final SmallMachine machine = new SmallMachine();
  private final BootedGuest guest = new BootedGuest(machine, 1, 200);
  private final BootedGuest other = new BootedGuest(machine, 2, 200);
  private final List<VcpuExecutor> executors = new ArrayList<>();
  private Engine direct;

  @BeforeEach
  void attach() {
    assumeTrue(DirectEngine.obstacle().isEmpty());
    VersionCalls.register(machine.hypercalls);
    direct = new DirectEngine(machine.memory, machine.codeMap);
    attach(guest, direct);
  }

  @AfterEach
  void everyFrameComesBack() {
    executors.forEach(VcpuExecutor::close);
    machine.end();
  }

  private void attach(BootedGuest owner, Engine engine) {
    Vcpu vcpu = owner.domain.vcpu(0);
    VcpuExecutor executor = engine.attach(vcpu.cpu(), vcpu.mmu(), () -> 0L);
    vcpu.wire(vcpu.mmu(), vcpu.guest(), executor, woken -> {});
    executors.add(executor);
  }

  /** Attaches the other domain's vcpu to one of the engines. */
  private void attachOther(String engine) {
    boolean interpreted = "interpreter".equals(engine);
    attach(other, interpreted ? new InterpreterEngine(machine.memory, machine.codeMap) : direct);
  }

  private static void write(BootedGuest owner, long address, String hex) {
    byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
    for (int i = 0; i < code.length; i++) {
      HostMemory.putByte(owner.at(address + i), code[i]);
    }
  }

  private static String hex(int value) {
    return String.format("%08x", Integer.reverseBytes(value));
  }

  /** Code that puts a constant into EBX a hundred times, in three linked blocks. */
  private static String loop(int value) {
    // mov ecx,100; l: mov ebx,value; add eax,ebx; jnc m; m: dec ecx; jnz l; ud2
    return "b964000000 bb" + hex(value) + "01d8 7300 ffc9 75f3 0f0b";
  }

  private static long constantOf(long start) {
    return start + 6;
  }

  private static int page(long address) {
    return (int) (address >> 12);
  }

  /** Runs a guest's kernel from an address to its UD2. */
  private static void run(BootedGuest owner, long start) {
    Vcpu vcpu = owner.domain.vcpu(0);
    vcpu.cpu().rip(start);
    int reason;
    do {
      vcpu.gate().enter();
      reason = vcpu.executor().run(1_000_000);
      vcpu.gate().leave();
    } while (reason == ExitReason.INTERRUPTED);
    assertEquals(ExitReason.EXCEPTION, reason);
    assertEquals(INVALID_OPCODE, vcpu.cpu().exitVector());
  }

  /** Runs the guest's loop; returns the constant that it saw. */
  private long loop(long start) {
    return loop(guest, start);
  }

  private static long loop(BootedGuest owner, long start) {
    CpuState cpu = owner.domain.vcpu(0).cpu();
    cpu.gpr(CpuState.RAX, 0);
    run(owner, start);
    assertEquals(100 * cpu.gpr(CpuState.RBX), cpu.gpr(CpuState.RAX));
    return cpu.gpr(CpuState.RBX);
  }

  /** Places the guest's loop and runs it until its blocks are linked. */
  private void translated(long start, int value) {
    write(guest, start, loop(value));
    assertEquals(value, loop(start));
    assertEquals(value, loop(start));
    assertTrue(guest.domain.vcpu(0).executor().counters().emitted > 0);
    assertTrue(machine.codeMap.hasCode(guest.frames[page(constantOf(start))]));
  }

  /** The other domain's grant table says that the domain may use a frame. */
  private void grant(BootedGuest from, BootedGuest to, long mfn) {
    long table = machine.memory.address(machine.grantFrame(from.domain));
    HostMemory.putInt(table + 8L * REF + 4, (int) mfn);
    HostMemory.putInt(table + 8L * REF, 1 | to.domain.id() << 16);
  }

  /** Copies one byte; a frame is an own one or, where the flags say so, a grant of a domain. */
  private static void copyByte(
      BootedGuest caller, int flags, long from, int fromDomain, long to, int toDomain, int at) {
    caller.put(0x400, from);
    HostMemory.putShort(caller.at(0x408), (short) fromDomain);
    HostMemory.putShort(caller.at(0x40a), (short) 0);
    caller.put(0x410, to);
    HostMemory.putShort(caller.at(0x418), (short) toDomain);
    HostMemory.putShort(caller.at(0x41a), (short) at);
    HostMemory.putShort(caller.at(0x420), (short) 1);
    HostMemory.putShort(caller.at(0x422), (short) flags);
    assertEquals(0, caller.call(Hypercalls.GRANT_TABLE_OP, GrantOp.COPY, 0x400, 1));
    assertEquals(0, HostMemory.getShort(caller.at(0x424)));
  }

  /** Maps the grant at the slot of the other domain; returns the handle. */
  private int mapGrant() {
    other.put(0x200, (long) SLOT << 12);
    HostMemory.putInt(other.at(0x208), 2);
    HostMemory.putInt(other.at(0x20c), REF);
    HostMemory.putInt(other.at(0x210), 1);
    assertEquals(0, other.call(Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, 0x200, 1));
    assertEquals(0, HostMemory.getShort(other.at(0x212)));
    return HostMemory.getInt(other.at(0x214));
  }

  private void unmapGrant(int handle) {
    other.put(0x300, (long) SLOT << 12);
    other.put(0x308, 0);
    HostMemory.putInt(other.at(0x310), handle);
    assertEquals(0, other.call(Hypercalls.GRANT_TABLE_OP, GrantOp.UNMAP_GRANT_REF, 0x300, 1));
    assertEquals(0, HostMemory.getShort(other.at(0x314)));
  }

  /** A guest's own code stores a byte. */
  private static void store(BootedGuest owner, long address, int value) {
    write(owner, STORING, "8807 0f0b"); // mov [rdi],al; ud2
    CpuState cpu = owner.domain.vcpu(0).cpu();
    cpu.gpr(CpuState.RDI, address);
    cpu.gpr(CpuState.RAX, value);
    run(owner, STORING);
  }

  private long mmuExt(int command, long first, long second) {
    guest.put(0, command);
    guest.put(8, first);
    guest.put(16, second);
    return guest.call(Hypercalls.MMUEXT_OP, 0, 1, 0, SELF);
  }

  private long mmuUpdate(long machineAddress, long value) {
    guest.put(0, machineAddress);
    guest.put(8, value);
    return guest.call(Hypercalls.MMU_UPDATE, 0, 1, 0, SELF);
  }

  // --- bytes that others write -------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void anotherDomainCopiesIntoAGrantedFrame(long start) {
    translated(start, 1);
    long mfn = guest.frames[page(constantOf(start))];
    grant(guest, other, mfn);
    for (int value = 2; value < 6; value++) {
      other.put(0x9000, value);
      int offset = (int) constantOf(start) & 0xfff;
      copyByte(other, 2, other.frames[9], SELF, REF, 1, offset);
      assertEquals(value, loop(start));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void theDomainCopiesFromAGrantedFrame(long start) {
    translated(start, 1);
    grant(other, guest, other.frames[9]);
    for (int value = 2; value < 6; value++) {
      other.put(0x9000, value);
      long mfn = guest.frames[page(constantOf(start))];
      copyByte(guest, 1, REF, 2, mfn, SELF, (int) constantOf(start) & 0xfff);
      assertEquals(value, loop(start));
    }
  }

  /** The other domain has stored before the frame becomes code, so it knows the translation. */
  @ParameterizedTest
  @CsvSource({
    "direct, 0x1100",
    "direct, 0x1ffa",
    "interpreter, 0x1100",
    "interpreter, 0x1ffa",
  })
  void anotherDomainStoresThroughAGrant(String engine, String at) {
    long start = Long.decode(at);
    attachOther(engine);
    long target = ((long) SLOT << 12) + (constantOf(start) & 0xfff);
    grant(guest, other, guest.frames[page(constantOf(start))]);
    int handle = mapGrant();
    store(other, target, 99);
    translated(start, 1);
    for (int value = 2; value < 6; value++) {
      store(other, target, value);
      assertEquals(value, loop(start));
    }
    unmapGrant(handle);
    handle = mapGrant();
    store(other, target, 7);
    assertEquals(7, loop(start));
    unmapGrant(handle);
    assertEquals(7, loop(start));
  }

  /**
   * A mapping of a grant is made executable, which a guest may do, and its frame's owner stores.
   */
  @ParameterizedTest
  @ValueSource(strings = {"direct", "interpreter"})
  void theGranterStoresIntoCodeOfAnother(String engine) {
    attachOther(engine);
    long start = (long) SLOT << 12;
    grant(guest, other, guest.frames[SLOT]);
    int handle = mapGrant();
    assertEquals(0, other.map(SLOT, other.entry(SLOT) & ~Pte.NO_EXECUTE));
    store(guest, constantOf(start), 99);
    write(guest, start, loop(1));
    assertEquals(1, loop(other, start));
    for (int value = 2; value < 6; value++) {
      store(guest, constantOf(start), value);
      assertEquals(value, loop(other, start));
    }
    unmapGrant(handle);
  }

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void mmuUpdateWritesAFrameThatIsNoTable(long start) {
    translated(start, 1);
    long constant = constantOf(start);
    for (int value = 2; value < 6; value++) {
      int shift = 8 * (int) (constant & 7);
      long word = guest.get(constant & -8) & ~(0xffL << shift) | (long) value << shift;
      long mfn = guest.frames[page(constant)];
      assertEquals(0, mmuUpdate((mfn << 12) + (constant & 0xff8), word));
      assertEquals(value, loop(start));
    }
  }

  @Test
  void updateDescriptorWritesCode() {
    write(guest, MIDDLE, "bb" + hex(1) + "0f0b");
    CpuState cpu = guest.domain.vcpu(0).cpu();
    for (int value = 1; value < 5; value++) {
      // What is not present is a descriptor whatever it says.
      long word = guest.get(MIDDLE) & ~0xff00L | (long) value << 8;
      long at = (guest.frames[1] << 12) + (MIDDLE & 0xfff);
      assertEquals(0, guest.call(Hypercalls.UPDATE_DESCRIPTOR, at, word));
      run(guest, MIDDLE);
      assertEquals(value, cpu.gpr(CpuState.RBX));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void wholePagesAreCopiedOverCode(long start) {
    translated(start, 1);
    int page = page(constantOf(start));
    for (int value = 2; value < 6; value++) {
      HostMemory.copy(guest.at((long) page << 12), guest.at((long) SPARE << 12), 4096);
      HostMemory.putByte(
          guest.at(((long) SPARE << 12) + (constantOf(start) & 0xfff)), (byte) value);
      assertEquals(0, mmuExt(MmuextCommand.COPY_PAGE, guest.frames[page], guest.frames[SPARE]));
      assertEquals(value, loop(start));
    }
  }

  @Test
  void clearedPagesAreCode() {
    // inc ebx, 16 times, in front of UD2 in the next page
    write(guest, 0x1fe0, "ffc3".repeat(16));
    write(guest, 0x2000, "0f0b");
    CpuState cpu = guest.domain.vcpu(0).cpu();
    cpu.gpr(CpuState.RBX, 0);
    run(guest, 0x1fe0);
    assertEquals(16, cpu.gpr(CpuState.RBX));
    assertEquals(0, mmuExt(MmuextCommand.CLEAR_PAGE, guest.frames[1], 0));
    cpu.gpr(CpuState.RAX, 0x3000);
    run(guest, 0x1fe0); // add [rax],al
    assertEquals(16, cpu.gpr(CpuState.RBX));
  }

  // --- answers of hypercalls ---------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {0x1100, 0x1fff})
  void framesOfAReservationAreWrittenIntoCode(long start) {
    // mov ebx,1; add [rax],al; add [rax],al; ud2
    write(guest, start, "bb" + hex(1) + "00000000 0f0b");
    CpuState cpu = guest.domain.vcpu(0).cpu();
    cpu.gpr(CpuState.RAX, 0x3000);
    run(guest, start);
    assertEquals(1, cpu.gpr(CpuState.RBX));
    for (int round = 0; round < 3; round++) {
      guest.put(0x100, start + 1);
      guest.put(0x108, 1);
      guest.put(0x110, 0);
      guest.put(0x118, SELF);
      assertEquals(1, guest.call(Hypercalls.MEMORY_OP, MemoryOp.INCREASE_RESERVATION, 0x100));
      int mfn = HostMemory.getInt(guest.at(start + 1 & -4096) + (start + 1 & 0xfff));
      assertNotEquals(cpu.gpr(CpuState.RBX), mfn);
      run(guest, start);
      assertEquals(mfn, cpu.gpr(CpuState.RBX));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0x1100, 0x1fe1})
  void textIsWrittenIntoCode(long start) {
    write(guest, start, "ffc3".repeat(32) + "0f0b");
    CpuState cpu = guest.domain.vcpu(0).cpu();
    cpu.gpr(CpuState.RBX, 0);
    cpu.gpr(CpuState.RAX, 0x3000);
    run(guest, start);
    assertEquals(32, cpu.gpr(CpuState.RBX));
    // 64 bytes of nothing
    assertEquals(0, guest.call(Hypercalls.XEN_VERSION, VersionOp.CHANGESET, start) & ~64L);
    run(guest, start);
    assertEquals(32, cpu.gpr(CpuState.RBX));
  }

  // --- frames that go and come -------------------------------------------------------------------

  /** The guest's own code copies a page. */
  private void guestCopies(int from, int to) {
    // l: mov al,[rsi]; mov [rdi],al; inc rsi; inc rdi; dec ecx; jnz l; ud2
    write(guest, STORING, "8a06 8807 48ffc6 48ffc7 ffc9 75f2 0f0b");
    CpuState cpu = guest.domain.vcpu(0).cpu();
    cpu.gpr(CpuState.RSI, (long) from << 12);
    cpu.gpr(CpuState.RDI, (long) to << 12);
    cpu.gpr(CpuState.RCX, 4096);
    run(guest, STORING);
  }

  /** The spare page becomes the page with another constant. */
  private void prepareSpare(int page, long start, int value) {
    HostMemory.copy(guest.at((long) page << 12), guest.at((long) SPARE << 12), 4096);
    HostMemory.putByte(guest.at(((long) SPARE << 12) + (constantOf(start) & 0xfff)), (byte) value);
  }

  /** New code is stored to a new frame at the place of the old one, which is run. */
  private void replace(int page, long start, int value, long mfn) {
    guest.frames[page] = mfn;
    assertEquals(0, guest.map(page, pte(mfn, RW)));
    guestCopies(SPARE, page);
    assertEquals(value, loop(start));
  }

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void aFrameIsGivenUpAndComesBack(long start) {
    translated(start, 1);
    int page = page(constantOf(start));
    boolean same = false;
    for (int value = 2; value < 8; value++) {
      prepareSpare(page, start, value);
      long old = guest.frames[page];
      assertEquals(0, guest.map(page, 0));
      guest.put(0x200, old);
      assertEquals(1, reservation(MemoryOp.DECREASE_RESERVATION));
      guest.put(0x200, page);
      assertEquals(1, reservation(MemoryOp.POPULATE_PHYSMAP));
      same |= guest.get(0x200) == old;
      replace(page, start, value, guest.get(0x200));
    }
    assertTrue(same, "a frame is used again");
  }

  private long reservation(int operation) {
    reservationAt(0x100, 0x200);
    return guest.call(Hypercalls.MEMORY_OP, operation, 0x100);
  }

  private void reservationAt(long at, long list) {
    guest.put(at, list);
    guest.put(at + 8, 1);
    guest.put(at + 16, 0);
    guest.put(at + 24, SELF);
  }

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void aFrameIsExchanged(long start) {
    translated(start, 1);
    int page = page(constantOf(start));
    for (int value = 2; value < 8; value++) {
      prepareSpare(page, start, value);
      assertEquals(0, guest.map(page, 0));
      guest.put(0x200, guest.frames[page]);
      guest.put(0x300, page);
      reservationAt(0x100, 0x200);
      reservationAt(0x120, 0x300);
      guest.put(0x140, 0);
      assertEquals(0, guest.call(Hypercalls.MEMORY_OP, MemoryOp.EXCHANGE, 0x100));
      replace(page, start, value, guest.get(0x300));
    }
  }

  // --- page tables that are switched -------------------------------------------------------------

  /** Frames with the same page of code but for the constant, which is the index. */
  private long[] versions(long start) {
    int page = page(constantOf(start));
    long[] frames = {guest.frames[page], guest.frames[SPARE]};
    translated(start, 0);
    prepareSpare(page, start, 1);
    return frames;
  }

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void entriesAreUpdatedByAddress(long start) {
    long[] versions = versions(start);
    for (int round = 1; round < 8; round++) {
      assertEquals(0, guest.map(page(constantOf(start)), pte(versions[round % 2], RW)));
      assertEquals(round % 2, loop(start));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void entriesAreUpdatedByMachineAddress(long start) {
    long[] versions = versions(start);
    int page = page(constantOf(start));
    long slot = (guest.frames[PAGES] << 12) + 8L * page;
    for (int round = 1; round < 12; round++) {
      assertEquals(0, mmuUpdate(slot, pte(versions[round % 2], RW)));
      if (round % 3 == 0) {
        assertEquals(0, mmuExt(MmuextCommand.INVLPG_LOCAL, constantOf(start), 0));
      } else {
        assertEquals(0, mmuExt(MmuextCommand.TLB_FLUSH_LOCAL, 0, 0));
      }
      assertEquals(round % 2, loop(start));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {MIDDLE, ACROSS})
  void rootsAreSwitched(long start) {
    long[] versions = versions(start);
    int page = page(constantOf(start));
    long below = copyOf(guest.frames[PAGES]);
    long first = guest.frames[PAGES + 3];
    machine.entry(below, page, pte(versions[1], RW));
    for (int level = 1; level < 4; level++) {
      long table = copyOf(guest.frames[PAGES + level]);
      machine.entry(table, 0, pte(below, RW));
      below = table;
    }
    assertEquals(0, mmuExt(MmuextCommand.PIN_L4_TABLE, first, 0));
    assertEquals(0, mmuExt(MmuextCommand.PIN_L4_TABLE, below, 0));
    for (int round = 1; round < 8; round++) {
      long root = round % 2 == 0 ? first : below;
      assertEquals(0, mmuExt(MmuextCommand.NEW_BASEPTR, root, 0));
      assertEquals(round % 2, loop(start));
    }
  }

  private long copyOf(long table) {
    long copy = machine.page(guest.domain);
    HostMemory.copy(machine.memory.address(table), machine.memory.address(copy), 4096);
    return copy;
  }
}

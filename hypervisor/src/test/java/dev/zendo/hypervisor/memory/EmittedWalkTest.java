package dev.zendo.hypervisor.memory;

import static dev.zendo.hypervisor.memory.SmallMachine.pte;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.paging.Pte;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Page walks of emitted code over a paravirtualized guest's own tables. */
class EmittedWalkTest {
  private static final long CODE = 0x1000;
  private static final long RW = Pte.PRESENT | Pte.WRITE | Pte.USER | Pte.ACCESSED | Pte.DIRTY;
  private static final long RO = RW & ~Pte.WRITE;
  private static final int PAGE_FAULT = 14;
  private static final int INVALID_OPCODE = 6;

  private final SmallMachine machine = new SmallMachine();
  private final BootedGuest guest = new BootedGuest(machine, 1, 200);
  private final Vcpu vcpu = guest.domain.vcpu(0);
  private final CpuState cpu = vcpu.cpu();
  private VcpuExecutor executor;

  @BeforeEach
  void attach() {
    assumeTrue(DirectEngine.obstacle().isEmpty());
    executor = new DirectEngine(machine.memory, machine.codeMap).attach(cpu, vcpu.mmu(), () -> 0L);
  }

  @AfterEach
  void everyFrameComesBack() {
    if (executor != null) {
      executor.close();
    }
    machine.end();
  }

  /** Runs code that ends with UD2; returns the vector of the exception that ended it. */
  private int run(String hex) {
    byte[] code = HexFormat.of().parseHex(hex.replace(" ", "") + "0f0b");
    for (int i = 0; i < code.length; i++) {
      HostMemory.putByte(guest.at(CODE) + i, code[i]);
    }
    machine.codeMap.written(guest.frames[1]);
    cpu.rip(CODE);
    int reason;
    do {
      reason = executor.run(1_000_000);
    } while (reason == ExitReason.INTERRUPTED);
    assertEquals(ExitReason.EXCEPTION, reason);
    return cpu.exitVector();
  }

  private long walks() {
    return executor.counters().walks;
  }

  /** Reads and writes back a word of each page from 10 to 29. */
  private static final String TOUCH =
      "48c7c100a00000 48c7c214000000 488b01 4801c6 48ffc0 488901 4881c100100000 48ffca 75eb";

  @Test
  void walksWhereNothingHasToBeSet() {
    for (int page = 10; page < 30; page++) {
      guest.map(page, pte(guest.frames[page], RW));
      guest.put((long) page << 12, page);
    }
    cpu.gpr(CpuState.RSI, 0);
    assertEquals(INVALID_OPCODE, run(TOUCH));
    assertEquals((10 + 29) * 20 / 2, cpu.gpr(CpuState.RSI));
    assertTrue(walks() >= 20, () -> walks() + " walks");
    for (int page = 10; page < 30; page++) {
      assertEquals(page + 1, guest.get((long) page << 12));
    }
  }

  @Test
  void theHypervisorSetsAccessedAndDirty() {
    guest.map(10, pte(guest.frames[10], RW & ~(Pte.ACCESSED | Pte.DIRTY)));
    guest.map(11, pte(guest.frames[11], RW & ~Pte.DIRTY));
    assertEquals(INVALID_OPCODE, run("488b042500a00000 4889042500b00000"));
    assertEquals(Pte.ACCESSED, guest.entry(10) & (Pte.ACCESSED | Pte.DIRTY));
    assertEquals(Pte.ACCESSED | Pte.DIRTY, guest.entry(11) & (Pte.ACCESSED | Pte.DIRTY));
  }

  @Test
  void whatIsNotAllowedFaults() {
    guest.map(10, pte(guest.frames[10], RO));
    guest.map(11, 0);
    assertEquals(PAGE_FAULT, run("488b042500a00000 4889042500a00000"));
    assertEquals(7, cpu.exitErrorCode());
    assertEquals(0xa000, cpu.exitAddress());
    assertEquals(PAGE_FAULT, run("4889042508b00000"));
    assertEquals(6, cpu.exitErrorCode());
    assertEquals(PAGE_FAULT, run("488b042508b00000"));
    assertEquals(4, cpu.exitErrorCode());
    assertEquals(0xb008, cpu.exitAddress());
  }

  @Test
  void anAccessAcrossPagesTakesBoth() {
    guest.map(10, pte(guest.frames[10], RW));
    guest.map(11, pte(guest.frames[11], RW));
    cpu.gpr(CpuState.RAX, 0x1122_3344_5566_7788L);
    assertEquals(INVALID_OPCODE, run("48890425fcaf0000 488b0c25fcaf0000"));
    assertEquals(0x1122_3344_5566_7788L, cpu.gpr(CpuState.RCX));
    assertEquals(0x1122_3344, guest.get(0xb000) & 0xffff_ffffL);
  }

  @Test
  void codeThatChangesItselfIsSeen() {
    guest.map(1, pte(guest.frames[1], RW));
    // mov byte [rip+1],5; mov ebx,1 becomes mov ebx,5
    assertEquals(INVALID_OPCODE, run("c6050100000005 bb01000000"));
    assertEquals(5, cpu.gpr(CpuState.RBX));
  }

  @Test
  void afterAFlushTheNewFrameIsFound() {
    guest.put(0xc000, 1);
    guest.put(0xd000, 2);
    String load = "488b1c2500a00000";
    for (int round = 0; round < 4; round++) {
      guest.map(10, pte(guest.frames[12 + round % 2], RW));
      executor.flushPage(0xa000);
      assertEquals(INVALID_OPCODE, run(load));
      assertEquals(1 + round % 2, cpu.gpr(CpuState.RBX));
    }
    guest.map(10, pte(guest.frames[12], RO));
    executor.flushTlb();
    assertEquals(PAGE_FAULT, run("c604250ca0000001"));
    assertEquals(7, cpu.exitErrorCode());
  }

  @Test
  void addressesThatNoTableHasAreLeftToTheHypervisor() {
    for (long va : new long[] {0x7000_0000_0000L, 0xffff_8300_0000_0000L, -4096}) {
      cpu.gpr(CpuState.RBX, va);
      assertEquals(PAGE_FAULT, run("488b03"));
      assertEquals(va, cpu.exitAddress());
    }
    cpu.gpr(CpuState.RBX, 0x8000_0000_0000L);
    assertEquals(13, run("488b03"));
    cpu.gpr(CpuState.RBX, 0xffff_8000_0000_0000L + 8 * guest.frames[3]);
    assertEquals(INVALID_OPCODE, run("488b03"));
    assertEquals(3, cpu.gpr(CpuState.RAX));
  }
}

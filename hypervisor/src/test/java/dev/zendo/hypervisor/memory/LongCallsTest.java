package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.sched.Schedules;
import dev.zendo.hypervisor.time.HostClock;
import dev.zendo.hypervisor.trace.Tracer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls with long lists stop when the processor is wanted, and go on where they were. */
class LongCallsTest {
  private static final int SELF = 0x7ff0;
  private static final int R10 = 10;
  private static final long LIST = 0x1000;

  private final SmallMachine machine = new SmallMachine();
  private final BootedGuest guest = new BootedGuest(machine, 1, 200);
  private final Domain domain = guest.domain;
  private final Vcpu vcpu = domain.vcpu(0);
  private final Dispatcher dispatcher =
      new Dispatcher(machine.hypercalls, new Tracer(new HostClock()));
  private final long[] frames = guest.frames;

  @BeforeEach
  void start() {
    vcpu.cpu().rip(0x2002);
  }

  @AfterEach
  void everyFrameComesBack() {
    machine.end();
  }

  private void registers(long number, long a1, long a2, long a3, long a4) {
    vcpu.cpu().gpr(CpuState.RAX, number);
    vcpu.cpu().gpr(CpuState.RDI, a1);
    vcpu.cpu().gpr(CpuState.RSI, a2);
    vcpu.cpu().gpr(CpuState.RDX, a3);
    vcpu.cpu().gpr(R10, a4);
  }

  /** Issues the call in the registers, again and again while it restarts; returns how often. */
  private int issue() {
    int calls = 0;
    long rip;
    do {
      Schedules.preempt(vcpu.schedule());
      rip = vcpu.cpu().rip();
      dispatcher.serve(vcpu);
      calls++;
      if (vcpu.cpu().rip() != rip) {
        assertEquals(rip - 2, vcpu.cpu().rip());
        vcpu.cpu().rip(rip);
        rip = -1;
      }
    } while (rip == -1);
    return calls;
  }

  private void updates(int count) {
    for (int i = 0; i < count; i++) {
      guest.put(LIST + 16 * i, frames[9] << 12 | 1);
      guest.put(LIST + 16 * i + 8, 100 + i);
    }
  }

  @Test
  void pageTableUpdatesCountOn() {
    updates(5);
    registers(Hypercalls.MMU_UPDATE, LIST, 5, 0x800, SELF);
    assertEquals(5, issue());
    assertEquals(0, vcpu.cpu().gpr(CpuState.RAX));
    assertEquals(5, (int) guest.get(0x800));
    assertEquals(104, machine.paging.machToPhys().get(frames[9]));
  }

  @Test
  void aMulticallStopsInsideAnEntry() {
    updates(3);
    for (int i = 0; i < 2; i++) {
      long entry = 0x2000 + 64L * i;
      guest.put(entry, i == 0 ? Hypercalls.MMU_UPDATE : 62);
      guest.put(entry + 16, LIST);
      guest.put(entry + 24, 3);
      guest.put(entry + 32, 0);
      guest.put(entry + 40, SELF);
    }
    registers(Hypercalls.MULTICALL, 0x2000, 2, 0, 0);
    assertEquals(4, issue());
    assertEquals(0, vcpu.cpu().gpr(CpuState.RAX));
    assertEquals(0, guest.get(0x2008));
    assertEquals(-38, guest.get(0x2048));
    assertEquals(102, machine.paging.machToPhys().get(frames[9]));
  }

  @Test
  void reservationsAndGrantsGoOn() {
    guest.put(0x100, LIST);
    guest.put(0x108, 4);
    guest.put(0x110, 0);
    guest.put(0x118, SELF);
    long before = domain.totalPages();
    registers(Hypercalls.MEMORY_OP, MemoryOp.INCREASE_RESERVATION, 0x100, 0, 0);
    assertEquals(4, issue());
    assertEquals(4, vcpu.cpu().gpr(CpuState.RAX));
    assertEquals(before + 4, domain.totalPages());
    registers(Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, LIST, 3, 0);
    assertEquals(3, issue());
    assertEquals(0, vcpu.cpu().gpr(CpuState.RAX));
    assertEquals(-3, (short) (guest.get(LIST + 64 + 16) >>> 16));
  }
}

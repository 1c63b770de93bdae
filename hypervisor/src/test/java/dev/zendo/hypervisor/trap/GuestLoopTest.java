package dev.zendo.hypervisor.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.control.ControlDomainPort;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.InternalFailure;
import dev.zendo.hypervisor.domain.Lifecycle;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.domain.VcpuCounters;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.hypercall.HypercallError;
import dev.zendo.hypervisor.hypercall.HypercallHandler;
import dev.zendo.hypervisor.machine.HostMemory;
import java.lang.reflect.Array;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the guest loop makes of the exits of an executor. */
class GuestLoopTest {
  private static final long CODE = FakeMemory.BASE + 0x5000;
  private static final long STACK = FakeMemory.BASE + 0x3000;
  private static final long HANDLER = 0x7000;

  private final TestMachine machine = new TestMachine();
  private final Domain domain = machine.domain(1, 1);
  private final Vcpu vcpu = domain.vcpu(0);
  private final CpuState cpu = vcpu.cpu();
  private final GuestLoop loop =
      new GuestLoop(
          machine.scheduler,
          machine.dispatcher,
          machine.delivery,
          machine.time,
          machine.tracer,
          machine.msrs,
          machine.memory);

  @BeforeEach
  void prepare() {
    cpu.gpr(CpuState.RSP, STACK);
    cpu.rip(CODE);
    cpu.selector(CpuState.CS, 0xe033);
    cpu.selector(CpuState.SS, 0xe02b);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  /** Runs the vcpu through some exits; then its guest shuts its domain down. */
  private void run(int... reasons) {
    for (int reason : reasons) {
      machine.engine.script.add(state -> reason);
    }
    machine.engine.script.add(
        state -> {
          machine.manager.shutdown(domain, Lifecycle.POWEROFF);
          return ExitReason.INTERRUPTED;
        });
    loop.run(vcpu);
  }

  private void code(int... bytes) {
    for (int i = 0; i < 16; i++) {
      int value = i < bytes.length ? bytes[i] : 0x90;
      HostMemory.putByte(machine.memory.host(CODE) + i, (byte) value);
    }
  }

  @Test
  void systemCallOfTheKernelIsAHypercall() {
    cpu.gpr(CpuState.RAX, Hypercalls.XEN_VERSION);
    cpu.gpr(CpuState.RDI, 7);
    cpu.gpr(CpuState.RSI, 0);
    run(ExitReason.SYSCALL);
    assertEquals(4096, cpu.gpr(CpuState.RAX));
    assertEquals(CODE, cpu.rip());
  }

  @Test
  void countsWhatTheGuestNeeds() {
    cpu.gpr(CpuState.RAX, Hypercalls.XEN_VERSION);
    cpu.gpr(CpuState.RDI, 7);
    vcpu.traps().set(6, 0, 0, HANDLER);
    cpu.exception(6, 0, 0);
    run(ExitReason.SYSCALL, ExitReason.CPUID, ExitReason.EXCEPTION);
    VcpuCounters counters = vcpu.counters();
    assertEquals(1, counters.exits(ExitReason.SYSCALL));
    assertEquals(1, counters.exits(ExitReason.EXCEPTION));
    assertEquals(1, counters.exits(ExitReason.CPUID));
    assertEquals(1, counters.exits(ExitReason.INTERRUPTED));
    assertEquals(1, counters.exceptions(6));
    assertEquals(1, counters.hypercalls(Hypercalls.XEN_VERSION));
    machine.call(vcpu, -1);
    machine.call(vcpu, 12345);
    assertEquals(2, counters.hypercalls(VcpuCounters.HYPERCALLS - 1));
  }

  @Test
  void forcedCpuidIsAnsweredAndOtherInvalidOpcodesAreDelivered() {
    code(0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2);
    cpu.exception(6, 0, 0);
    cpu.gpr(CpuState.RAX, 0x40000000L);
    run(ExitReason.EXCEPTION);
    assertEquals(0x566e6558, cpu.gpr(CpuState.RBX));
    assertEquals(CODE + 7, cpu.rip());
  }

  @Test
  void plainInvalidOpcodeIsDelivered() {
    code(0x0f, 0x0b);
    vcpu.traps().set(6, 0, 0, HANDLER);
    cpu.exception(6, 0, 0);
    run(ExitReason.EXCEPTION);
    assertEquals(HANDLER, cpu.rip());
  }

  @Test
  void softwareInterruptNeedsTheGatesPermission() {
    vcpu.traps().set(0x21, 1, 0, HANDLER);
    cpu.exception(13, 0x21 << 3 | 2, 0);
    run(ExitReason.EXCEPTION);
    assertEquals(HANDLER, cpu.rip());
    assertEquals(CODE + 2, HostMemory.getLong(machine.memory.host(cpu.gpr(CpuState.RSP)) + 16));
  }

  @Test
  void softwareInterruptWithoutPermissionIsAProtectionFaultAtTheInstruction() {
    vcpu.traps().set(0x21, 1, 0, HANDLER);
    vcpu.traps().set(13, 0, 0, HANDLER + 1);
    vcpu.traps().kernelStack(0xe02b, STACK);
    cpu.kernelMode(false);
    cpu.exception(13, 0x21 << 3 | 2, 0);
    run(ExitReason.EXCEPTION);
    assertEquals(HANDLER + 1, cpu.rip());
    long frame = machine.memory.host(cpu.gpr(CpuState.RSP));
    assertEquals(0x10a, HostMemory.getLong(frame + 16));
    assertEquals(CODE, HostMemory.getLong(frame + 24));
  }

  @Test
  void deviceNotAvailableClearsTaskSwitched() {
    vcpu.traps().set(7, 0, 0, HANDLER);
    cpu.field(CpuState.CR0, cpu.field(CpuState.CR0) | 8);
    cpu.exception(7, 0, 0);
    run(ExitReason.EXCEPTION);
    assertEquals(0, cpu.field(CpuState.CR0) & 8);
    assertEquals(HANDLER, cpu.rip());
  }

  /** Checks that the domain, and only it, ended for an error of ours; returns the report. */
  private String ended(Domain other) {
    assertEquals(Lifecycle.CRASH, domain.shutdownReason());
    assertNotNull(machine.crash);
    assertTrue(machine.crash.why().startsWith(InternalFailure.TITLE), machine.crash.why());
    assertEquals(-1, other.shutdownReason());
    assertEquals(false, vcpu.gate().inside());
    assertEquals(false, domain.pagingLock().isLocked());
    assertEquals(1, machine.manager.failures().count());
    return machine.manager.failures().first().get(0).text();
  }

  @Test
  void errorOfTheEngineEndsOnlyTheDomain() {
    Domain other = machine.domain(2, 1);
    machine.engine.script.add(
        state -> {
          domain.pagingLock().lock();
          throw new IllegalStateException("made by the test");
        });
    loop.run(vcpu);
    String report = ended(other);
    assertTrue(report.contains("made by the test; the paging lock was held"), report);
    assertTrue(report.contains("domain 1, vcpu 0, kernel mode"), report);
    assertTrue(report.contains(String.format("rip    %016x", CODE)), report);
    assertTrue(report.contains("at dev.zendo.hypervisor.trap.GuestLoopTest"), report);
  }

  private static long recurse(long depth) {
    return depth < 0 ? 0 : recurse(depth + 1) + 1;
  }

  static List<HypercallHandler> failingHandlers() {
    return List.of(
        (caller, a1, a2, a3, a4, a5) -> Array.getLong(new long[0], (int) a1),
        (caller, a1, a2, a3, a4, a5) -> recurse(0),
        (caller, a1, a2, a3, a4, a5) -> {
          throw new OutOfMemoryError("made by the test");
        },
        (caller, a1, a2, a3, a4, a5) -> {
          throw new AssertionError("made by the test");
        });
  }

  @ParameterizedTest
  @MethodSource("failingHandlers")
  void failingHypercallEndsOnlyTheDomain(HypercallHandler handler) {
    Domain other = machine.domain(2, 1);
    machine.table.register(Hypercalls.GET_DEBUGREG, handler);
    cpu.gpr(CpuState.RAX, Hypercalls.GET_DEBUGREG);
    cpu.gpr(CpuState.RDI, 7);
    cpu.gpr(CpuState.RSI, 0xabcdef);
    machine.engine.script.add(state -> ExitReason.SYSCALL);
    loop.run(vcpu);
    String report = ended(other);
    assertTrue(report.contains("hypercall 9: get_debugreg("), report);
    assertTrue(report.contains("registers 0x7 0xabcdef 0x"), report);
  }

  @Test
  void failureInsideAMulticallNamesTheEntry() {
    Domain other = machine.domain(2, 1);
    machine.table.register(Hypercalls.GET_DEBUGREG, failingHandlers().get(0));
    long entry = machine.memory.host(FakeMemory.BASE);
    HostMemory.putLong(entry, Hypercalls.GET_DEBUGREG);
    HostMemory.putLong(entry + 16, 5);
    cpu.gpr(CpuState.RAX, Hypercalls.MULTICALL);
    cpu.gpr(CpuState.RDI, FakeMemory.BASE);
    cpu.gpr(CpuState.RSI, 1);
    machine.engine.script.add(state -> ExitReason.SYSCALL);
    loop.run(vcpu);
    String report = ended(other);
    assertTrue(report.contains("hypercall 9: get_debugreg("), report);
    assertTrue(report.contains("registers 0x5 "), report);
  }

  @Test
  void failureForTheControlDomainIsThrownAndEndsNothing() {
    Domain control = machine.domain(0, 1);
    machine.table.register(Hypercalls.GET_DEBUGREG, failingHandlers().get(0));
    ControlDomainPort port = new ControlDomainPort(control, machine.dispatcher, machine.memory);
    port.attach(control.vcpu(0));
    assertThrows(
        HypercallError.class, () -> port.hypercall(Hypercalls.GET_DEBUGREG, 0, 0, 0, 0, 0));
    assertEquals(1, machine.manager.failures().count());
    assertEquals(-1, control.shutdownReason());
    assertEquals(-1, domain.shutdownReason());
  }

  @Test
  void poweredOffDomainIsNoCrash() {
    run();
    assertEquals(Lifecycle.POWEROFF, domain.shutdownReason());
    assertNull(machine.crash);
  }
}

package dev.zendo.hypervisor.trap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.hypercall.HypercallPage;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** CPUID, model-specific registers, debug registers, privileged instructions, hypercall page. */
class PoliciesTest {
  private static final long CODE = FakeMemory.BASE + 0x5000;

  private final TestMachine machine = new TestMachine();
  private final Vcpu vcpu = machine.domain(1, 1).vcpu(0);
  private final CpuState cpu = vcpu.cpu();
  private final PrivilegedOperations operations =
      new PrivilegedOperations(
          machine.delivery, machine.msrs, machine.memory, new PortIo(machine.delivery));

  @AfterEach
  void close() {
    machine.close();
  }

  private int[] leaf(int leaf, int subleaf) {
    int[] out = new int[4];
    CpuidPolicy.leaf(vcpu, leaf, subleaf, true, out);
    return out;
  }

  private Outcome run(int... bytes) {
    for (int i = 0; i < 16; i++) {
      HostMemory.putByte(
          machine.memory.host(CODE) + i, (byte) (i < bytes.length ? bytes[i] : 0x90));
    }
    cpu.rip(CODE);
    return operations.emulate(vcpu);
  }

  @Test
  void cpuidNamesIntelAndXen() {
    assertEquals(0x756e6547, leaf(0, 0)[1]);
    assertEquals(0x566e6558, leaf(0x40000000, 0)[1]);
    assertEquals(4 << 16 | 17, leaf(0x40000001, 0)[0]);
    assertEquals(0x40000000, leaf(0x40000002, 0)[1]);
    assertTrue((leaf(0x40000005, 0)[1] & 0xff) <= 44, "grant tables of version 1 suffice");
    StringBuilder brand = new StringBuilder();
    for (int i = 2; i <= 4; i++) {
      for (int word : leaf(0x80000000 + i, 0)) {
        for (int b = 0; b < 4; b++) {
          brand.append((char) (word >>> 8 * b & 0xff));
        }
      }
    }
    assertTrue(brand.toString().startsWith("Zendo"));
  }

  @Test
  void cpuidShowsWhatPvLinuxNeedsAndHidesWhatItCannotUse() {
    int[] one = leaf(1, 0);
    int shown = 1 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 9 | 1 << 24 | 1 << 26;
    assertEquals(shown, one[3] & shown);
    int hidden = 1 << 1 | 1 << 3 | 1 << 12 | 1 << 13 | 1 << 17;
    assertEquals(0, one[3] & hidden, "VME PSE MTRR PGE PSE36");
    assertEquals(1 << 31, one[2] & 1 << 31);
    assertEquals(0, one[2] & (1 << 3 | 1 << 5 | 1 << 17 | 1 << 21 | 1 << 24));
    assertEquals(3 << 26, one[2] & 3 << 26, "XSAVE and OSXSAVE through the prefix");
    int[] plain = new int[4];
    CpuidPolicy.leaf(vcpu, 1, 0, false, plain);
    assertEquals(1 << 26, plain[2] & 3 << 26, "OSXSAVE is CR4's otherwise");
    assertEquals(0, leaf(7, 0)[1] & (1 << 7 | 1 << 9 | 1 << 10 | 1 << 20));
    assertEquals(1 << 20 | 1 << 29, leaf(0x80000001, 0)[3] & (1 << 20 | 1 << 26 | 1 << 29));
  }

  @Test
  void everyVcpuHasApicIdZeroAndNoTopology() {
    Vcpu second = machine.domain(2, 2).vcpu(1);
    int[] out = new int[4];
    CpuidPolicy.leaf(second, 1, 0, true, out);
    assertEquals(0, out[1] >>> 24, "as Xen 4.17 shows PV domains");
    CpuidPolicy.leaf(second, 0xb, 0, true, out);
    assertArrayEquals(new int[4], out, "x2APIC is not offered");
  }

  @Test
  void unknownLeavesAreZero() {
    for (int unknown : new int[] {0xe, 0x3fffffff, 0x40000006, 0x40000100, 0x80000009, -1}) {
      for (int word : leaf(unknown, 0)) {
        assertEquals(0, word);
      }
    }
  }

  @Test
  void msrTableIsXens() {
    assertEquals(0xd01, machine.msrs.read(vcpu, 0xc0000080));
    assertEquals(0x0000050100070406L, machine.msrs.read(vcpu, 0x277));
    assertEquals(0xfee00900L, machine.msrs.read(vcpu, 0x1b));
    for (int refused : new int[] {0x174, 0x1d9, 0x200, 0x802, 0xc0000081, 0xc0000082, 0x48, 0xe7}) {
      assertFalse(machine.msrs.readable(vcpu, refused), Integer.toHexString(refused));
    }
    assertTrue(machine.msrs.write(vcpu, 0xc0000080, 0xd01));
    assertFalse(machine.msrs.write(vcpu, 0xc0000080, 0xd00));
    assertFalse(machine.msrs.write(vcpu, 0x1b, 0xfee00900L));
    assertFalse(machine.msrs.write(vcpu, 0x277, 0));
    assertTrue(machine.msrs.write(vcpu, 0xc0000100, 0x7fff12345678L));
    assertEquals(0x7fff12345678L, cpu.field(CpuState.FS_BASE));
    for (int base : new int[] {0xc0000100, 0xc0000101, 0xc0000102}) {
      assertFalse(machine.msrs.write(vcpu, base, 1L << 47), "not canonical");
    }
  }

  @Test
  void hypercallPageMsrFillsAFrameOfTheGuestOnly() {
    assertTrue(machine.msrs.write(vcpu, 0x40000000, 9L << 12));
    assertEquals(0x51, HostMemory.getByte(machine.machine.address(9)));
    assertFalse(machine.msrs.write(vcpu, 0x40000000, 9L << 12 | 1));
    assertFalse(machine.msrs.write(vcpu, 0x40000000, 5000L << 12));
    assertEquals(0, machine.memory.writable);
    assertEquals(0, machine.msrs.read(vcpu, 0x40000000));
  }

  @Test
  void hypercallPageHoldsTheStubsOfTheAbi() {
    HypercallPage.fill(machine.machine.address(3));
    long slot = machine.machine.address(3) + 32 * 5;
    byte[] stub = new byte[14];
    HostMemory.copyToArray(slot, stub, 0, stub.length);
    byte[] call = {
      0x51, 0x41, 0x53, (byte) 0xb8, 5, 0, 0, 0, 0x0f, 5, 0x41, 0x5b, 0x59, (byte) 0xc3
    };
    assertArrayEquals(call, stub);
    byte[] iret = new byte[11];
    HostMemory.copyToArray(machine.machine.address(3) + 32 * 23, iret, 0, iret.length);
    byte[] expected = {0x51, 0x41, 0x53, 0x50, (byte) 0xb8, 23, 0, 0, 0, 0x0f, 5};
    assertArrayEquals(expected, iret);
  }

  @Test
  void wrmsrAndRdmsrAreForTheKernelOnly() {
    cpu.gpr(CpuState.RCX, 0xc0000101L);
    cpu.gpr(CpuState.RAX, 0x1234);
    cpu.gpr(CpuState.RDX, 0);
    assertEquals(Outcome.DONE, run(0x0f, 0x30));
    assertEquals(CODE + 2, cpu.rip());
    assertEquals(0x1234, cpu.field(CpuState.GS_BASE));
    cpu.kernelMode(false);
    assertEquals(Outcome.REFUSED, run(0x0f, 0x30));
    assertEquals(CODE, cpu.rip());
  }

  @Test
  void unknownMsrReadsAsZeroUntilTheKernelHandlesFaults() {
    cpu.gpr(CpuState.RCX, 0x1d9);
    assertEquals(Outcome.DONE, run(0x0f, 0x32));
    assertEquals(0, cpu.gpr(CpuState.RAX));
    vcpu.traps().set(13, 0, 0, 0x1000);
    assertEquals(Outcome.REFUSED, run(0x0f, 0x32));
  }

  @Test
  void onlyTaskSwitchedChangesInCr0() {
    run(0x0f, 0x20, 0xc0);
    assertEquals(0x80050033L, cpu.gpr(CpuState.RAX));
    cpu.gpr(CpuState.RAX, 0x8005003bL);
    assertEquals(Outcome.DONE, run(0x0f, 0x22, 0xc0));
    assertEquals(8, cpu.field(CpuState.CR0) & 8);
    assertEquals(Outcome.DONE, run(0x0f, 0x06));
    assertEquals(0, cpu.field(CpuState.CR0) & 8);
    cpu.gpr(CpuState.RAX, 0x33);
    assertEquals(Outcome.REFUSED, run(0x0f, 0x22, 0xc0));
  }

  @Test
  void cr4KeepsTheGuestsBitsAndShowsTheHypervisors() {
    cpu.gpr(CpuState.RAX, -1L);
    assertEquals(Outcome.DONE, run(0x0f, 0x22, 0xe0));
    assertEquals(0x5066c, cpu.field(CpuState.CR4));
    run(0x0f, 0x20, 0xe3);
    assertEquals(0x5066c, cpu.gpr(CpuState.RBX));
  }

  @Test
  void portsAndInterruptFlagNeedVirtualPrivilege() {
    assertEquals(Outcome.REFUSED, run(0xfa));
    assertEquals(Outcome.REFUSED, run(0xe4, 0x80));
    vcpu.traps().iopl(1);
    assertEquals(Outcome.DONE, run(0xfb));
    cpu.gpr(CpuState.RAX, 0);
    assertEquals(Outcome.DONE, run(0xe4, 0x80));
    assertEquals(0xff, cpu.gpr(CpuState.RAX));
    cpu.kernelMode(false);
    assertEquals(Outcome.REFUSED, run(0xe4, 0x80));
    vcpu.traps().iopl(3);
    assertEquals(Outcome.DONE, run(0xe4, 0x80));
  }

  @Test
  void ioBitmapAdmitsSinglePorts() {
    HostMemory.fill(machine.memory.host(FakeMemory.BASE + 0x8000), 0x2000, (byte) -1);
    HostMemory.putByte(machine.memory.host(FakeMemory.BASE + 0x8000 + 0x10), (byte) 0xfe);
    vcpu.traps().ioBitmap(FakeMemory.BASE + 0x8000, 65536);
    assertEquals(Outcome.DONE, run(0xe4, 0x80));
    assertEquals(Outcome.REFUSED, run(0xe4, 0x81));
    assertEquals(Outcome.REFUSED, run(0x66, 0xe5, 0x80));
  }

  @Test
  void trapFlagFiresBehindAnEmulatedInstruction() {
    vcpu.traps().set(1, 0, 0, 0x7000);
    cpu.gpr(CpuState.RSP, FakeMemory.BASE + 0x2000);
    cpu.rflags(0x302);
    assertEquals(Outcome.DONE, run(0x0f, 0x06));
    assertEquals(0x7000, cpu.rip());
    assertEquals(1 << 14, DebugRegisters.read(vcpu, 6) & 1 << 14);
  }

  @Test
  void debugRegistersFollowXensRules() {
    assertEquals(0, DebugRegisters.write(vcpu, 0, 0x123456));
    assertEquals(-Errno.EPERM, DebugRegisters.write(vcpu, 0, 0xffff800000000000L));
    assertEquals(-Errno.EINVAL, DebugRegisters.write(vcpu, 7, 1L << 32));
    assertEquals(-Errno.EPERM, DebugRegisters.write(vcpu, 7, 0x2000));
    assertEquals(-Errno.EPERM, DebugRegisters.write(vcpu, 7, 0x20001), "I/O without CR4.DE");
    assertEquals(0x400, DebugRegisters.read(vcpu, 7));
    cpu.field(CpuState.CR4, 0x668);
    assertEquals(0, DebugRegisters.write(vcpu, 7, 0x20001));
    assertEquals(0x20401, DebugRegisters.read(vcpu, 7));
    assertEquals(-Errno.ENODEV, DebugRegisters.write(vcpu, 4, 0));
    assertEquals(-Errno.ENODEV, DebugRegisters.write(vcpu, 8, 0));
  }
}

package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Repeated string instructions are precise, interruptible and exact on overlap. */
@ParameterizedClass
@EnumSource(TestEngine.class)
class StringOpsTest {
  private final TestGuest guest;

  StringOpsTest(TestEngine engine) {
    guest = engine.guest();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private void pointers(long source, long destination, long count) {
    guest.reg(CpuState.RSI, source).reg(CpuState.RDI, destination).reg(CpuState.RCX, count);
  }

  private int at(long va) {
    return HostMemory.getByte(guest.host(va)) & 0xff;
  }

  private void number(long va, int bytes) {
    for (int i = 0; i < bytes; i++) {
      HostMemory.putByte(guest.host(va + i), (byte) (i * 7 + 1));
    }
  }

  @Test
  void faultMidwayLeavesWhatIsLeft() {
    long end = TestGuest.DATA + 0x2000;
    pointers(TestGuest.DATA, end - 0x123, 0x400);
    assertEquals(ExitReason.EXCEPTION, guest.run("f3a4"));
    assertEquals(Vector.PF, guest.cpu.exitVector());
    assertEquals(end, guest.cpu.exitAddress());
    assertEquals(TestGuest.CODE, guest.cpu.rip());
    assertEquals(0x400 - 0x123, guest.reg(CpuState.RCX));
    assertEquals(TestGuest.DATA + 0x123, guest.reg(CpuState.RSI));
    assertEquals(end, guest.reg(CpuState.RDI));
  }

  @Test
  void elementAcrossThePageEndFaultsBeforeItIsWritten() {
    long end = TestGuest.DATA + 0x2000;
    guest.poke(end - 8, 0);
    guest.reg(CpuState.RAX, -1);
    pointers(0, end - 12, 3);
    guest.run("f348ab"); // rep stosq
    assertEquals(2, guest.reg(CpuState.RCX));
    assertEquals(end - 4, guest.reg(CpuState.RDI));
    assertEquals(0, HostMemory.getInt(guest.host(end - 4)));
    assertEquals(-1, HostMemory.getInt(guest.host(end - 8)));
  }

  @Test
  void overlappingCopyRepeatsThePattern() {
    guest.poke(TestGuest.DATA, 0x030201);
    pointers(TestGuest.DATA, TestGuest.DATA + 3, 600);
    guest.runToEnd("f3a4");
    for (int i = 0; i < 603; i++) {
      assertEquals(i % 3 + 1, at(TestGuest.DATA + i));
    }
  }

  @Test
  void copyAcrossPagesMovesEveryByte() {
    number(TestGuest.DATA + 0x11, 0xf00);
    pointers(TestGuest.DATA + 0x11, TestGuest.DATA + 0xf80, 0xf00 / 8);
    guest.map(TestGuest.DATA, 2, TestGuest.W);
    guest.runToEnd("f348a5");
    for (int i = 0; i < 0xe00; i++) {
      assertEquals(i * 7 + 1 & 0xff, at(TestGuest.DATA + 0xf80 + i), "byte " + i);
    }
    assertEquals(0, guest.reg(CpuState.RCX));
  }

  @Test
  void downwardCopyStartsAtTheTop() {
    number(TestGuest.DATA, 64);
    pointers(TestGuest.DATA + 63, TestGuest.DATA + 65, 64);
    guest.runToEnd("fd f3a4 fc"); // std; rep movsb; cld
    for (int i = 0; i < 64; i++) {
      assertEquals(i * 7 + 1 & 0xff, at(TestGuest.DATA + 2 + i));
    }
    assertEquals(TestGuest.DATA - 1, guest.reg(CpuState.RSI));
  }

  @Test
  void scanStopsBehindTheMatch() {
    HostMemory.fill(guest.host(TestGuest.DATA), 0x1000, (byte) 'x');
    HostMemory.putByte(guest.host(TestGuest.DATA + 100), (byte) 0);
    guest.reg(CpuState.RAX, 0);
    pointers(0, TestGuest.DATA, -1);
    guest.runToEnd("f2ae");
    assertEquals(TestGuest.DATA + 101, guest.reg(CpuState.RDI));
    assertEquals(-1 - 101, guest.reg(CpuState.RCX));
    assertEquals(Flags.ZF, guest.flags() & Flags.ZF);
  }

  @Test
  void zeroCountTouchesNothingAndKeepsFlags() {
    guest.cpu.rflags(0x202 | Flags.STATUS);
    pointers(0x900000, 0x900000, 0);
    guest.runToEnd("f3a4 f3ab f3a6 f2ae");
    assertEquals(Flags.STATUS, guest.flags());
    assertEquals(4, guest.cpu.instructions());
  }

  @Test
  void addressSizeOf4BytesWrapsThePointers() {
    guest.reg(CpuState.RAX, 0x55);
    pointers(0, TestGuest.DATA | 0x7_00000000L, 0x9_00000003L);
    guest.runToEnd("67f3aa"); // rep stosb with 32-bit addresses
    assertEquals(0, guest.reg(CpuState.RCX));
    assertEquals(TestGuest.DATA + 3, guest.reg(CpuState.RDI));
    assertEquals(0x555555, HostMemory.getInt(guest.host(TestGuest.DATA)));
  }

  @Test
  void exitRequestStopsBetweenIterations() {
    pointers(TestGuest.DATA, TestGuest.DATA + 0x800, 1000);
    guest.code(TestGuest.CODE, "fd f3a4 fc 0f0b"); // downwards: no bulk
    guest.cpu.rip(TestGuest.CODE);
    guest.executor.requestExit();
    assertEquals(ExitReason.INTERRUPTED, guest.executor.run(100));
    assertEquals(TestGuest.CODE, guest.cpu.rip());
    assertEquals(0, guest.cpu.instructions());
  }
}

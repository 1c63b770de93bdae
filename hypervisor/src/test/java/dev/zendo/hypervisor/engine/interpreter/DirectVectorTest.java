package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.direct.HostFpu;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The direct engine keeps floating-point registers of the guest in those of the host, which belong
 * to Java as soon as emitted code is left.
 */
@Timeout(60)
class DirectVectorTest {
  private static final int FCW = CpuState.FX;
  private static final int FIP = CpuState.FX + 8;
  private static final int MXCSR = CpuState.FX + 24;
  private static final long TASK_SWITCHED = 8;

  /** Round toward zero, flush denormal results and operands to zero, all masked. */
  private static final int UNUSUAL_MXCSR = 0xffc0;

  /** Single precision, round toward zero, all masked. */
  private static final short UNUSUAL_CONTROL = 0xc7f;

  private static final int EXCEPTION_FLAGS = 0x3f;

  private static final int RESTARTS = 2000;

  private TestGuest guest;
  private int restarts;

  @BeforeEach
  void open() {
    guest = TestGuest.direct();
    guest.reg(CpuState.RDI, TestGuest.DATA);
  }

  @AfterEach
  void close() {
    if (guest != null) {
      guest.close();
    }
  }

  private void assertFault(int vector, long rip) {
    assertEquals(vector, guest.cpu.exitVector());
    assertEquals(rip, guest.cpu.rip());
  }

  private double xmm(int register) {
    return Double.longBitsToDouble(guest.cpu.field(CpuState.XMM + 16 * register));
  }

  @Test
  void loopsOfVectorAndX87InstructionsAreExecutedByEmittedCode() {
    guest.reg(CpuState.RCX, 10_000).reg(14, 3);
    guest.poke(TestGuest.DATA, Double.doubleToRawLongBits(0.5));
    // l: addsd xmm1,[rdi]; cvtsi2sd xmm2,r14; cvttsd2si r15,xmm1; fld qword [rdi]; fadd st0,st0
    // fstp qword [rdi+8]; dec ecx; jnz l
    guest.runToEnd("f20f580f f2490f2ad6 f24c0f2cf9 dd07 dcc0 dd5f08 ffc9 75e7");
    assertEquals(5000.0, xmm(1));
    assertEquals(3.0, xmm(2));
    assertEquals(5000, guest.reg(15));
    assertEquals(1.0, Double.longBitsToDouble(guest.peek(TestGuest.DATA + 8)));
    assertTrue(guest.translated() > 79_900, () -> "only " + guest.translated());
  }

  @Test
  void floatingPointOfJavaIsUnharmed() {
    int mxcsr = HostFpu.mxcsr() & ~EXCEPTION_FLAGS;
    int control = HostFpu.x87Control();
    HostMemory.putInt(guest.cpu.base() + MXCSR, UNUSUAL_MXCSR);
    HostMemory.putShort(guest.cpu.base() + FCW, UNUSUAL_CONTROL);
    // fld1 eight times; addsd xmm0,xmm1
    guest.runToEnd("d9e8 d9e8 d9e8 d9e8 d9e8 d9e8 d9e8 d9e8 f20f58c1");
    assertEquals(9, guest.translated());
    assertEquals(HostFpu.EMPTY, HostFpu.x87Tags());
    assertEquals(control, HostFpu.x87Control());
    assertEquals(mxcsr, HostFpu.mxcsr() & ~EXCEPTION_FLAGS);
    double tiny = Double.longBitsToDouble(guest.cpu.field(CpuState.XMM)) + Double.MIN_NORMAL;
    assertEquals(1L << 51, bits(tiny / 2), "denormal");
    assertEquals(1.5, (tiny + 7.5) % 2);
    assertEquals(0xff, guest.cpu.field(CpuState.FX + 4) & 0xff);
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  @Test
  void registersAreThereAgainWhenAnAccessIsTriedAgain() {
    guest.poke(TestGuest.DATA, bits(2.0));
    guest.poke(TestGuest.DATA + 0x1000, bits(3.0));
    // addsd xmm1,[rdi]; fld qword [rdi]; mulsd xmm1,[rdi+0x1000]; fmul qword [rdi+0x1000]
    // fstp qword [rsi-8]; movsd [rsi-16],xmm1, with nothing buffered before
    guest.reg(CpuState.RSI, TestGuest.STACK);
    guest.runToEnd("f20f580f dd07 f20f598f00100000 dc8f00100000 dd5ef8 f20f114ef0");
    assertEquals(bits(6.0), guest.peek(TestGuest.STACK - 8));
    assertEquals(bits(6.0), guest.peek(TestGuest.STACK - 16));
    assertEquals(6, guest.translated());
  }

  @Test
  void multimediaStoresTurnTheRegistersBeforeTheyFault() {
    try (TestGuest interpreted = new TestGuest()) {
      for (TestGuest each : new TestGuest[] {guest, interpreted}) {
        // fld1; movq [rsi],mm7 where nothing is mapped
        each.reg(CpuState.RSI, 0x7000_0000_0000L);
        assertEquals(ExitReason.EXCEPTION, each.run("d9e8 0f7f3e"));
        assertEquals(Vector.PF, each.cpu.exitVector());
      }
      for (int at = 0; at < 288; at += 8) {
        int offset = CpuState.FX + at;
        // Behind MXCSR is its mask, which guests do not see.
        long bits = offset == MXCSR ? 0xffff_ffffL : -1;
        assertEquals(interpreted.cpu.field(offset) & bits, guest.cpu.field(offset) & bits);
      }
    }
  }

  @Test
  void taskSwitchedIsSeenByTheNextBlockAndGone() {
    String code = "f20f58c1 d9e8";
    guest.runToEnd(code);
    guest.cpu.field(CpuState.CR0, TASK_SWITCHED);
    assertEquals(ExitReason.EXCEPTION, guest.run(code));
    assertFault(Vector.NM, TestGuest.CODE);
    guest.cpu.rip(TestGuest.CODE + 4);
    assertEquals(ExitReason.EXCEPTION, guest.executor.run(1000));
    assertFault(Vector.NM, TestGuest.CODE + 4);
    guest.cpu.field(CpuState.CR0, 0);
    guest.runToEnd(code);
    assertEquals(0xc0, guest.cpu.field(CpuState.FX + 4) & 0xff, "two numbers on the stack");
  }

  @Test
  void exceptionsThatCodeUnmasksAreRaised() {
    guest.poke(TestGuest.DATA, 0x1d80);
    guest.cpu.field(CpuState.XMM + 16, bits(1.0));
    // addsd xmm0,xmm0; ldmxcsr [rdi]; divsd xmm1,xmm0
    assertEquals(ExitReason.EXCEPTION, guest.run("f20f58c0 0fae17 f20f5ec8"));
    assertFault(Vector.XM, TestGuest.CODE + 7);
    assertEquals(1.0, xmm(1));
    guest.cpu.field(MXCSR, 0x1f80);
    guest.runToEnd("f20f5ec8");
    assertEquals(Double.POSITIVE_INFINITY, xmm(1));
    assertEquals(0x1f84, guest.cpu.field(MXCSR) & 0xffff);
  }

  @Test
  void pointersAreThoseOfTheGuest() {
    // nop; fld1; fnstcw [rdi]; addsd xmm0,xmm0, in lower and in upper addresses
    for (long va : new long[] {TestGuest.CODE, 0x7ffff7000000L, 0xffff_ffff_8100_0000L}) {
      guest.map(va, 1, TestGuest.X);
      guest.cpu.field(FIP + 8, 0x1234);
      HostMemory.putShort(guest.cpu.base() + FIP - 2, (short) 0x123);
      guest.runAt(va, "90 d9e8 d93f f20f58c0");
      assertEquals(va + 1, guest.cpu.field(FIP));
      assertEquals(0x1234, guest.cpu.field(FIP + 8), "FDP");
      assertEquals(0x123, HostMemory.getShort(guest.cpu.base() + FIP - 2), "FOP");
    }
    assertTrue(guest.translated() > 0);
  }

  /** A control word with unmasked exceptions never gets into the host. */
  @Test
  void controlWordsMayChangeWhileTheyAreLoaded() throws InterruptedException {
    guest.poke(TestGuest.DATA, 0x37f);
    guest.poke(TestGuest.DATA + 8, 0x1f80);
    // l: fldcw [rdi]; fldz; fld1; fdiv st0,st1; fnclex; ldmxcsr [rdi+8]; divss xmm0,xmm1
    // fstp st0; fstp st0; jmp l
    guest.code(TestGuest.CODE, "d92f d9ee d9e8 d8f1 dbe2 0fae5708 f30f5ec1 ddd8 ddd8 ebe8");
    guest.cpu.rip(TestGuest.CODE);
    assertEquals(ExitReason.INTERRUPTED, guest.executor.run(10_000));
    assertTrue(guest.translated() > 9_000, () -> "only " + guest.translated());
    Thread runner = new Thread(this::restart);
    runner.start();
    for (int i = 0; i < 20_000_000 && runner.isAlive(); i++) {
      HostMemory.putLongRelease(guest.host(TestGuest.DATA), (i & 1) != 0 ? 0x37f : 0x37b);
      HostMemory.putLongRelease(guest.host(TestGuest.DATA + 8), (i & 1) != 0 ? 0x1f80 : 0x11d80);
    }
    runner.join();
    assertEquals(RESTARTS, restarts);
  }

  /** Runs on after every exception. */
  private void restart() {
    for (restarts = 0; restarts < RESTARTS; restarts++) {
      guest.cpu.rip(TestGuest.CODE);
      HostMemory.putInt(guest.cpu.base() + FCW, 0x37f);
      HostMemory.putInt(guest.cpu.base() + MXCSR, 0x1f80);
      guest.executor.run(1000);
    }
  }
}

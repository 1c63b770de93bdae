package dev.zendo.hypervisor.engine.fpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class X87FunctionsTest {
  private static final long SEED = 4711;

  private CpuState state;
  private Fpu fpu;

  @BeforeEach
  void create() {
    state = new CpuState();
    fpu = new Fpu(state.base());
  }

  @AfterEach
  void close() {
    state.close();
  }

  private void push(double value) {
    fpu.memory.loadDouble(Double.doubleToRawLongBits(value));
  }

  private double popDouble() {
    assertTrue(fpu.memory.storeDouble());
    fpu.memory.complete(true);
    return Double.longBitsToDouble(fpu.memory.value());
  }

  private void assertTop(int head, long bits) {
    assertEquals(Integer.toHexString(head), Integer.toHexString(fpu.x87.head(0)));
    assertEquals(Long.toHexString(bits), Long.toHexString(fpu.x87.bits(0)));
    fpu.x87.pop();
  }

  @Test
  void knownValuesAreRoundedCorrectly() {
    push(1);
    push(1);
    fpu.transcendental.fpatan();
    assertTop(0x3ffe, 0xc90fdaa22168c235L);
    push(1);
    push(10);
    fpu.transcendental.fyl2x();
    assertTop(0x4000, 0xd49a784bcd1b8afeL);
    push(0.5);
    fpu.transcendental.f2xm1();
    assertTop(0x3ffd, 0xd413cccfe7799211L);
    push(1);
    push(0x1p-60);
    fpu.transcendental.fyl2xp1();
    assertTop(0x3fc3, 0xb8aa3b295c17f0b6L);
    push(1);
    fpu.trigonometry.fsin();
    assertTop(0x3ffe, 0xd76aa47848677021L);
    push(1);
    fpu.trigonometry.fcos();
    assertTop(0x3ffe, 0x8a51407da8345c92L);
  }

  @Test
  void functionsAgreeWithTheLibraryWithinItsError() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 3000; i++) {
      double x = (random.nextDouble() - 0.5) * Math.scalb(1.0, random.nextInt(12));
      double y = (random.nextDouble() - 0.5) * Math.scalb(1.0, random.nextInt(12));
      String what = "seed " + SEED + ": " + x + ", " + y;
      push(y);
      push(x);
      fpu.transcendental.fpatan();
      assertEquals(StrictMath.atan2(y, x), popDouble(), 1e-15, what);
      push(x);
      fpu.trigonometry.fsincos();
      assertEquals(StrictMath.cos(x), popDouble(), 1e-15, what);
      assertEquals(StrictMath.sin(x), popDouble(), 1e-15, what);
      push(y);
      push(Math.abs(x));
      fpu.transcendental.fyl2x();
      double logarithm = y * StrictMath.log(Math.abs(x)) / StrictMath.log(2);
      assertEquals(logarithm, popDouble(), Math.abs(logarithm) * 1e-14 + 1e-15, what);
    }
  }

  @Test
  void largeAnglesAreLeftAlone() {
    push(0x1p63);
    fpu.trigonometry.fsin();
    assertEquals(X87.C2, fpu.x87.fnstsw() & X87.C2);
    assertEquals(0x1p63, popDouble());
    push(0x1p62);
    fpu.trigonometry.fptan();
    assertEquals(0, fpu.x87.fnstsw() & X87.C2);
    assertEquals(1.0, popDouble());
  }

  @Test
  void pushingOntoAFullStackGivesTheIndefiniteNumber() {
    for (int i = 0; i < 8; i++) {
      fpu.memory.loadConstant(0);
    }
    fpu.memory.loadConstant(0);
    int status = fpu.x87.fnstsw();
    assertEquals(X87.STACK_FAULT | X87.C1 | FloatFlags.INVALID, status & 0x7ff);
    assertTop(X87.INDEFINITE_HEAD, X87.INDEFINITE_BITS);
  }

  @Test
  void decimalNumbersSurviveARoundTrip() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 1000; i++) {
      long digits = 0;
      for (int digit = 0; digit < 16; digit++) {
        digits = digits << 4 | random.nextInt(10);
      }
      int upper = random.nextInt(10) << 4 | random.nextInt(10) | random.nextInt(2) << 15;
      fpu.memory.loadBcd(digits, upper);
      assertTrue(fpu.memory.storeBcd());
      fpu.memory.complete(true);
      assertEquals(digits, fpu.memory.value());
      assertEquals(upper, fpu.memory.head());
    }
  }

  @Test
  void environmentsRestoreTopAndTags() {
    push(1);
    push(0);
    push(Double.NaN);
    long area = state.base() + CpuState.FPU_SCRATCH;
    fpu.state.storeEnvironment(area, true);
    fpu.state.storeRegisters(area + X87State.ENVIRONMENT_32);
    fpu.x87.fninit();
    fpu.state.loadEnvironment(area, true);
    fpu.state.loadRegisters(area + X87State.ENVIRONMENT_32);
    assertEquals(5, fpu.x87.top());
    assertEquals(0xe0, fpu.x87.tags());
    fpu.x87.pop();
    fpu.x87.pop();
    assertEquals(1.0, popDouble());
  }
}

package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import org.junit.jupiter.api.Test;

/** Blocks that are built again while they run count and compute as before. */
class HotBlockTest {
  /**
   * Clears eax and edx; then as often as ecx says: add 3 to eax when ecx is odd, inc edx, a
   * comparison for nothing, dec ecx.
   */
  private static final String LOOP = "31c0 31d2 f6c101 7403 83c003 ffc2 39d0 ffc9 75f0";

  private static void run(int rounds, Heat heat) {
    try (TestGuest guest = new TestGuest(heat)) {
      guest.run("b9" + String.format("%08x", Integer.reverseBytes(rounds)) + LOOP);
      int additions = (rounds + 1) / 2;
      assertEquals(0, guest.cpu.gpr(CpuState.RCX));
      assertEquals(3L * additions, guest.cpu.gpr(CpuState.RAX));
      assertEquals(rounds, guest.cpu.gpr(CpuState.RDX));
      assertEquals(3 + 6L * rounds + additions, guest.cpu.instructions());
    }
  }

  @Test
  void resultsAndCountsAreTheSameAroundTheThresholds() {
    for (int rounds : new int[] {1, 2, 998, 999, 1000, 1001, 1002, 1999, 2000, 2001, 3500, 9000}) {
      run(rounds, Heat.DEFAULT);
    }
  }

  @Test
  void resultsAndCountsAreTheSameAroundJoining() {
    for (int rounds = 1; rounds < 20; rounds++) {
      run(rounds, Heat.EAGER);
      run(rounds, new Heat(3, 5, false));
    }
  }
}

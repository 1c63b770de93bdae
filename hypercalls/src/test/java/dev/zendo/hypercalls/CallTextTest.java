package dev.zendo.hypercalls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** How calls and results read in a trace. */
class CallTextTest {
  private static String call(long number, int command, long... args) {
    long[] five = java.util.Arrays.copyOf(args, 5);
    StringBuilder out = new StringBuilder();
    CallText.appendCall(out, number, five, command);
    return out.toString();
  }

  private static String result(long value) {
    StringBuilder out = new StringBuilder();
    CallText.appendResult(out, value);
    return out.toString();
  }

  @Test
  void subOperationsAreNamedWithTheirCPrefix() {
    assertEquals("sched_op(SCHEDOP_poll, arg=0x1000)", call(29, 0, 3, 0x1000));
    assertEquals("sched_op(77, arg=0x0)", call(29, 0, 77));
  }

  @Test
  void extentsAlreadyDoneAreSplitFromTheMemoryCommand() {
    assertEquals("memory_op(XENMEM_exchange+2, arg=0x10)", call(12, 0, 11 | 2 << 6, 0x10));
  }

  @Test
  void commandsInGuestMemoryComeFirst() {
    assertEquals(
        "mmuext_op(MMUEXT_PIN_L4_TABLE, ops=0x8, count=1, pdone=0x0, foreigndom=SELF)",
        call(26, 3, 8, 1, 0, Domid.SELF));
  }

  @Test
  void unknownNumbersAreSaidToBeSo() {
    assertEquals("hypercall 63()", call(63, 0));
    assertEquals("hypercall -1()", call(-1, 0));
  }

  @Test
  void errorsAreNamedAndOtherResultsAreNumbers() {
    assertEquals("-EINVAL", result(-22));
    assertEquals("0", result(0));
    assertEquals("-4095", result(-4095));
    assertEquals("0xffff800000000000", result(0xffff800000000000L));
  }
}

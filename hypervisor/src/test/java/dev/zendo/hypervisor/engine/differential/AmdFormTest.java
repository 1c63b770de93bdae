package dev.zendo.hypervisor.engine.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Insn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison with AMD's processors leaves out the forms that differ and no others. */
class AmdFormTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "66 e9",
        "66 42 e8",
        "2e 66 eb",
        "66 0f 84",
        "66 74",
        "66 c3",
        "66 ff d1",
        "66 e1"
      })
  void nearBranchesWithA66PrefixAreLeftOut(String bytes) {
    assertEquals(AmdForm.NEAR_BRANCH_66, form(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"e9", "66 48 e9", "2e 74", "48 c3", "f2 e0", "f3 e1", "ff d1", "66 90"})
  void otherBranchesAreCompared(String bytes) {
    assertNull(form(bytes));
  }

  @Test
  void loopsOnZeroAreLeftOutWithTheRepeatPrefixOfTheOther() {
    assertEquals(AmdForm.REPEATED_LOOP, form("f2 e1"));
    assertEquals(AmdForm.REPEATED_LOOP, form("f3 4b e0"));
  }

  @Test
  void pauseIsLeftOutWithRexBOnly() {
    assertEquals(AmdForm.PAUSE_REX_B, form("f3 41 90"));
    assertNull(form("f3 4e 90"));
    assertNull(form("f3 90"));
  }

  private static AmdForm form(String bytes) {
    byte[] code = new byte[32];
    String[] parts = bytes.split(" ");
    for (int i = 0; i < parts.length; i++) {
      code[i] = (byte) Integer.parseInt(parts[i], 16);
    }
    Insn insn = new Insn();
    assertTrue(Decoder.decode(code, 0, code.length, true, insn) > 0);
    return AmdForm.leftOut(insn, code);
  }
}

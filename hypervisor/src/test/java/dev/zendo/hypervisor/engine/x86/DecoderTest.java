package dev.zendo.hypervisor.engine.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prefix rules, borders of the input, and what the rows of the table promise. */
class DecoderTest {
  private final Insn insn = new Insn();

  private int decode(String hex, boolean longMode) {
    byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
    return Decoder.decode(code, 0, code.length, longMode, insn);
  }

  @ParameterizedTest
  @CsvSource({
    "48 8b 44 24 08, MOV, 8",
    "66 8b 00, MOV, 2",
    "66 48 8b 00, MOV, 8",
    "48 66 8b 00, MOV, 2",
    "8b 00, MOV, 4",
    "50, PUSH, 8",
    "66 50, PUSH, 2",
    "66 e8 00 00 00 00, CALL, 8",
    "66 c3, RET, 8",
    "48 cf, IRET, 8",
    "cf, IRET, 4"
  })
  void operandSizeFollowsPrefixesAndDefaults(String hex, Mnemonic mnemonic, int size) {
    assertTrue(decode(hex, true) > 0);
    assertSame(mnemonic, insn.mnemonic);
    assertEquals(size, insn.operandSize);
  }

  @ParameterizedTest
  @CsvSource({
    "90, NOP",
    "48 90, NOP",
    "f3 90, PAUSE",
    "41 90, XCHG",
    "f3 41 90, PAUSE",
    "f3 0f bc c0, TZCNT",
    "f2 0f bc c0, BSF",
    "f3 0f b8 c0, POPCNT",
    "66 f3 0f b8 c0, POPCNT",
    "0f 10 00, MOVUPS",
    "66 0f 10 00, MOVUPD",
    "66 f3 0f 10 00, MOVSS",
    "f3 66 0f 10 00, MOVSS",
    "f3 f2 0f 10 00, MOVSD",
    "f2 f3 0f 10 00, MOVSS",
    "0f 38 f0 00, MOVBE",
    "66 0f 38 f0 00, MOVBE",
    "66 f2 0f 38 f0 00, CRC32",
    "0f c7 08, CMPXCHG8B",
    "48 0f c7 08, CMPXCHG16B",
    "f3 0f 1e fa, ENDBR64",
    "0f 1e fa, NOP",
    "63 c0, MOVSXD",
    "0f 01 f8, SWAPGS",
    "db e3, FNINIT"
  })
  void prefixesSelectTheInstruction(String hex, Mnemonic mnemonic) {
    assertTrue(decode(hex, true) > 0);
    assertSame(mnemonic, insn.mnemonic);
  }

  @ParameterizedTest
  @CsvSource({
    "06",
    "0e",
    "27",
    "60",
    "62 00",
    "9a 00 00 00 00 00 00",
    "c4 00",
    "ce",
    "d4 0a",
    "d6",
    "ea",
    "82 c0 00",
    "0f b8 c0",
    "0f 04",
    "0f 0a",
    "8c f0",
    "8e c8",
    "0f 20 c8",
    "0f 20 e8",
    "44 0f 21 c0",
    "f3 0f 60 c0",
    "66 0f ae 10",
    "0f 71 00 00",
    "fe d0",
    "ff f8",
    "8f c8"
  })
  void invalidIn64BitModeIsRejected(String hex) {
    assertEquals(Decoder.INVALID, decode(hex, true));
  }

  @ParameterizedTest
  @CsvSource({
    "06, PUSH",
    "27, DAA",
    "40, INC",
    "48, DEC",
    "60, PUSHA",
    "62 00, BOUND",
    "63 c0, ARPL",
    "c4 00, LES",
    "c5 00, LDS",
    "ce, INTO",
    "ea 00 00 00 00 33 00, JMPF"
  })
  void compatibilityModeHasItsOwnInstructions(String hex, Mnemonic mnemonic) {
    assertTrue(decode(hex, false) > 0);
    assertSame(mnemonic, insn.mnemonic);
  }

  @ParameterizedTest
  @CsvSource({
    "f0 01 00, true",
    "f0 01 c0, false",
    "f0 03 00, false",
    "f0 39 00, false",
    "f0 89 00, false",
    "f0 0f b1 00, true",
    "f0 0f ab 00, true",
    "f0 0f a3 00, false",
    "f0 86 00, true",
    "f0 0f c7 08, true",
    "f0 90, false",
    "f0 ff 30, false",
    "f0 f6 10, true",
    "f0 f6 c0 01, false"
  })
  void lockNeedsALockableInstructionThatWritesMemory(String hex, boolean legal) {
    assertEquals(legal, decode(hex, true) > 0);
    if (legal) {
      assertTrue(insn.lock);
    }
  }

  @Test
  void everyShorterPrefixOfAnInstructionAsksForMore() {
    byte[] code = HexFormat.of().parseHex("f06648818425443322118877");
    int length = Decoder.decode(code, 0, code.length, true, insn);
    assertEquals(Decoder.NEED_MORE, length);
    byte[] whole = HexFormat.of().parseHex("f066488184254433221188776655");
    assertEquals(14, Decoder.decode(whole, 0, whole.length, true, insn));
    for (int available = 0; available < 14; available++) {
      assertEquals(Decoder.NEED_MORE, Decoder.decode(whole, 0, available, true, insn));
    }
  }

  @Test
  void fifteenBytesAreTheLimit() {
    assertEquals(15, decode("66".repeat(14) + "90", true));
    assertEquals(Decoder.TOO_LONG, decode("66".repeat(15) + "90", true));
    assertEquals(Decoder.TOO_LONG, decode("2e".repeat(8) + "48c7842544332211887766", true));
    assertEquals(Decoder.NEED_MORE, decode("66".repeat(14), true));
  }

  @Test
  void onlyFsAndGsOverrideIn64BitMode() {
    decode("2e 8b 00", true);
    assertEquals(-1, insn.segment);
    decode("65 3e 8b 00", true);
    assertEquals(5, insn.segment);
    decode("2e 8b 00", false);
    assertEquals(1, insn.segment);
  }

  @Test
  void repeatIsRealOnlyOnStringInstructions() {
    decode("f3 a4", true);
    assertEquals(0xf3, insn.repeat);
    decode("f3 c3", true);
    assertEquals(0, insn.repeat);
    decode("f3 0f 10 00", true);
    assertEquals(0, insn.repeat);
  }

  @Test
  void addressesAreTakenApart() {
    decode("48 8b 84 f5 78 56 34 12", true);
    assertEquals(5, insn.base);
    assertEquals(6, insn.index);
    assertEquals(3, insn.scale);
    assertEquals(0x12345678, insn.displacement);
    assertTrue(insn.stackSegment());
    decode("8b 05 f0 ff ff ff", true);
    assertEquals(Insn.RIP, insn.base);
    assertEquals(-16, insn.displacement);
    decode("8b 05 f0 ff ff ff", false);
    assertEquals(Insn.NO_REGISTER, insn.base);
    decode("67 8b 42 05", false);
    assertEquals(5, insn.base);
    assertEquals(6, insn.index);
    assertEquals(2, insn.addressSize);
    decode("42 8b 04 a5 00 00 00 00", true);
    assertEquals(12, insn.index);
    assertEquals(Insn.NO_REGISTER, insn.base);
  }

  @Test
  void byteRegistersDependOnRex() {
    decode("88 e0", true);
    assertSame(OperandKind.GPR8_HIGH, insn.kind[1]);
    assertEquals(0, insn.register[1]);
    decode("40 88 e0", true);
    assertSame(OperandKind.GPR, insn.kind[1]);
    assertEquals(4, insn.register[1]);
  }

  @Test
  void immediatesAreExtendedAsTheInstructionDoes() {
    decode("48 83 c0 ff", true);
    assertEquals(-1, insn.immediate);
    decode("c1 e0 ff", true);
    assertEquals(0xff, insn.immediate);
    decode("48 b8 ff ff ff ff ff ff ff 7f", true);
    assertEquals(Long.MAX_VALUE, insn.immediate);
    decode("c8 34 12 05", true);
    assertEquals(0x1234, insn.immediate);
    assertEquals(5, insn.immediate2);
  }

  @Test
  void rowIdsAreUniqueAndInRange() {
    Set<Integer> ids = new HashSet<>();
    for (InsnTable.Row row : InsnTable.rows()) {
      assertTrue(row.id >= 0 && row.id < InsnTable.MAX_ROWS);
      assertTrue(ids.add(row.id), row::toString);
    }
    assertFalse(ids.isEmpty());
  }

  @Test
  void everyRowOf64BitModeCanBeReached() {
    RowEncoder encoder = new RowEncoder(new SplittableRandom(1));
    for (InsnTable.Row row : InsnTable.rows()) {
      if (RowEncoder.inLongMode(row)) {
        assertTrue(encoder.encode(row, insn), row::toString);
        assertSame(row.mnemonic, insn.mnemonic);
      }
    }
  }

  @Test
  void conditionsComeInPairs() {
    for (int condition = 0; condition < 16; condition += 2) {
      for (int flags = 0; flags < 0x1000; flags++) {
        boolean even = Flags.holds(condition, flags);
        assertEquals(!even, Flags.holds(condition + 1, flags));
        assertEquals(
            even, Flags.holds(condition, flags & Flags.readByCondition(condition)), "other flags");
      }
    }
  }
}

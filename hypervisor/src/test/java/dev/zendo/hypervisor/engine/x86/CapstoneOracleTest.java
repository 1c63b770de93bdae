package dev.zendo.hypervisor.engine.x86;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Lengths agree with the Capstone library, a decoder of another origin than binutils. */
class CapstoneOracleTest {
  private static final int SLOTS = Integer.getInteger("zendo.capstone.slots", 100_000);
  private static final int ARCH_X86 = 3;
  private static final int MODE_32 = 4;
  private static final int MODE_64 = 8;
  private static final int SIZE_OFFSET = 16;

  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, String> examples = new TreeMap<>();

  @Test
  void randomLongModeCodeHasTheLengthsOfCapstone() {
    compare(CodeStreams.slots(SLOTS, 5, true), true);
  }

  @Test
  void randomCompatibilityModeCodeHasTheLengthsOfCapstone() {
    compare(CodeStreams.slots(SLOTS, 6, false), false);
  }

  private void compare(byte[] code, boolean longMode) {
    NativeLibrary capstone = library();
    assumeTrue(capstone != null, "libcapstone is not installed: decoder not compared with it");
    LongByReference handle = new LongByReference();
    int mode = longMode ? MODE_64 : MODE_32;
    capstone.getFunction("cs_open").invokeInt(new Object[] {ARCH_X86, mode, handle});
    Memory memory = new Memory(code.length);
    memory.write(0, code, 0, code.length);
    Insn insn = new Insn();
    for (int at = 0; at < code.length; at += CodeStreams.SLOT) {
      int ours = Decoder.decode(code, at, CodeStreams.SLOT, longMode, insn);
      int theirs = length(capstone, handle.getValue(), memory.share(at));
      if (compared(ours, theirs, insn) && ours != theirs) {
        note(code, at, ours, theirs, insn);
      }
    }
    capstone.getFunction("cs_close").invokeInt(new Object[] {handle});
    assertTrue(counts.isEmpty(), this::report);
  }

  private static NativeLibrary library() {
    for (String name : new String[] {"libcapstone.so.4", "libcapstone.so.5", "capstone"}) {
      try {
        return NativeLibrary.getInstance(name);
      } catch (UnsatisfiedLinkError e) {
        // Another version, or none.
      }
    }
    return null;
  }

  private static int length(NativeLibrary capstone, long handle, Pointer code) {
    PointerByReference result = new PointerByReference();
    Object[] arguments = {handle, code, (long) CodeStreams.SLOT, 0L, 1L, result};
    if (capstone.getFunction("cs_disasm").invokeLong(arguments) != 1) {
      return 0;
    }
    int size = result.getValue().getShort(SIZE_OFFSET);
    capstone.getFunction("cs_free").invokeVoid(new Object[] {result.getValue(), 1L});
    return size;
  }

  /**
   * Lengths are compared where both know the instruction. What Capstone alone accepts are prefixes
   * that make an opcode #UD (the processor itself is asked about those elsewhere); what it rejects
   * are newer instructions, parts of the hint space, and mandatory prefixes that do not stand right
   * before the opcode. UD0 and UD1 are shorter there, near branches with 66 are AMD's; some others
   * have wrong lengths with unusual prefixes.
   */
  private static boolean compared(int ours, int theirs, Insn insn) {
    if (ours <= 0 || theirs <= 0) {
      return false;
    }
    boolean branch = insn.longMode && insn.kind[0] == OperandKind.REL;
    boolean prefixes =
        insn.operandSizePrefix && (branch || insn.repeatPrefix != 0 && insn.modrm < 0)
            || insn.addressSizePrefix && branch;
    return switch (insn.mnemonic) {
      case UD0, UD1, RET, VMREAD, VMWRITE -> false;
      default -> !prefixes;
    };
  }

  private void note(byte[] code, int at, int ours, int theirs, Insn insn) {
    int i = at;
    while (isPrefix(code[i] & 0xff)) {
      i++;
    }
    int second = code[i] == 0x0f ? code[i + 1] & 0xff : 0;
    String kind =
        String.format("%02x %02x", code[i], second)
            + (ours > 0 ? " " + insn.row : " (bad)")
            + (theirs > 0 ? "" : " / (bad)");
    counts.merge(kind, 1, Integer::sum);
    StringBuilder bytes = new StringBuilder();
    for (int b = at; b < at + 15; b++) {
      bytes.append(String.format("%02x ", code[b]));
    }
    examples.put(kind, bytes + ": " + ours + " / " + theirs);
  }

  private static boolean isPrefix(int b) {
    return switch (b) {
      case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
      default -> (b & 0xf0) == 0x40;
    };
  }

  private String report() {
    StringBuilder s = new StringBuilder("length here / length there\n");
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(80)
        .forEach(
            e ->
                s.append(
                    e.getValue() + " x " + e.getKey() + "\n   " + examples.get(e.getKey()) + "\n"));
    return s.toString();
  }
}

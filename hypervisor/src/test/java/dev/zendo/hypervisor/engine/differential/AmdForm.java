package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Where AMD's processors differ from Intel's, which guests see in CPUID and which the interpreter
 * follows on every host. On a host of AMD exactly these forms are left out or, where that is
 * possible, have the difference alone taken out of the host's result; everything else is compared
 * as with Intel's. APM is AMD's architecture programmer's manual, SDM Intel's.
 */
enum AmdForm {
  /** The next instruction may even lie elsewhere: CALL and JMP take a displacement of 16 bits. */
  NEAR_BRANCH_66("near branches with 66 jump within 64 KiB (APM volume 1, 3.7.9)"),

  REPEATED_LOOP(
      "LOOPE with F2 is LOOPNE and LOOPNE with F3 is LOOPE"
          + " (seen; APM volume 3, 1.2.6, has repeat prefixes for string instructions only)"),

  PREFETCH_REGISTER("0F 0D with a register raises #UD (APM volume 3, PREFETCH and PREFETCHW)"),

  PAUSE_REX_B("F3 90 with REX.B exchanges R8 and RAX (seen; the APM calls F3 90 PAUSE)"),

  MISALIGNED_MASK(
      "MXCSR has bit 17, MM: FXSAVE shows it in MXCSR_MASK, LDMXCSR takes it"
          + " (APM volume 1, 4.2.2)"),

  NO_REPETITION(
      "32-bit string instructions repeated 0 times keep upper halves of RCX, RSI and RDI"
          + " (seen; Linux's string_registers_quirk has what Intel's do)"),

  LONG_DOUBLE_SHIFT(
      "SHLD and SHRD of 16 bits in memory by more than 16: undefined (APM volume 3; SDM volume 2)"),

  DOT_PRODUCT_NAN(
      "which NaN of several DPPS and DPPD pass on: implementation dependent (SDM volume 2, DPPS)"),

  STORED_ENVIRONMENT(
      "FSTENV, FSAVE and FXSAVE in sequences: store CS, DS and the last opcode"
          + " (not the CPUID.7:EBX bits 6 and 13 that guests see; SDM volume 1, 8.1.8)"),

  TINY_SINE(
      "FSIN and others may differ in the last place across the smallest normal number, and in UE"
          + " (APM volume 1, chapter 6; SDM volume 1, 8.3.10)");

  /** Bit of MXCSR that enables misaligned accesses. */
  static final int MISALIGNED = 1 << 17;

  private static final int RCX = 1;
  private static final int RSI = 6;
  private static final int RDI = 7;
  private static final int REX_W = 8;
  private static final int REX_B = 1;
  private static final int FXSAVE_MASK = 28;
  private static final long LOWER_HALF = 0xffffffffL;

  private final String description;

  AmdForm(String description) {
    this.description = description;
  }

  /** What is left out or masked on this host: nothing unless it is AMD's. */
  static List<String> descriptions() {
    List<String> descriptions = new ArrayList<>();
    if (HostProcessor.isAmd()) {
      for (AmdForm form : values()) {
        descriptions.add(form.description);
      }
    }
    return descriptions;
  }

  /** Whether an instruction is not to be compared with this host at all. */
  static boolean leavesOut(Insn insn, byte[] code) {
    return HostProcessor.isAmd() && leftOut(insn, code) != null;
  }

  /** The form of an instruction that does something else on AMD's processors, or null. */
  static AmdForm leftOut(Insn insn, byte[] code) {
    return switch (insn.mnemonic) {
      case CALL, JMP, RET, JCC, JCXZ, LOOP -> nearBranch(insn, code);
      case LOOPE -> has(0xf2, code) ? REPEATED_LOOP : nearBranch(insn, code);
      case LOOPNE -> has(0xf3, code) ? REPEATED_LOOP : nearBranch(insn, code);
      case PAUSE -> insn.longMode && (rex(code) & REX_B) != 0 ? PAUSE_REX_B : null;
      default -> null;
    };
  }

  private static AmdForm nearBranch(Insn insn, byte[] code) {
    return insn.longMode && has(0x66, code) && (rex(code) & REX_W) == 0 ? NEAR_BRANCH_66 : null;
  }

  /** Whether a whole table row is not to be compared with this host. */
  static boolean leavesOut(InsnTable.Row row) {
    return HostProcessor.isAmd() && row.mnemonic == Mnemonic.NOP && row.opcode == 0x0d;
  }

  /** Whether the result differs too often to go on from it in a {@link Sequence}. */
  static boolean leavesOutOfSequences(Mnemonic mnemonic) {
    return HostProcessor.isAmd()
        && switch (mnemonic) {
          case FXSAVE, FNSAVE, FNSTENV, DPPS, DPPD -> true;
          default -> false;
        };
  }

  private static boolean has(int prefix, byte[] code) {
    for (int i = 0; isLegacyPrefix(code[i]); i++) {
      if ((code[i] & 0xff) == prefix) {
        return true;
      }
    }
    return false;
  }

  /** The REX prefix, 0 when there is none. */
  private static int rex(byte[] code) {
    int i = 0;
    while (isLegacyPrefix(code[i])) {
      i++;
    }
    return (code[i] & 0xf0) == 0x40 ? code[i] : 0;
  }

  private static boolean isLegacyPrefix(byte b) {
    return switch (b & 0xff) {
      case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
      default -> false;
    };
  }

  /**
   * Takes out of the host's result what an AMD processor does differently.
   *
   * @param input state before
   * @param expected state after, from the host; changed
   * @param got state after, from the engine
   */
  static void adapt(Insn insn, Segmentation segments, long input, long expected, long got) {
    if (!HostProcessor.isAmd() || CaseBlock.vector(expected) >= 0) {
      return;
    }
    if (insn.mnemonic == Mnemonic.FXSAVE) {
      long mask = operand(insn, segments, input, expected) + FXSAVE_MASK;
      HostMemory.putInt(mask, HostMemory.getInt(mask) & ~MISALIGNED);
    } else if (insn.repeat != 0 && insn.addressSize == 4) {
      withoutRepetition(insn, input, expected);
    } else if (insn.mnemonic == Mnemonic.DPPS || insn.mnemonic == Mnemonic.DPPD) {
      int lane = insn.mnemonic == Mnemonic.DPPS ? 4 : 8;
      takeNans(lane, CaseBlock.XMM + 16 * insn.register[0], expected, got);
    } else if (Comparison.doubleShiftTooFar(insn, input) && insn.memoryOperand() >= 0) {
      short value = HostMemory.getShort(operand(insn, segments, input, got));
      HostMemory.putShort(operand(insn, segments, input, expected), value);
    }
  }

  private static void withoutRepetition(Insn insn, long input, long expected) {
    if ((CaseBlock.gpr(input, RCX) & LOWER_HALF) != 0) {
      return;
    }
    clearUpperHalf(expected, RCX);
    if (insn.mnemonic == Mnemonic.MOVS) {
      clearUpperHalf(expected, RSI);
    }
    if (insn.mnemonic == Mnemonic.MOVS || insn.mnemonic == Mnemonic.STOS) {
      clearUpperHalf(expected, RDI);
    }
  }

  /** Takes the engine's NaNs where both sides have one, each in a lane of some bytes. */
  private static void takeNans(int lane, int register, long expected, long got) {
    for (int at = register; at < register + 16; at += lane) {
      if (isNan(lane, expected + at) && isNan(lane, got + at)) {
        HostMemory.copy(got + at, expected + at, lane);
      }
    }
  }

  private static boolean isNan(int lane, long at) {
    return lane == 4
        ? Float.isNaN(Float.intBitsToFloat(HostMemory.getInt(at)))
        : Double.isNaN(Double.longBitsToDouble(HostMemory.getLong(at)));
  }

  private static void clearUpperHalf(long block, int register) {
    CaseBlock.gpr(block, register, CaseBlock.gpr(block, register) & LOWER_HALF);
  }

  /** Where a block holds the memory operand, which lies in the window. */
  private static long operand(Insn insn, Segmentation segments, long input, long block) {
    return block
        + CaseBlock.MEMORY
        + CaseGenerator.effectiveAddress(input, insn, segments)
        - AddressMap.WINDOW;
  }
}

package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import java.util.EnumMap;
import java.util.Map;

/**
 * Follows which status flags are undefined and may differ between engines while instructions
 * execute one after the other, and whether one was looked at.
 */
final class UndefinedFlags {
  private static final int BITS = 12;

  private final Mnemonic[] cause = new Mnemonic[BITS];
  private final Map<Mnemonic, int[]> different = new EnumMap<>(Mnemonic.class);
  private int mask;
  private int written;
  private int undefined;
  private Mnemonic mnemonic;
  private boolean seen;

  /**
   * Status flags for which the interpreter may have another value than the host's processor where
   * they are undefined: on AMD's those that were seen to differ; on others, all.
   */
  static int differing(Mnemonic mnemonic) {
    if (!HostProcessor.isAmd()) {
      return Flags.STATUS;
    }
    return switch (mnemonic) {
      case SHL, SHR, SAR, SHLD, SHRD -> Flags.AF | Flags.OF;
      case MUL, IMUL -> Flags.SF | Flags.ZF | Flags.AF | Flags.PF;
      case BSF, BSR, TZCNT, LZCNT -> Flags.STATUS & ~Flags.ZF;
      case BT, BTS, BTR, BTC -> Flags.OF | Flags.SF | Flags.AF | Flags.PF;
      default -> 0;
    };
  }

  /** All flags are defined. */
  void clear() {
    mask = 0;
    seen = false;
  }

  /** Flags that are undefined now. */
  int mask() {
    return mask;
  }

  /** Whether an instruction looked at an undefined flag since {@link #clear}. */
  boolean seen() {
    return seen;
  }

  /** An instruction is about to be executed. */
  void before(Insn insn, CpuState cpu) {
    mnemonic = insn.mnemonic;
    boolean idle = insn.repeat != 0 && cpu.gpr(CpuState.RCX) == 0;
    written = idle || keepsFlags(insn, cpu) ? 0 : insn.row.flagsWritten() & Flags.STATUS;
    undefined =
        written == 0 ? 0 : Comparison.undefinedFlags(insn, cpu.base()) & differing(mnemonic);
    seen |= (reads(insn) & mask) != 0;
  }

  /** It was executed. */
  void after() {
    mask = mask & ~written | undefined;
    for (int rest = undefined; rest != 0; rest &= rest - 1) {
      cause[Integer.numberOfTrailingZeros(rest)] = mnemonic;
    }
  }

  /** A shift by 0; and divisions, which leave all flags undefined by leaving them alone. */
  private static boolean keepsFlags(Insn insn, CpuState cpu) {
    return switch (insn.mnemonic) {
      case SHL, SHR, SAR, ROL, ROR, RCL, RCR, SHLD, SHRD ->
          Comparison.shiftCount(insn, cpu.base()) == 0;
      case DIV, IDIV -> true;
      default -> false;
    };
  }

  private static int reads(Insn insn) {
    return switch (insn.mnemonic) {
      case JCC, SETCC, CMOVCC -> Flags.readByCondition(insn.condition);
      case SHL, SHR, SAR, ROL, ROR, SHLD, SHRD, CMPS, SCAS -> 0;
      case RCL, RCR -> Flags.CF;
      case SYSCALL -> Flags.STATUS;
      default -> insn.row.flagsRead();
    };
  }

  /** Notes which undefined flags differ; they are counted by the instruction that left them so. */
  void differ(int flags) {
    for (int rest = flags; rest != 0; rest &= rest - 1) {
      int bit = Integer.numberOfTrailingZeros(rest);
      different.computeIfAbsent(cause[bit], key -> new int[BITS])[bit]++;
    }
  }

  /** A line per instruction whose undefined flags differed. */
  String text() {
    StringBuilder s = new StringBuilder();
    different.forEach(
        (who, counts) -> {
          s.append("  ").append(who);
          for (int bit = 0; bit < BITS; bit++) {
            if (counts[bit] != 0) {
              s.append(' ').append("C_P_A_ZS___O".charAt(bit)).append("F ").append(counts[bit]);
            }
          }
          s.append(System.lineSeparator());
        });
    return s.toString();
  }
}

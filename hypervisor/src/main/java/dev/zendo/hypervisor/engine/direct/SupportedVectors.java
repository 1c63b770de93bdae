package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.x86.Feature;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import java.util.EnumSet;
import java.util.Set;

/** Which instructions on floating-point registers are translated, and what they need. */
final class SupportedVectors {
  /** Those that the host has; all of them are offered to guests. */
  private static final Set<Feature> FEATURES = HostFeatures.vectors();

  /** What processors differ in, so that engines would; and what is too rare to be worth it. */
  private static final Set<Mnemonic> LEFT_OUT =
      EnumSet.of(
          Mnemonic.RCPPS,
          Mnemonic.RCPSS,
          Mnemonic.RSQRTPS,
          Mnemonic.RSQRTSS,
          Mnemonic.DPPS,
          Mnemonic.DPPD,
          Mnemonic.F2XM1,
          Mnemonic.FYL2X,
          Mnemonic.FYL2XP1,
          Mnemonic.FPTAN,
          Mnemonic.FPATAN,
          Mnemonic.FSIN,
          Mnemonic.FCOS,
          Mnemonic.FSINCOS,
          Mnemonic.MASKMOVQ,
          Mnemonic.MASKMOVDQU,
          Mnemonic.FNINIT,
          Mnemonic.FNSTENV,
          Mnemonic.FLDENV,
          Mnemonic.FNSAVE,
          Mnemonic.FRSTOR,
          Mnemonic.FNENI,
          Mnemonic.FNDISI,
          Mnemonic.FNSETPM);

  private SupportedVectors() {}

  /** Of an instruction whose memory operand, if any, can be translated. */
  static boolean is(Insn insn) {
    return insn.row.usesFpu
        && FEATURES.contains(insn.row.feature)
        && !LEFT_OUT.contains(insn.mnemonic);
  }

  /** The registers that an instruction works on, bits of {@link Live}. */
  static int needs(Insn insn) {
    Feature feature = insn.row.feature;
    boolean x87 = feature == Feature.X87 || feature == Feature.MMX;
    for (int i = 0; i < insn.operandCount; i++) {
      x87 |= insn.kind[i] == OperandKind.MMX;
    }
    return x87 ? Live.X87 : Live.SSE;
  }

  /** Whether an instruction leaves its address in FIP. */
  static boolean isNoted(Insn insn) {
    return insn.row.feature == Feature.X87
        && switch (insn.mnemonic) {
          case FWAIT, FNCLEX, FLDCW, FNSTCW, FNSTSW -> false;
          default -> true;
        };
  }
}

package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Feature;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.RowEncoder;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which rows of the instruction table are compared with the host, and why others are not. */
final class Selection {
  /**
   * Features that executors offer to guests; and two that they do not, whose instructions are
   * others then ({@link DifferentialRun}).
   */
  private static final Set<Feature> OFFERED =
      EnumSet.of(
          Feature.BASE,
          Feature.X87,
          Feature.MMX,
          Feature.SSE,
          Feature.SSE2,
          Feature.SSE3,
          Feature.SSSE3,
          Feature.SSE4_1,
          Feature.SSE4_2,
          Feature.FXSR,
          Feature.CX16,
          Feature.POPCNT,
          Feature.FSGSBASE,
          Feature.BMI1,
          Feature.LZCNT,
          Feature.MOVBE);

  private static final Map<Mnemonic, String> EXCLUDED = new LinkedHashMap<>();

  private static void exclude(String reason, Mnemonic... mnemonics) {
    for (Mnemonic mnemonic : mnemonics) {
      EXCLUDED.put(mnemonic, reason);
    }
  }

  static {
    exclude("enters the host's kernel", Mnemonic.SYSCALL, Mnemonic.SYSENTER, Mnemonic.INT);
    exclude("a trap, not an instruction result", Mnemonic.INT3, Mnemonic.ICEBP);
    exclude("the answer is the host's own", Mnemonic.RDTSC, Mnemonic.CPUID, Mnemonic.RDPMC);
    exclude("needs descriptors", Mnemonic.LSS, Mnemonic.LFS, Mnemonic.LGS);
    exclude("far transfer", Mnemonic.CALLF, Mnemonic.JMPF, Mnemonic.RETF, Mnemonic.IRET);
    exclude(
        "emulated by the host's kernel (UMIP)",
        Mnemonic.SGDT,
        Mnemonic.SIDT,
        Mnemonic.SLDT,
        Mnemonic.STR,
        Mnemonic.SMSW);
    exclude("leaves the host's virtual machine", Mnemonic.RSM);
    exclude("FS is the host thread's own", Mnemonic.RDFSBASE, Mnemonic.WRFSBASE);
    exclude("GS belongs to the harness", Mnemonic.WRGSBASE);
  }

  private Selection() {}

  /** Why a row is left out, or null when it is compared. */
  static String exclusion(InsnTable.Row row) {
    if (!RowEncoder.inLongMode(row)) {
      return "not in 64-bit mode";
    }
    return loadsSegment(row) ? "compared in compatibility mode" : exclusionAnywhere(row);
  }

  private static String exclusionAnywhere(InsnTable.Row row) {
    if (!OFFERED.contains(row.feature)) {
      return "not offered: " + row.feature;
    }
    if (!HostProcessor.has(row.feature)) {
      return "the host has no " + row.feature;
    }
    if (row.mnemonic == Mnemonic.FXSAVE && !HostProcessor.alwaysSavesPointers()) {
      return "the host stores x87 pointers with exceptions only";
    }
    if (AmdForm.leavesOut(row)) {
      return "different on AMD";
    }
    return EXCLUDED.get(row.mnemonic);
  }

  /** Whether an operand is a selector. */
  static boolean takesSelector(InsnTable.Row row) {
    return switch (row.mnemonic) {
      case LAR, LSL, VERR, VERW -> true;
      default -> loadsSegment(row);
    };
  }

  /** Of those that name their register only DS and ES, which the harness does not need. */
  private static boolean mayLoad(InsnTable.Row row) {
    return row.mnemonic != Mnemonic.POP || row.map == 0 && row.opcode != 0x17;
  }

  /** Whether the row loads a segment register: not POP to memory, which is 8F. */
  static boolean loadsSegment(InsnTable.Row row) {
    return switch (row.mnemonic) {
      case MOV -> row.map == 0 && row.opcode == 0x8e;
      case POP -> row.map != 0 || row.opcode < 0x20;
      case LES, LDS -> true;
      default -> false;
    };
  }

  /** Rows that are compared. */
  static List<InsnTable.Row> rows() {
    return InsnTable.rows().stream().filter(row -> exclusion(row) == null).toList();
  }

  /** Rows that are compared in compatibility mode. */
  static List<InsnTable.Row> compatibilityRows() {
    return InsnTable.rows().stream()
        .filter(row -> RowEncoder.inCompatibilityMode(row) && exclusionAnywhere(row) == null)
        .filter(row -> !loadsSegment(row) || mayLoad(row))
        .toList();
  }

  /** The reasons and how many rows each leaves out. */
  static Map<String, Integer> reasons() {
    Map<String, Integer> reasons = new LinkedHashMap<>();
    for (InsnTable.Row row : InsnTable.rows()) {
      String reason = exclusion(row);
      if (reason != null) {
        reasons.merge(reason, 1, Integer::sum);
      }
    }
    return reasons;
  }
}

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
    exclude("descriptor tables differ", Mnemonic.LAR, Mnemonic.LSL, Mnemonic.VERR, Mnemonic.VERW);
    exclude("needs descriptors", Mnemonic.LSS, Mnemonic.LFS, Mnemonic.LGS);
    exclude("needs descriptors", Mnemonic.LES, Mnemonic.LDS);
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
    return RowEncoder.inLongMode(row) ? exclusionAnywhere(row) : "not in 64-bit mode";
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
    if (usesSegmentRegister(row)) {
      return "needs descriptors";
    }
    return EXCLUDED.get(row.mnemonic);
  }

  private static boolean usesSegmentRegister(InsnTable.Row row) {
    boolean moved = row.mnemonic == Mnemonic.POP || row.mnemonic == Mnemonic.MOV;
    boolean popped = row.mnemonic == Mnemonic.POP && row.map == 0 && row.opcode < 0x20;
    return popped || moved && row.endsBlock && row.operandCount > 0 && row.opcode != 0x8f;
  }

  /** Rows that are compared. */
  static List<InsnTable.Row> rows() {
    return InsnTable.rows().stream().filter(row -> exclusion(row) == null).toList();
  }

  /** Rows that are compared in compatibility mode. */
  static List<InsnTable.Row> compatibilityRows() {
    return InsnTable.rows().stream()
        .filter(row -> RowEncoder.inCompatibilityMode(row) && exclusionAnywhere(row) == null)
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

package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Runs random instruction sequences on the host's processor and on the direct engine, which
 * executes them as emitted code, memory operands included, if it can translate what they consist
 * of. Three quarters of the sequences are made of such instructions only, the others of all.
 */
final class DirectRun {
  private static final Set<Mnemonic> TRANSLATED =
      EnumSet.of(
          Mnemonic.ADD,
          Mnemonic.OR,
          Mnemonic.ADC,
          Mnemonic.SBB,
          Mnemonic.AND,
          Mnemonic.SUB,
          Mnemonic.XOR,
          Mnemonic.CMP,
          Mnemonic.TEST,
          Mnemonic.MOV,
          Mnemonic.MOVZX,
          Mnemonic.MOVSX,
          Mnemonic.MOVSXD,
          Mnemonic.LEA,
          Mnemonic.INC,
          Mnemonic.DEC,
          Mnemonic.NEG,
          Mnemonic.NOT,
          Mnemonic.SHL,
          Mnemonic.SHR,
          Mnemonic.SAR,
          Mnemonic.ROL,
          Mnemonic.ROR,
          Mnemonic.RCL,
          Mnemonic.RCR,
          Mnemonic.IMUL,
          Mnemonic.MUL,
          Mnemonic.DIV,
          Mnemonic.IDIV,
          Mnemonic.CMPXCHG,
          Mnemonic.CMPXCHG8B,
          Mnemonic.CMPXCHG16B,
          Mnemonic.MOVS,
          Mnemonic.POPCNT,
          Mnemonic.STOS,
          Mnemonic.XADD,
          Mnemonic.XCHG,
          Mnemonic.BT,
          Mnemonic.BTS,
          Mnemonic.BTR,
          Mnemonic.BTC,
          Mnemonic.CMOVCC,
          Mnemonic.SETCC,
          Mnemonic.BSWAP,
          Mnemonic.CBW,
          Mnemonic.CWD,
          Mnemonic.CLC,
          Mnemonic.STC,
          Mnemonic.CMC,
          Mnemonic.PUSH,
          Mnemonic.NOP);

  private final NativeCpu nativeCpu;
  private final Report report;
  private final List<InsnTable.Row> rows;
  private DirectEngine engine;

  DirectRun(NativeCpu nativeCpu, Report report, List<InsnTable.Row> rows) {
    this.nativeCpu = nativeCpu;
    this.report = report;
    this.rows = rows;
  }

  /** Whether the engine translates forms of an instruction. */
  static boolean isTranslated(Mnemonic mnemonic) {
    return TRANSLATED.contains(mnemonic);
  }

  /** Runs at least {@code count} cases. */
  void run(long count, long seed) {
    runTranslated(count - count / 4, seed);
    run(rows, count / 4, ~seed);
  }

  /**
   * Runs at least {@code count} cases of what can be translated.
   *
   * @return instructions executed, by emitted code or otherwise
   */
  long runTranslated(long count, long seed) {
    List<InsnTable.Row> translated =
        rows.stream().filter(row -> TRANSLATED.contains(row.mnemonic)).toList();
    return run(translated.isEmpty() ? rows : translated, count, seed);
  }

  /**
   * Runs at least {@code count} cases of instructions on floating-point registers: single ones,
   * half of them by {@code step()}, and sequences.
   *
   * @return instructions executed, by emitted code or otherwise
   */
  long runVectors(long count, long seed) {
    List<InsnTable.Row> vectors = rows.stream().filter(row -> row.usesFpu).toList();
    if (vectors.isEmpty()) {
      return 0;
    }
    try (GuestMachine guest = new GuestMachine(this::engine)) {
      new DifferentialRun(nativeCpu, guest, report, seed).run(vectors, count - count / 2);
      report.countTranslated(engine.translated());
      return guest.instructions() + run(vectors, count / 2, ~seed);
    }
  }

  private long run(List<InsnTable.Row> rows, long count, long seed) {
    try (GuestMachine guest = new GuestMachine(this::engine)) {
      new SequenceRun(nativeCpu, guest, report, rows, seed).run(count);
      report.countTranslated(engine.translated());
      return guest.instructions();
    }
  }

  private DirectEngine engine(MachineMemory memory, CodeMap codeMap) {
    engine = new DirectEngine(memory, codeMap);
    return engine;
  }
}

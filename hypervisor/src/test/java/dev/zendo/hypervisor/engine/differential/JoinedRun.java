package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.interpreter.Heat;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.List;

/**
 * Runs random instruction sequences on the host's processor and on interpreters that join the ops
 * of every block as soon as they can, from about the third case of a sequence on. That is seldom
 * possible for instructions that use the FPU's registers, so half of the sequences are without.
 */
final class JoinedRun {
  /** Sequences for one engine, which has only so many classes at a time. */
  private static final long SEQUENCES = 512;

  private final NativeCpu nativeCpu;
  private final Report report;
  private final List<InsnTable.Row> rows;
  private InterpreterEngine engine;

  JoinedRun(NativeCpu nativeCpu, Report report, List<InsnTable.Row> rows) {
    this.nativeCpu = nativeCpu;
    this.report = report;
    this.rows = rows;
  }

  /** Runs at least {@code count} cases. */
  void run(long count, long seed) {
    List<InsnTable.Row> integer = rows.stream().filter(row -> !row.usesFpu).toList();
    run(integer.isEmpty() ? rows : integer, count / 2, seed);
    run(rows, count - count / 2, ~seed);
  }

  private void run(List<InsnTable.Row> rows, long count, long seed) {
    long part = SEQUENCES * SequenceRun.BATCH;
    for (long done = 0; done < count; done += part) {
      try (GuestMachine guest = new GuestMachine(this::engine)) {
        new SequenceRun(nativeCpu, guest, report, rows, seed + done, engine::joined)
            .run(Math.min(part, count - done));
      }
    }
  }

  private InterpreterEngine engine(MachineMemory memory, CodeMap codeMap) {
    engine = new InterpreterEngine(memory, codeMap, Heat.EAGER);
    return engine;
  }
}

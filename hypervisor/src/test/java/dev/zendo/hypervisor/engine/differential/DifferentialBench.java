package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the engines with the host's processor on many cases and prints totals per mnemonic.
 * Arguments: number of cases, seed, and optionally mnemonics (comma-separated) to restrict it to;
 * {@code INTEGER} and {@code FPU} stand for all that do not, or do, use the FPU's registers.
 */
public final class DifferentialBench {
  private DifferentialBench() {}

  /** Runs it; exit status 1 when anything differs. */
  public static void main(String[] arguments) {
    long count = arguments.length > 0 ? Long.parseLong(arguments[0]) : 5_000_000;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    List<String> only = arguments.length > 2 ? List.of(arguments[2].split(",")) : List.of();
    List<InsnTable.Row> rows =
        Selection.rows().stream().filter(row -> selected(row, only)).toList();
    Report report = new Report(Integer.getInteger("zendo.differential.examples", 1));
    long start = System.nanoTime();
    try (NativeCpu nativeCpu = new NativeCpu();
        GuestMachine guest = new GuestMachine(InterpreterEngine::new)) {
      new DifferentialRun(nativeCpu, guest, report, seed).run(rows, count - 3 * count / 8);
      new SequenceRun(nativeCpu, guest, report, rows, seed).run(count / 8);
      new JoinedRun(nativeCpu, report, rows).run(count / 8, seed);
      Optional<String> obstacle = DirectEngine.obstacle();
      if (obstacle.isEmpty()) {
        DirectRun direct = new DirectRun(nativeCpu, report, rows);
        direct.run(count / 16, seed);
        direct.runVectors(count / 16, seed);
      } else {
        System.out.println("without the direct engine: " + obstacle.get());
      }
    }
    for (Segmentation segments : Segmentation.values()) {
      if (segments != Segmentation.LONG) {
        compatibility(segments, report, count / 8, seed, only);
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.print(report.text(Integer.getInteger("zendo.differential.forms", 30)));
    for (Map.Entry<String, Report.Total> entry : report.totals().entrySet()) {
      Report.Total total = entry.getValue();
      System.out.printf(
          "%-16s %8d instructions %10d cases %9d faults %8d differences%n",
          entry.getKey(), total.instructions, total.cases, total.faults, total.differences);
    }
    System.out.println("left out: " + Selection.reasons());
    for (String form : AmdForm.descriptions()) {
      System.out.println("left out as different on AMD: " + form);
    }
    System.out.printf(
        "%d rows, seed %d, %d cases (%d of them on joined ops, %d instructions in translated code)"
            + " in %.1f s, %d differences%n",
        rows.size(),
        seed,
        report.cases(),
        report.joined(),
        report.translated(),
        seconds,
        report.differences());
    System.exit(report.differences() == 0 ? 0 : 1);
  }

  private static void compatibility(
      Segmentation segments, Report report, long count, long seed, List<String> only) {
    List<InsnTable.Row> rows =
        Selection.compatibilityRows().stream().filter(row -> selected(row, only)).toList();
    try (NativeCpu nativeCpu = new NativeCpu(segments);
        GuestMachine guest = new GuestMachine(InterpreterEngine::new, segments)) {
      new DifferentialRun(nativeCpu, guest, report, seed, segments).run(rows, count);
    }
  }

  private static boolean selected(InsnTable.Row row, List<String> only) {
    return only.isEmpty()
        || only.contains(row.mnemonic.name())
        || only.contains(row.usesFpu ? "FPU" : "INTEGER");
  }
}

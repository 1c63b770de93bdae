package dev.zendo.hypervisor.engine.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The engines give the results of the host's own processor, for every instruction form that it
 * offers. {@code -Dzendo.differential.cases=N} sets the number of cases, {@code
 * -Dzendo.differential.seed=N} the seed.
 */
class DifferentialTest {
  private static final long CASES = Long.getLong("zendo.differential.cases", 2_000_000);
  private static final long SEED = Long.getLong("zendo.differential.seed", 1);
  private static final int FORMS_SHOWN = 20;

  @BeforeEach
  void hostIsAnOracle() {
    assumeTrue(
        NativeCpu.supported(),
        "not Linux on x86-64: the interpreter is not compared with this processor");
    assumeTrue(
        HostProcessor.isIntel()
            || HostProcessor.isAmd()
            || Boolean.getBoolean("zendo.differential.any"),
        "neither Intel's nor AMD's processor: the interpreter is not compared with it"
            + " (-Dzendo.differential.any=true does so all the same)");
  }

  @Test
  void integerInstructionsDoWhatTheProcessorDoes() {
    compare(row -> !row.usesFpu, CASES / 2);
  }

  @Test
  void floatingPointAndVectorInstructionsDoWhatTheProcessorDoes() {
    compare(row -> row.usesFpu, CASES / 2);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LONG")
  void compatibilityModeDoesWhatTheProcessorDoes(Segmentation segments) {
    Report report = new Report(1);
    try (NativeCpu nativeCpu = new NativeCpu(segments);
        GuestMachine guest = new GuestMachine(InterpreterEngine::new, segments)) {
      new DifferentialRun(nativeCpu, guest, report, SEED, segments)
          .run(Selection.compatibilityRows(), CASES / 32);
    }
    assertEquals(0, report.differences(), () -> "seed " + SEED + "\n" + report.text(FORMS_SHOWN));
  }

  @Test
  void joinedInstructionsDoWhatTheProcessorDoes() {
    Report report = new Report(1);
    try (NativeCpu nativeCpu = new NativeCpu()) {
      new JoinedRun(nativeCpu, report, Selection.rows()).run(CASES / 64, SEED);
    }
    assertEquals(0, report.differences(), () -> "seed " + SEED + "\n" + report.text(FORMS_SHOWN));
    assertTrue(report.joined() > report.cases() / 8, "ops were joined");
  }

  @Test
  void translatedInstructionsDoWhatTheProcessorDoes() {
    DirectEngine.obstacle().ifPresent(reason -> assumeTrue(false, reason));
    Report report = new Report(1);
    try (NativeCpu nativeCpu = new NativeCpu()) {
      DirectRun run = new DirectRun(nativeCpu, report, Selection.rows());
      long instructions = run.runTranslated(CASES / 16, SEED);
      long translated = report.translated();
      assertTrue(translated > instructions / 3, () -> translated + " of " + instructions);
      run.run(CASES / 32, SEED + 1);
    }
    assertEquals(0, report.differences(), () -> "seed " + SEED + "\n" + report.text(FORMS_SHOWN));
  }

  @Test
  void translatedVectorInstructionsDoWhatTheProcessorDoes() {
    DirectEngine.obstacle().ifPresent(reason -> assumeTrue(false, reason));
    Report report = new Report(1);
    try (NativeCpu nativeCpu = new NativeCpu()) {
      long instructions =
          new DirectRun(nativeCpu, report, Selection.rows()).runVectors(CASES / 8, SEED);
      long translated = report.translated();
      assertTrue(translated > instructions / 3, () -> translated + " of " + instructions);
    }
    assertEquals(0, report.differences(), () -> "seed " + SEED + "\n" + report.text(FORMS_SHOWN));
  }

  private static void compare(Predicate<InsnTable.Row> selected, long cases) {
    List<InsnTable.Row> rows = Selection.rows().stream().filter(selected).toList();
    Report report = new Report(1);
    try (NativeCpu nativeCpu = new NativeCpu();
        GuestMachine guest = new GuestMachine(InterpreterEngine::new)) {
      new DifferentialRun(nativeCpu, guest, report, SEED).run(rows, cases - cases / 4);
      new SequenceRun(nativeCpu, guest, report, rows, SEED).run(cases / 4);
    }
    assertEquals(0, report.differences(), () -> "seed " + SEED + "\n" + report.text(FORMS_SHOWN));
  }
}

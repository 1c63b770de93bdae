package dev.zendo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.EngineChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A few rounds of the hypercall fuzzer, and those that once found something. */
class HypercallFuzzIT {
  /** Seeds that found something, or that reach much. */
  private static final long[] SEEDS = {1, 2, 3, 4, 5, 6};

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(names = {"DIRECT", "INTERPRETER"})
  void hostileGuestsHarmNobody(EngineChoice engine) throws Exception {
    Optional<String> obstacle = engine.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "the host cannot run it: " + obstacle.orElse(""));
    try (Arena arena = new Arena(engine, folder)) {
      for (long seed : SEEDS) {
        assertEquals(List.of(), arena.round(seed), () -> "seed " + seed);
      }
      assertTrue(arena.calls() > 100 * SEEDS.length, () -> "only " + arena.calls() + " calls");
    }
  }
}

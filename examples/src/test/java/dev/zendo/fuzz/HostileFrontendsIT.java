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
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Back ends withstand a frontend that breaks every rule, and its neighbours do not notice; {@code
 * bench/hostile} does it a million times.
 */
class HostileFrontendsIT {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"DIRECT,4000", "INTERPRETER,400"})
  void hostileFrontendsHarmNobody(EngineChoice engine, long requests) throws Exception {
    Optional<String> obstacle = engine.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "the host cannot run it: " + obstacle.orElse(""));
    try (HostileArena arena = new HostileArena(engine, folder)) {
      assertEquals(List.of(), arena.round(1, requests));
      assertTrue(arena.requests() >= requests, arena::report);
    }
  }
}

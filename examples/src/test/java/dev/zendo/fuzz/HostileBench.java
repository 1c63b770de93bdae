package dev.zendo.fuzz;

import dev.zendo.dom0.EngineChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Lets hostile guests make so many requests: {@code HostileBench ENGINE REQUESTS SEED}. A round
 * with findings ends it; its seed is printed.
 */
public final class HostileBench {
  /** Of one guest: short enough for many ends and beginnings. */
  private static final long ROUND = 100_000;

  private HostileBench() {}

  /** Runs it. */
  public static void main(String... args) throws Exception {
    EngineChoice engine = EngineChoice.valueOf(args[0].toUpperCase(Locale.ROOT));
    long wanted = Long.parseLong(args[1]);
    long seed = Long.parseLong(args[2]);
    long started = System.nanoTime();
    Path folder = Files.createTempDirectory("zendo-hostile");
    int status = 0;
    try (HostileArena arena = new HostileArena(engine, folder)) {
      while (arena.requests() < wanted && status == 0) {
        List<String> findings = arena.round(seed, Math.min(ROUND, wanted - arena.requests()));
        if (!findings.isEmpty()) {
          System.out.println("seed " + seed + ":");
          findings.forEach(finding -> System.out.println("  " + finding));
          status = 1;
        }
        seed++;
      }
      double seconds = (System.nanoTime() - started) / 1e9;
      System.out.print(arena.report());
      System.out.printf(
          Locale.ROOT,
          "%s: %d requests in %.0f s, %.0f/s, beside %d well-behaved guests%n",
          engine,
          arena.requests(),
          seconds,
          arena.requests() / seconds,
          arena.visits());
    }
    System.exit(status);
  }
}

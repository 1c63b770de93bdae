package dev.zendo.fuzz;

import dev.zendo.dom0.EngineChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Executes rounds until so many hypercalls were made: {@code FuzzBench ENGINE CALLS SEED}. A round
 * with findings ends it; its seed is printed.
 */
public final class FuzzBench {
  /** Every so many rounds one is traced, for the histogram. */
  private static final int TRACED = 16;

  private FuzzBench() {}

  /** Runs it. */
  public static void main(String... args) throws Exception {
    EngineChoice engine = EngineChoice.valueOf(args[0].toUpperCase(Locale.ROOT));
    long wanted = Long.parseLong(args[1]);
    long seed = Long.parseLong(args[2]);
    long first = seed;
    Histogram histogram = new Histogram();
    long started = System.nanoTime();
    Path folder = Files.createTempDirectory("zendo-fuzz");
    int status = 0;
    try (Arena arena = new Arena(engine, folder)) {
      while (arena.calls() < wanted && status == 0) {
        boolean traced = seed % TRACED == 0;
        arena.machine().tracer().enable(traced, false, false, histogram::line);
        List<String> findings = arena.round(seed);
        if (!findings.isEmpty()) {
          System.out.println("seed " + seed + ":");
          findings.forEach(finding -> System.out.println("  " + finding));
          status = 1;
        }
        seed++;
      }
      double seconds = (System.nanoTime() - started) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "%s: %d rounds from seed %d, %d calls in %.0f s, %.0f/s; %s%n",
          engine,
          seed - first,
          first,
          arena.calls(),
          seconds,
          arena.calls() / seconds,
          arena.ends());
      System.out.print(histogram.text());
    }
    System.exit(status);
  }
}

package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.direct.DirectEngine;
import java.util.SplittableRandom;

/** {@code bench/lockstep random}: random programs on both engines, from the command line. */
public final class LockstepBench {
  private static final long PROGRESS = 5_000_000;

  private LockstepBench() {}

  /** Arguments: instructions to execute, seed. */
  public static void main(String[] arguments) {
    long wanted = Long.parseLong(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    DirectEngine.obstacle()
        .ifPresent(
            reason -> {
              System.err.println("the direct engine does not run here: " + reason);
              System.exit(1);
            });
    try (Streams streams = new Streams()) {
      SplittableRandom seeds = new SplittableRandom(seed);
      long shown = 0;
      String difference = null;
      while (difference == null && streams.instructions() < wanted) {
        difference = streams.run(seeds.nextLong());
        if (streams.instructions() - shown >= PROGRESS) {
          shown = streams.instructions();
          System.out.println(streams.text());
        }
      }
      System.out.print(streams.undefinedFlags());
      System.out.println(streams.text());
      System.out.println(
          "seed " + seed + ": " + (difference == null ? "0 differences" : difference));
      System.exit(difference == null ? 0 : 1);
    }
  }
}

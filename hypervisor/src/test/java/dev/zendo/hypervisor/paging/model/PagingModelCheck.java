package dev.zendo.hypervisor.paging.model;

/**
 * Explores as deep as time allows, from every start, and prints how far it came.
 *
 * <p>Arguments: minutes (10), threads (number of processors), starts (all).
 */
public final class PagingModelCheck {
  private static final int ORDER = 26;
  private static final double NANOS_PER_MINUTE = 60e9;

  private PagingModelCheck() {}

  /** Runs the check; the exit status is 1 when something differs. */
  public static void main(String[] args) throws InterruptedException {
    double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 10;
    int threads =
        args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
    Start[] starts = args.length > 2 ? new Start[] {Start.valueOf(args[2])} : Start.values();
    System.out.printf(
        "%d operations, %d free frames, %d slots%n",
        Operation.all().size(), Frames.FREE, Frames.SLOTS);
    System.out.println("start      depth     states   operations      refused  seconds");
    try {
      for (Start start : starts) {
        explore(start, threads, (long) (minutes * NANOS_PER_MINUTE / starts.length));
      }
    } catch (AssertionError e) {
      System.out.println("VIOLATION: " + e.getMessage());
      System.exit(1);
    }
    System.out.println("0 violations");
  }

  private static void explore(Start start, int threads, long nanos) throws InterruptedException {
    long begin = System.nanoTime();
    Explorer explorer = new Explorer(start, threads, ORDER);
    for (int depth = 1; depth <= Explorer.MAX_DEPTH; depth++) {
      int frontier = explorer.frontier();
      int done = explorer.deepen(begin + nanos);
      String part = done == frontier ? "" : String.format("  %.1f %%", 100.0 * done / frontier);
      System.out.printf(
          "%-10s %5d %10d %12d %12d %8.1f%s%n",
          start,
          depth,
          explorer.states(),
          explorer.steps(),
          explorer.refusals(),
          (System.nanoTime() - begin) / 1e9,
          part);
      if (done != frontier) {
        return;
      }
    }
  }
}

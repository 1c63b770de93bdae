package dev.zendo.hypervisor.memory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Work that two threads do, each a half of it, while somebody waits. */
final class Halves {
  /** Helpers stay so long: the parts of a larger work follow each other at once. */
  private static final long PATIENCE_MILLIS = 200;

  private static final Executor HELPERS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          PATIENCE_MILLIS,
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          Halves::helper);

  private Halves() {}

  private static Thread helper(Runnable work) {
    Thread thread = new Thread(work, "half");
    thread.setDaemon(true);
    return thread;
  }

  /** Part of some work. */
  interface Part<T> {
    /** Does what belongs to indices from one up to another one, exclusive. */
    T run(int from, int to);
  }

  /**
   * Does work, on two threads if it is enough for that. When this returns or throws, none of them
   * works any more.
   *
   * @param count of indices from 0 on
   * @param enough so many are worth a second thread
   * @return what each part returned, in their order
   */
  static <T> List<T> of(int count, int enough, Part<T> work) {
    if (count < enough) {
      return List.of(work.run(0, count));
    }
    int half = count / 2;
    CompletableFuture<T> helper =
        CompletableFuture.supplyAsync(() -> work.run(half, count), HELPERS);
    T first;
    try {
      first = work.run(0, half);
    } finally {
      helper.handle((value, error) -> 0).join();
    }
    return List.of(first, joined(helper));
  }

  private static <T> T joined(CompletableFuture<T> helper) {
    try {
      return helper.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof OutOfMemoryError) {
        throw new OutOfMemoryError(e.getCause().getMessage());
      }
      throw e;
    }
  }
}

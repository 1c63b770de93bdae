package dev.zendo.dom0.block;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/** Things that take time, done one after the other. One thread, which waits for none of them. */
final class Steps {
  private final ArrayDeque<Consumer<Runnable>> waiting = new ArrayDeque<>();
  private boolean busy;

  /**
   * Does something when all that was added before has ended; perhaps at once.
   *
   * @param step begins it; runs what it gets at its end, on the same thread
   */
  void add(Consumer<Runnable> step) {
    waiting.add(step);
    if (!busy) {
      next();
    }
  }

  private void next() {
    Consumer<Runnable> step = waiting.poll();
    busy = step != null;
    if (busy) {
      step.accept(this::next);
    }
  }
}

package dev.zendo.dom0.block;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The queues of a connected disk; none before and after. On the event thread. */
final class BlockQueues {
  private final Consumer<Runnable> events;
  private final List<BlockQueue> queues = new ArrayList<>();

  /** The image is being replaced: no request may be begun. */
  private boolean paused;

  /** The same for longer: somebody else has the image. */
  private boolean detained;

  /**
   * No queues so far.
   *
   * @param events has something done on the event thread; any thread
   */
  BlockQueues(Consumer<Runnable> events) {
    this.events = events;
  }

  /** One more, before it hears of requests. */
  void add(BlockQueue queue) {
    queues.add(queue);
    if (paused || detained) {
      queue.pause();
    }
  }

  boolean isEmpty() {
    return queues.isEmpty();
  }

  /** None begins anything more until {@link #resume}. */
  void pause() {
    paused = true;
    queues.forEach(BlockQueue::pause);
  }

  /** They go on, unless they are detained. */
  void resume() {
    paused = false;
    if (!detained) {
      queues.forEach(BlockQueue::resume);
    }
  }

  /** Whether the next {@link #resume} is for nothing, as long as it takes. */
  void detain(boolean now) {
    detained = now;
  }

  /** They begin nothing more at all; what is under way gets no response. */
  void stop() {
    queues.forEach(BlockQueue::stop);
  }

  /** Runs something when no request is under way any more; paused or stopped queues begin none. */
  void whenQuiet(Runnable then) {
    int[] waiting = {1};
    Runnable quiet =
        () -> {
          if (--waiting[0] == 0) {
            then.run();
          }
        };
    for (BlockQueue queue : queues) {
      if (!queue.quiet(() -> events.accept(quiet))) {
        waiting[0]++;
      }
    }
    quiet.run();
  }

  /** Lets go of all, once they are stopped and quiet. */
  void close() {
    try {
      queues.forEach(BlockQueue::close);
    } finally {
      queues.clear();
    }
  }

  void addMetrics(Map<String, Object> all) {
    all.put("queues", queues.size());
    all.put("depth", queues.stream().mapToInt(BlockQueue::depth).sum());
    all.put("mapped", queues.stream().mapToInt(BlockQueue::mapped).sum());
  }
}

package dev.zendo.dom0.block;

import dev.zendo.dom0.device.BackendDevice;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What takes long with a disk, one thing after the other. On the event thread, which never waits:
 * the slow part of each thing happens on another one, where there are others.
 */
final class DiskWork {
  private static final String FAILED = "internal error";

  private final BackendDevice device;
  private final IoThreads threads;
  private final BlockQueues queues;
  private final Steps steps = new Steps();

  DiskWork(BackendDevice device, IoThreads threads) {
    this.device = device;
    this.threads = threads;
    this.queues = new BlockQueues(this::post);
  }

  /** The queues that it waits for. */
  BlockQueues queues() {
    return queues;
  }

  /** Unlike {@link BackendDevice#post} also when the device is gone. */
  private void post(Runnable task) {
    device.control().events().post(device.domain(), task);
  }

  /**
   * Does something; requests go on meanwhile.
   *
   * @param slow returns what went wrong, "" for nothing
   * @param then gets that on the event thread
   */
  void add(Supplier<String> slow, Consumer<String> then) {
    steps.add(end -> run(slow, inTheEnd(then, end)));
  }

  /** The same while no request is under way. */
  void whileQuiet(Supplier<String> slow, Consumer<String> then) {
    steps.add(
        end -> {
          queues.pause();
          Runnable goOn =
              () -> {
                queues.resume();
                end.run();
              };
          queues.whenQuiet(() -> run(slow, inTheEnd(then, goOn)));
        });
  }

  /** Stops the queues, and closes them when no request is under way. */
  void disconnect(Runnable then) {
    queues.stop();
    steps.add(
        end ->
            queues.whenQuiet(
                () -> {
                  closeQueues();
                  end.run();
                  then.run();
                }));
  }

  private void closeQueues() {
    try {
      queues.close();
    } catch (RuntimeException | Error e) {
      post(() -> rethrow(e));
    }
  }

  private static Consumer<String> inTheEnd(Consumer<String> then, Runnable end) {
    return error -> {
      try {
        then.accept(error);
      } finally {
        end.run();
      }
    };
  }

  private void run(Supplier<String> slow, Consumer<String> then) {
    if (threads.canWait()) {
      threads.run(
          () -> {
            String error = outcome(slow);
            post(() -> then.accept(error));
          });
    } else {
      then.accept(slow.get());
    }
  }

  /** An error of ours ends the domain, and whoever waits learns of it. */
  private String outcome(Supplier<String> slow) {
    try {
      return slow.get();
    } catch (RuntimeException | Error e) {
      post(() -> rethrow(e));
      return FAILED;
    }
  }

  static void rethrow(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) e;
  }
}

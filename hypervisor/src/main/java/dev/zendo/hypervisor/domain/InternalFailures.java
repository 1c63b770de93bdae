package dev.zendo.hypervisor.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The internal errors of a machine. Tests look here whether a guest made the hypervisor fail, which
 * none ever may. Thread-safe.
 */
public final class InternalFailures {
  private static final Logger LOG = LoggerFactory.getLogger(InternalFailures.class);

  /** So many are kept; all are counted. */
  private static final int KEPT = 50;

  private final List<InternalFailure> first = new ArrayList<>();
  private Consumer<InternalFailure> listener = failure -> {};
  private long count;

  /** None yet. */
  InternalFailures() {}

  /** Number of failures since the machine was made. */
  public synchronized long count() {
    return count;
  }

  /** The first of them. */
  public synchronized List<InternalFailure> first() {
    return List.copyOf(first);
  }

  /** Sets who is told of each, on the thread on which it happened, before its domain ends. */
  public synchronized void listener(Consumer<InternalFailure> consumer) {
    listener = consumer;
  }

  /**
   * Notes a failure.
   *
   * @param domain for which something was done, or null
   * @param vcpu for which it was done, or null
   * @return what is known; null when not even that could be found out
   */
  InternalFailure add(Domain domain, Vcpu vcpu, String note, Throwable cause) {
    Consumer<InternalFailure> told;
    synchronized (this) {
      count++;
      told = listener;
    }
    try {
      InternalFailure failure = InternalFailure.of(domain, vcpu, note, cause);
      synchronized (this) {
        if (first.size() < KEPT) {
          first.add(failure);
        }
      }
      LOG.error("{}", failure.text());
      told.accept(failure);
      return failure;
    } catch (RuntimeException | Error e) {
      // No memory for words, or a log that fails: the count tells.
      return null;
    }
  }
}

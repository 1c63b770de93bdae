package dev.zendo.hypervisor.event;

import static dev.zendo.hypercalls.Errno.EOPNOTSUPP;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * The way of events into the memory of a domain, and which layout they have there. Thread-safe; the
 * layout changes under the lock of {@link EventChannels}, and no memory that was shared is given
 * back before every sender that may know it is done.
 */
final class Delivery {
  /** How often one looks whether senders are gone where a lost event is all that may come of it. */
  private static final int LOOKS = 10_000;

  private final Domain domain;
  private final EventAbi twoLevel;
  private final Pollers pollers;
  private final AtomicInteger senders = new AtomicInteger();
  private volatile EventAbi abi;

  Delivery(Domain domain, Pollers pollers) {
    this.domain = domain;
    this.pollers = pollers;
    this.twoLevel = new TwoLevelEvents(domain);
    this.abi = twoLevel;
  }

  /** Number of ports that the layout has. */
  int ports() {
    return abi.ports();
  }

  /** Makes a port pending and tells those who wait for it. Takes no lock that lasts. */
  void raise(Port port) {
    try {
      if (begin() && abi.raise(port)) {
        pollers.wake(port.number);
      }
    } finally {
      end();
    }
  }

  void unmask(Port port) {
    try {
      if (begin() && abi.unmask(port)) {
        pollers.wake(port.number);
      }
    } finally {
      end();
    }
  }

  void clear(Port port) {
    try {
      if (begin()) {
        abi.clear(port);
      }
    } finally {
      end();
    }
  }

  boolean pending(Port port) {
    try {
      return begin() && abi.pending(port);
    } finally {
      end();
    }
  }

  /** Whether a closed port cannot be opened yet. */
  boolean busy(Port port) {
    try {
      return begin() && abi.busy(port);
    } finally {
      end();
    }
  }

  long setPriority(Port port, int priority) {
    return abi.setPriority(port, priority);
  }

  /**
   * Gives a vcpu its control block; the first one makes the domain use queues. The caller holds the
   * lock, and calls {@link #carryOver} afterwards if the layout became another one.
   *
   * @param frame the guest's frame, any value
   * @param offset of the control block in it; checked
   */
  long addControl(Vcpu vcpu, long frame, int offset, DomainMemory memory, MachineMemory machine) {
    if (abi instanceof FifoEvents queues) {
      return queues.addControl(vcpu, frame, offset);
    }
    FifoEvents queues = new FifoEvents(domain, memory, machine);
    long result = queues.addControl(vcpu, frame, offset);
    if (result == 0) {
      abi = queues;
    }
    return result;
  }

  /** Adds a page for event words; the caller holds the lock, and raises early events afterwards. */
  long addPage(long frame) {
    return abi instanceof FifoEvents queues ? queues.addPage(frame) : -EOPNOTSUPP;
  }

  /** Raises what is pending in the two-level layout in the one that follows it. */
  void carryOver(Port[] ports) {
    for (int i = 0; senders.get() != 0 && i < LOOKS; i++) {
      Thread.onSpinWait();
    }
    for (Port port : ports) {
      if (twoLevel.pending(port)) {
        raise(port);
      }
    }
  }

  /** Raises what came before the guest gave the pages for it. */
  void raiseEarly(Port[] ports) {
    for (Port port : ports) {
      if (port.raisedEarly) {
        port.raisedEarly = false;
        raise(port);
      }
    }
  }

  /**
   * Goes back to the two-level layout. The caller holds the lock, and calls {@link #forget} without
   * it.
   *
   * @return the layout there was
   */
  EventAbi reset() {
    EventAbi old = abi;
    abi = twoLevel;
    return old;
  }

  /** Visits the guest's frames that the layout refers to. */
  void forEachFrame(LongConsumer visitor) {
    abi.forEachFrame(visitor);
  }

  /** Waits for senders that are under way, and gives back the memory of an earlier layout. */
  void forget(EventAbi old) {
    while (senders.get() != 0) {
      Thread.onSpinWait();
    }
    if (old instanceof FifoEvents queues) {
      queues.close();
    }
  }

  /**
   * Begins an access to memory that the guest shares: it stays until {@link #end}, which always
   * follows.
   *
   * @return whether there is such memory: not when the domain is dying
   */
  private boolean begin() {
    senders.incrementAndGet();
    return domain.dying() == Domain.ALIVE && domain.sharedInfo() != 0;
  }

  private void end() {
    senders.decrementAndGet();
  }
}

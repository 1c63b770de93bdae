package dev.zendo.hypervisor.event;

import java.util.function.LongConsumer;

/**
 * How events stand in memory that the guest shares. Called between the beginning and the end of a
 * delivery, so that this memory stays; by any thread. Takes no lock that is held for more than a
 * few instructions, and allocates nothing.
 */
interface EventAbi {
  /** Number of ports that have a place; ports from there on are never open. */
  int ports();

  /**
   * Makes a port pending and lets its vcpu know, unless the port is masked or both were done
   * before.
   *
   * @return whether it was not pending before
   */
  boolean raise(Port port);

  /** Unmasks a port and lets its vcpu know if it is pending; returns as {@link #raise}. */
  boolean unmask(Port port);

  /** A port is being closed: it is no longer pending. */
  void clear(Port port);

  /** Whether a port is pending. */
  boolean pending(Port port);

  /** Whether a closed port cannot be opened yet, as the guest still has it in a queue. */
  boolean busy(Port port);

  /** Visits the frames to which this layout holds a writable reference. */
  default void forEachFrame(LongConsumer visitor) {}

  /** Sets the priority of a port (any value); 0 or a negative errno. */
  long setPriority(Port port, int priority);
}

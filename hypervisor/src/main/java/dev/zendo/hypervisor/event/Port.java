package dev.zendo.hypervisor.event;

import dev.zendo.hypercalls.event.EventLimits;

/** One event channel end. Bindings change under the lock of {@link EventChannels}. */
final class Port {
  final int number;
  volatile Binding binding = Binding.CLOSED;
  volatile int vcpu;

  /** Which of its vcpu's queues events are appended to ({@link FifoEvents}). */
  volatile int priority = EventLimits.FIFO_PRIORITY_DEFAULT;

  /** The queue it was appended to last, null for none; guarded by that queue's lock. */
  volatile FifoQueue queue;

  /** It was raised before it had an event word. */
  volatile boolean raisedEarly;

  Port(int number) {
    this.number = number;
  }
}

package dev.zendo.hypervisor.event;

import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypercalls.event.FifoControlBlock;
import dev.zendo.hypervisor.domain.Vcpu;

/** The control block of a vcpu and the queues whose heads are in it. */
final class FifoControl {
  /** Queues of a vcpu, one per priority. */
  static final int QUEUES = EventLimits.FIFO_PRIORITY_MIN + 1;

  final FifoEvents events;
  final Vcpu vcpu;
  final long frame;
  private final long ready;
  private final FifoQueue[] queues = new FifoQueue[QUEUES];

  /**
   * A control block without events.
   *
   * @param frame the guest's frame that it is in
   * @param address its host address
   */
  FifoControl(FifoEvents events, Vcpu vcpu, long frame, long address) {
    this.events = events;
    this.vcpu = vcpu;
    this.frame = frame;
    this.ready = address + FifoControlBlock.READY.offset();
    for (int i = 0; i < QUEUES; i++) {
      long head = address + FifoControlBlock.HEAD.offset() + (long) i * Integer.BYTES;
      queues[i] = new FifoQueue(this, i, head);
    }
  }

  FifoQueue queue(int priority) {
    return queues[priority];
  }

  /** A queue is no longer empty: lets the vcpu know unless it does. */
  void announce(FifoQueue queue) {
    if (EventWord.set(ready, 1 << queue.priority)) {
      vcpu.markEventPending();
    }
  }
}

package dev.zendo.hypervisor.event;

import static dev.zendo.hypercalls.Errno.EACCES;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOSPC;

import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongConsumer;

/**
 * The layout with queues (event_channel.h): a word per port in pages that the guest gives, and per
 * vcpu a control block with the heads of 16 queues. The links in the words are for the guest alone;
 * the hypervisor follows none of them.
 *
 * <p>Control blocks and pages are added under the lock of {@link EventChannels}.
 */
final class FifoEvents implements EventAbi {
  /** Ports with a word in one page. */
  static final int WORDS_PER_PAGE = MachineMemory.FRAME_SIZE / Integer.BYTES;

  private static final int PAGES = EventLimits.FIFO_NR_CHANNELS / WORDS_PER_PAGE;

  /** So often may a port change queues while one is about to raise it. */
  private static final int TRIES = 3;

  private final Domain domain;
  private final DomainMemory memory;
  private final MachineMemory machine;
  private final AtomicReferenceArray<FifoControl> controls =
      new AtomicReferenceArray<>(Domain.MAX_VCPUS);
  private final long[] frames = new long[PAGES];
  private final long[] pages = new long[PAGES];

  /** Ports that have a word; set after the page. */
  private volatile int words;

  FifoEvents(Domain domain, DomainMemory memory, MachineMemory machine) {
    this.domain = domain;
    this.memory = memory;
    this.machine = machine;
  }

  /**
   * Gives a vcpu its control block, once.
   *
   * @param frame the guest's frame, any value
   * @param offset where it lies in the frame; checked
   */
  long addControl(Vcpu vcpu, long frame, int offset) {
    if (controls.get(vcpu.id()) != null || !hold(frame)) {
      return -EINVAL;
    }
    long address = machine.address(frame) + offset;
    controls.set(vcpu.id(), new FifoControl(this, vcpu, frame, address));
    return 0;
  }

  /** Adds a page of event words (the guest's frame, any value). */
  long addPage(long frame) {
    int before = words;
    int page = before / WORDS_PER_PAGE;
    if (page == PAGES) {
      return -ENOSPC;
    }
    if (!hold(frame)) {
      return -EINVAL;
    }
    frames[page] = frame;
    pages[page] = machine.address(frame);
    words = before + WORDS_PER_PAGE;
    return 0;
  }

  @Override
  public void forEachFrame(LongConsumer visitor) {
    for (int i = 0; i < controls.length(); i++) {
      FifoControl control = controls.get(i);
      if (control != null) {
        visitor.accept(control.frame);
      }
    }
    for (int i = 0; i < words / WORDS_PER_PAGE; i++) {
      visitor.accept(frames[i]);
    }
  }

  /** Gives all frames back; no delivery is under way, and none comes. */
  void close() {
    for (int i = 0; i < controls.length(); i++) {
      FifoControl control = controls.getAndSet(i, null);
      if (control != null) {
        memory.releaseWritable(domain, control.frame);
      }
    }
    for (int i = 0; i < words / WORDS_PER_PAGE; i++) {
      memory.releaseWritable(domain, frames[i]);
    }
    words = 0;
  }

  /** Frame numbers of a translated domain are not the machine's; it keeps to the other layout. */
  private boolean hold(long frame) {
    return !domain.translated() && memory.acquireWritable(domain, frame) == 0;
  }

  @Override
  public int ports() {
    return EventLimits.FIFO_NR_CHANNELS;
  }

  @Override
  public boolean raise(Port port) {
    long word = word(port.number);
    if (word == 0) {
      port.raisedEarly = true;
      word = word(port.number);
      if (word == 0) {
        return false;
      }
    }
    // Without a control block the guest must not have unmasked anything: the event is dropped.
    FifoControl control = controls.getAcquire(port.vcpu);
    return control != null && raise(port, word, control);
  }

  /**
   * Both the queue that the port is in, or was last, and the one where it belongs now are locked
   * before PENDING is set: whoever sees it set finds the event in a queue.
   */
  private boolean raise(Port port, long word, FifoControl control) {
    for (int i = 0; i < TRIES; i++) {
      FifoQueue queue = control.queue(port.priority);
      FifoQueue last = lastQueue(port, queue);
      FifoQueue.lock(queue, last);
      if (last != lastQueue(port, queue)) {
        FifoQueue.unlock(queue, last);
        continue;
      }
      boolean fresh;
      boolean first;
      try {
        fresh = EventWord.set(word, EventWord.PENDING);
        first =
            !EventWord.test(word, EventWord.MASKED)
                && EventWord.set(word, EventWord.LINKED)
                && append(port, queue, last);
      } finally {
        FifoQueue.unlock(queue, last);
      }
      if (first) {
        control.announce(queue);
      }
      return fresh;
    }
    return false;
  }

  /** A queue of an earlier time, before the guest went back to the other layout, is forgotten. */
  private FifoQueue lastQueue(Port port, FifoQueue otherwise) {
    FifoQueue last = port.queue;
    return last == null || last.control.events != this ? otherwise : last;
  }

  /** Puts an event behind the others; returns whether it is the first. */
  private boolean append(Port port, FifoQueue queue, FifoQueue last) {
    int number = port.number;
    if (last.tail == number) {
      // It was the last one there and has been taken out, so that queue is empty.
      last.tail = 0;
    }
    port.queue = queue;
    boolean first = queue.tail == 0 || !EventWord.link(word(queue.tail), number);
    if (first) {
      HostMemory.putIntRelease(queue.head, number);
    }
    queue.tail = number;
    return first;
  }

  @Override
  public boolean unmask(Port port) {
    long word = word(port.number);
    if (word == 0) {
      return false;
    }
    EventWord.clear(word, EventWord.MASKED);
    return EventWord.test(word, EventWord.PENDING) && raise(port);
  }

  @Override
  public void clear(Port port) {
    port.raisedEarly = false;
    long word = word(port.number);
    if (word != 0) {
      EventWord.clear(word, EventWord.PENDING);
    }
  }

  @Override
  public boolean pending(Port port) {
    return test(port, EventWord.PENDING);
  }

  @Override
  public boolean busy(Port port) {
    return test(port, EventWord.LINKED);
  }

  private boolean test(Port port, int bit) {
    long word = word(port.number);
    return word != 0 && EventWord.test(word, bit);
  }

  @Override
  public long setPriority(Port port, int priority) {
    if (port.binding == Binding.CLOSED) {
      return -EACCES;
    }
    if (priority < 0 || priority > EventLimits.FIFO_PRIORITY_MIN) {
      return -EINVAL;
    }
    port.priority = priority;
    return 0;
  }

  /** Host address of the word of a port, 0 before the guest gave the page. */
  private long word(int number) {
    return number < words
        ? pages[number / WORDS_PER_PAGE] + (long) (number % WORDS_PER_PAGE) * Integer.BYTES
        : 0;
  }
}

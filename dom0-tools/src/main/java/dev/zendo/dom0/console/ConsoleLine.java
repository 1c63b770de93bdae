package dev.zendo.dom0.console;

import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * One console that is connected: moves what the guest prints to an output and what is typed to the
 * guest. {@link #serve} runs on the event thread; typing may be done by any thread.
 */
final class ConsoleLine {
  private static final int INPUT_QUEUE = 16 << 10;

  private final ConsoleRingView ring;
  private final ConsoleOutput output;
  private final ByteQueue input = new ByteQueue(INPUT_QUEUE);
  private final byte[] chunk = new byte[1024];
  private boolean closed;

  /** A line at the shared page. */
  ConsoleLine(PhysicalMemory memory, long page, ConsoleOutput output) {
    this.ring = new ConsoleRingView(memory, page);
    this.output = output;
  }

  /** Moves what there is, not without end; returns whether the guest wants an event for it. */
  synchronized boolean serve() {
    if (closed || ring.broken()) {
      return false;
    }
    boolean moved = takeOutput();
    moved |= putInput();
    return moved && !ring.broken();
  }

  /** Whether the guest has broken the protocol; nothing moves any more. */
  synchronized boolean broken() {
    return ring.broken();
  }

  private boolean takeOutput() {
    boolean moved = false;
    int count;
    // Bounded, so that a guest that prints without end does not keep the thread for itself.
    for (int i = 0; i < 4 && (count = ring.take(output.room())) > 0; i++) {
      output.accept(ring.chunk(), count);
      moved = true;
    }
    return moved;
  }

  private boolean putInput() {
    boolean moved = false;
    int count;
    while ((count = input.peek(chunk)) > 0) {
      int put = ring.put(chunk, 0, count);
      input.remove(put);
      moved |= put > 0;
      if (put < count) {
        break;
      }
    }
    return moved;
  }

  /**
   * Queues bytes for the guest; waits while too many wait. What comes when it is closed is lost.
   *
   * @param queued runs whenever some were added, to have the ring served
   */
  void type(byte[] bytes, int offset, int length, Runnable queued) throws InterruptedException {
    int done = 0;
    while (done < length) {
      int added = input.addWaiting(bytes, offset + done, length - done);
      if (added < 0) {
        return;
      }
      done += added;
      queued.run();
    }
  }

  /** Takes what the guest printed last; nothing is touched afterwards. */
  synchronized void close() {
    if (!closed) {
      while (!ring.broken() && takeOutput()) {
        // until nothing is left, or the output has no room
      }
      closed = true;
      input.close();
    }
  }
}

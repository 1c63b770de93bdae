package dev.zendo.dom0.console;

import dev.zendo.hypercalls.io.ConsoleRing;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * The shared page of a console as its backend sees it (io/console.h). The guest may write anything
 * at any time: indices are read once, and those that cannot be right break the ring for good. Used
 * by one thread at a time.
 */
final class ConsoleRingView {
  /** Bytes from the guest that the ring holds. */
  static final int OUT_SIZE = 2048;

  private static final int IN_SIZE = 1024;

  private final PhysicalMemory memory;
  private final long page;
  private final byte[] chunk = new byte[OUT_SIZE];
  private boolean broken;

  /** A ring at a guest-physical address of the control domain. */
  ConsoleRingView(PhysicalMemory memory, long page) {
    this.memory = memory;
    this.page = page;
  }

  /** Whether the guest has broken the protocol; nothing moves any more. */
  boolean broken() {
    return broken;
  }

  /** What {@link #take} has taken. */
  byte[] chunk() {
    return chunk;
  }

  /** Takes output of the guest into {@link #chunk}; returns the number of bytes, at most room. */
  int take(int room) {
    int consumer = ConsoleRing.OUT_CONS.get(memory, page);
    int producer = memory.getIntAcquire(page + ConsoleRing.OUT_PROD.offset());
    int bytes = producer - consumer;
    if (!plausible(bytes, OUT_SIZE)) {
      return 0;
    }
    int count = Math.min(bytes, room);
    if (count <= 0) {
      return 0;
    }
    long ring = ConsoleRing.OUT.at(page);
    int start = consumer & (OUT_SIZE - 1);
    int first = Math.min(count, OUT_SIZE - start);
    memory.read(ring + start, chunk, 0, first);
    memory.read(ring, chunk, first, count - first);
    memory.putIntRelease(page + ConsoleRing.OUT_CONS.offset(), consumer + count);
    return count;
  }

  /** Puts input for the guest; returns how many of the bytes fitted. */
  int put(byte[] bytes, int offset, int length) {
    int producer = ConsoleRing.IN_PROD.get(memory, page);
    int consumer = memory.getIntAcquire(page + ConsoleRing.IN_CONS.offset());
    int used = producer - consumer;
    if (!plausible(used, IN_SIZE)) {
      return 0;
    }
    int count = Math.min(length, IN_SIZE - used);
    long ring = ConsoleRing.IN.at(page);
    int start = producer & (IN_SIZE - 1);
    int first = Math.min(count, IN_SIZE - start);
    memory.write(ring + start, bytes, offset, first);
    memory.write(ring, bytes, offset + first, count - first);
    memory.putIntRelease(page + ConsoleRing.IN_PROD.offset(), producer + count);
    return count;
  }

  private boolean plausible(int used, int size) {
    if (broken || used < 0 || used > size) {
      broken = true;
    }
    return !broken;
  }
}

package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.control.GrantCopier;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * Moves fragments of packets between a guest's granted pages and frames, many with one hypercall.
 * Each piece has a page of the copier's buffer. On the event thread.
 */
final class CopyBatch {
  private static final int PAGE = 4096;

  private final GrantCopier copier;
  private final PhysicalMemory memory;
  private final int domain;

  CopyBatch(GrantCopier copier, PhysicalMemory memory, int domain) {
    this.copier = copier;
    this.memory = memory;
    this.domain = domain;
  }

  /** Pieces of the batch. */
  int count() {
    return copier.count();
  }

  /** Whether so many more pieces fit. */
  boolean hasRoom(int pieces) {
    return copier.count() + pieces <= GrantCopier.CAPACITY;
  }

  /** Adds a piece that a guest sends; it is read by {@link #read} later. */
  int add(int reference, int offset, int bytes) {
    return copier.fromGuest(domain, reference, offset, page(copier.count()), bytes);
  }

  /** Adds a piece of a frame for the beginning of a guest's page. */
  int add(int reference, Frame frame, int at, int bytes) {
    long page = page(copier.count());
    memory.write(page, frame.data(), at, bytes);
    return copier.toGuest(domain, reference, 0, page, bytes);
  }

  /** Carries all pieces out. */
  void run() {
    copier.run();
  }

  /** Whether a piece was granted so. */
  boolean done(int piece) {
    return copier.status(piece) == GrantStatus.OKAY;
  }

  /** Puts a piece that was copied into a frame. */
  void read(int piece, Frame frame, int at, int bytes) {
    memory.read(page(piece), frame.data(), at, bytes);
  }

  /** Makes room for the next batch. */
  void reset() {
    copier.reset();
  }

  private long page(int piece) {
    return copier.buffer() + (long) piece * PAGE;
  }
}

package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.device.BackRing;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.hypercalls.io.NetifGsoType;
import dev.zendo.hypercalls.io.NetifRxFlags;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.function.LongSupplier;

/**
 * What a guest receives: frames wait here until the guest has posted pages for them, and are copied
 * there in batches. On the event thread.
 */
final class RxRing {
  private static final int PAGE = 4096;

  private final BackRing ring;
  private final CopyBatch copies;
  private final VifMetrics metrics;
  private final boolean scatter;
  private final RxSlots slots;
  private final Backlog backlog = new Backlog();
  private final LongSupplier nanos;

  /**
   * A ring into which nothing was written yet.
   *
   * @param scatter whether the frontend takes frames in more than one page
   * @param nanos the time
   */
  RxRing(
      PhysicalMemory memory,
      BackRing ring,
      CopyBatch copies,
      VifMetrics metrics,
      boolean scatter,
      LongSupplier nanos) {
    this.ring = ring;
    this.copies = copies;
    this.metrics = metrics;
    this.scatter = scatter;
    this.nanos = nanos;
    this.slots = new RxSlots(memory, ring, copies);
  }

  /** Takes a frame; dropped when too many wait, or when the frontend cannot take it at all. */
  void deliver(Frame frame) {
    expire();
    if (!scatter && frame.length() > PAGE || !backlog.offer(frame, nanos.getAsLong())) {
      metrics.rxDropped++;
      frame.release();
    }
  }

  /** Whether who sends a frame should wait, for at most {@link #patience}. */
  boolean holds(Frame frame, int pieces) {
    expire();
    return backlog.holds(pieces, (long) frame.length() + (long) pieces * Ip.MTU);
  }

  /** Whether those that wait may try again. */
  boolean roomy() {
    expire();
    return backlog.roomy();
  }

  /** Nanoseconds until the first frame will have waited too long; there is one. */
  long patience() {
    return backlog.deadline() - nanos.getAsLong();
  }

  private void expire() {
    long now = nanos.getAsLong();
    int dropped = backlog.expire(now);
    metrics.rxDropped += dropped;
    metrics.rxExpired += dropped;
    metrics.rxStalls += backlog.stalls(now) ? 1 : 0;
  }

  /**
   * Writes as many frames as the guest has room for.
   *
   * @throws DeviceException when the frontend breaks the protocol
   */
  void serve(Channel channel) throws DeviceException {
    expire();
    do {
      fill(channel);
    } while (backlog.peek() != null && ring.finalCheck());
  }

  private void fill(Channel channel) throws DeviceException {
    int free = slots.free();
    if (free > 0) {
      backlog.revives(nanos.getAsLong());
    }
    Frame frame = backlog.peek();
    while (frame != null && needed(frame) <= free) {
      if (!copies.hasRoom(needed(frame))) {
        copy(channel);
      }
      free -= needed(frame);
      add(frame);
      backlog.take(nanos.getAsLong()).release();
      frame = backlog.peek();
    }
    copy(channel);
  }

  private static int needed(Frame frame) {
    int pages = (frame.length() + PAGE - 1) / PAGE;
    return frame.segmentBytes() == 0 ? pages : pages + 1;
  }

  private void add(Frame frame) {
    boolean large = frame.segmentBytes() != 0;
    int flags = RxSlots.firstFlags(frame.partial(), frame.valid(), large);
    int length = frame.length();
    for (int at = 0; at < length; at += PAGE) {
      int bytes = Math.min(PAGE, length - at);
      int more = at + bytes < length ? NetifRxFlags.MORE_DATA : 0;
      int piece = copies.add(slots.reference(), frame, at, bytes);
      slots.data(piece, flags | more, bytes);
      if (at == 0 && large) {
        slots.large(type(frame), frame.segmentBytes());
      }
      flags = 0;
    }
    metrics.rxPackets++;
    metrics.rxBytes += length;
  }

  /** The switch passes on large packets that are TCP alone. */
  private static int type(Frame frame) {
    return frame.versionSix() ? NetifGsoType.TCPV6 : NetifGsoType.TCPV4;
  }

  private void copy(Channel channel) {
    copies.run();
    int failed = slots.answer();
    copies.reset();
    metrics.rxErrors += failed;
    metrics.badGrants += failed;
    if (ring.publish()) {
      channel.notifyPeer();
    }
  }

  /** Drops what waits. */
  void close() {
    backlog.clear();
  }
}

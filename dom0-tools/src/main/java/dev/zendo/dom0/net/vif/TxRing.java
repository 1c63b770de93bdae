package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.device.BackRing;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.hypercalls.io.NetifStatus;
import dev.zendo.hypercalls.io.NetifTxFlags;
import dev.zendo.hypercalls.io.NetifTxResponse;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What a guest sends: takes packets from the ring in batches, copies them with one hypercall, and
 * gives them to the switch. {@link TxParser} judges the requests. While the receiver of a frame has
 * no room, the ring is left alone, so the guest sends no more. On the event thread.
 */
final class TxRing {
  /** Packets of a batch. */
  private static final int BATCH = 64;

  /** Batches before others get their turn on the thread. */
  private static final int ROUNDS = 4;

  private final PhysicalMemory memory;
  private final BackRing ring;
  private final CopyBatch copies;
  private final TxParser parser;
  private final BridgePort port;
  private final FramePool pool;
  private final VifMetrics metrics;
  private final TxCredit credit;
  private final Runnable wake;

  /** Frames of the last batch for which a station had no room, and those behind them. */
  private final Queue<Frame> held = new ArrayDeque<>();

  /** Whether {@link #wake} will come. */
  private boolean waits;

  TxRing(
      PhysicalMemory memory,
      BackRing ring,
      CopyBatch copies,
      TxParser parser,
      BridgePort port,
      FramePool pool,
      VifBackend vif,
      Runnable wake) {
    this.memory = memory;
    this.ring = ring;
    this.copies = copies;
    this.parser = parser;
    this.port = port;
    this.pool = pool;
    this.metrics = vif.counters();
    this.credit = vif.credit();
    this.wake = wake;
  }

  /**
   * Serves what is in the ring.
   *
   * @return nanoseconds after which this must be called again: 0 for at once, after others had
   *     their turn; negative when the next event is soon enough
   * @throws DeviceException when the frontend breaks the protocol
   */
  long serve(Channel channel) throws DeviceException {
    if (!sendHeld()) {
      return -1;
    }
    for (int round = 0; round < ROUNDS; round++) {
      long wait = batch(channel);
      if (wait > 0) {
        return wait;
      }
      if (!held.isEmpty()) {
        return -1;
      }
      if (!parser.holds() && !ring.finalCheck()) {
        return -1;
      }
    }
    return 0;
  }

  /** Sends what was held; false when something still is. Then the ring is left alone. */
  private boolean sendHeld() {
    while (!held.isEmpty() && !holds(held.peek())) {
      port.send(held.remove());
    }
    port.flush();
    return held.isEmpty();
  }

  private boolean holds(Frame frame) {
    if (waits || port.holds(frame, this::again)) {
      waits = true;
      return true;
    }
    return false;
  }

  private void again() {
    waits = false;
    wake.run();
  }

  private long batch(Channel channel) throws DeviceException {
    long wait = parse();
    copies.run();
    for (int i = 0; i < parser.packets(); i++) {
      finish(parser.packet(i));
    }
    copies.reset();
    if (ring.publish()) {
      channel.notifyPeer();
    }
    port.flush();
    return wait;
  }

  /** Collects packets; nanoseconds to wait when the rate limit ended that. */
  private long parse() throws DeviceException {
    parser.begin();
    try {
      while (parser.packets() < BATCH && copies.hasRoom(TxParser.MAX_SLOTS) && parser.hasPacket()) {
        long wait = credit.take(parser.nextSize());
        if (wait > 0) {
          metrics.throttled++;
          return wait;
        }
        parser.take();
      }
      return 0;
    } catch (DeviceException e) {
      copies.reset();
      throw e;
    }
  }

  private void finish(TxPacket packet) {
    if (packet.status == NetifStatus.OKAY && !packet.control) {
      packet.status = send(packet);
    }
    if (packet.status != NetifStatus.OKAY) {
      metrics.txErrors++;
    }
    int slot = packet.firstSlot;
    respond(parser.id(slot++), packet.status);
    for (int i = 0; i < packet.extras; i++) {
      respond(parser.id(slot++), NetifStatus.NULL);
    }
    for (int i = 0; i < packet.fragments; i++) {
      respond(parser.id(slot++), packet.status);
    }
  }

  private int send(TxPacket packet) {
    for (int i = 0; i < packet.pieces; i++) {
      if (!copies.done(packet.firstPiece + i)) {
        metrics.badGrants++;
        return NetifStatus.ERROR;
      }
    }
    Frame frame = pool.take(packet.size);
    int at = 0;
    for (int i = 0; i < packet.pieces; i++) {
      int piece = packet.firstPiece + i;
      int bytes = parser.pieceBytes(piece);
      copies.read(piece, frame, at, bytes);
      at += bytes;
    }
    boolean blank = (packet.flags & NetifTxFlags.CSUM_BLANK) != 0;
    boolean valid = (packet.flags & NetifTxFlags.DATA_VALIDATED) != 0;
    frame.checksum(blank, valid || blank);
    frame.segmentBytes(packet.segmentBytes);
    metrics.txPackets++;
    metrics.txBytes += packet.size;
    if (!held.isEmpty()) {
      held.add(frame);
    } else if (holds(frame)) {
      metrics.held++;
      held.add(frame);
    } else {
      port.send(frame);
    }
    return NetifStatus.OKAY;
  }

  /** Drops what was held. */
  void close() {
    held.forEach(Frame::release);
    held.clear();
  }

  private void respond(int id, int status) {
    long at = ring.nextResponse();
    NetifTxResponse.ID.set(memory, at, id);
    NetifTxResponse.STATUS.set(memory, at, status);
  }
}

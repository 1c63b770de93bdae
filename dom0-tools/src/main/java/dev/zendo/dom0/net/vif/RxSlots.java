package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.device.BackRing;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.ByteArrayMemory;
import dev.zendo.hypercalls.io.NetifExtraInfo;
import dev.zendo.hypercalls.io.NetifExtraType;
import dev.zendo.hypercalls.io.NetifRxFlags;
import dev.zendo.hypercalls.io.NetifRxRequest;
import dev.zendo.hypercalls.io.NetifRxResponse;
import dev.zendo.hypercalls.io.NetifStatus;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * The slots of a receive ring: requests that were taken and wait for data, and behind them those
 * that a batch fills. Responses are written in the order of the requests. On the event thread.
 */
final class RxSlots {
  /** Instead of a piece: the slot holds extra information. */
  private static final int EXTRA = -1;

  private final PhysicalMemory memory;
  private final BackRing ring;
  private final CopyBatch copies;
  private final byte[] bytes = new byte[NetifRxRequest.LAYOUT.size()];
  private final ByteArrayMemory request = new ByteArrayMemory(bytes);
  private final int mask;

  /** By the number of the request, modulo the size of the ring. */
  private final int[] ids;

  private final int[] references;
  private final int[] pieces;
  private final int[] flags;
  private final int[] sizes;

  private int taken;
  private int filled;
  private int answered;

  RxSlots(PhysicalMemory memory, BackRing ring, CopyBatch copies) {
    this.memory = memory;
    this.ring = ring;
    this.copies = copies;
    int size = ring.size();
    mask = size - 1;
    ids = new int[size];
    references = new int[size];
    pieces = new int[size];
    flags = new int[size];
    sizes = new int[size];
  }

  /** Takes what the guest has posted; returns how many slots are free then. */
  int free() throws DeviceException {
    while (ring.hasRequests()) {
      ring.takeRequest(bytes);
      ids[taken & mask] = NetifRxRequest.ID.get(request, 0);
      references[taken & mask] = NetifRxRequest.GREF.get(request, 0);
      taken++;
    }
    return taken - filled;
  }

  /** The page of the next slot. */
  int reference() {
    return references[filled & mask];
  }

  /** Fills the next slot with a piece of a batch. */
  void data(int piece, int slotFlags, int size) {
    fill(piece, slotFlags, size);
  }

  /** Fills the next slot with what is to be known of a large packet. */
  void large(int gsoType, int segmentBytes) {
    fill(EXTRA, gsoType, segmentBytes);
  }

  private void fill(int piece, int slotFlags, int size) {
    pieces[filled & mask] = piece;
    flags[filled & mask] = slotFlags;
    sizes[filled & mask] = size;
    filled++;
  }

  /**
   * Writes the responses of a batch that was copied.
   *
   * @return slots into whose page nothing could be written
   */
  int answer() {
    int failed = 0;
    while (answered != filled) {
      int slot = answered++ & mask;
      long at = ring.nextResponse();
      if (pieces[slot] == EXTRA) {
        NetifExtraInfo.TYPE.set(memory, at, NetifExtraType.GSO);
        NetifExtraInfo.FLAGS.set(memory, at, 0);
        NetifExtraInfo.GSO_SIZE.set(memory, at, sizes[slot]);
        NetifExtraInfo.GSO_TYPE.set(memory, at, flags[slot]);
        NetifExtraInfo.GSO_PAD.set(memory, at, 0);
        NetifExtraInfo.GSO_FEATURES.set(memory, at, 0);
      } else {
        boolean done = copies.done(pieces[slot]);
        failed += done ? 0 : 1;
        NetifRxResponse.ID.set(memory, at, ids[slot]);
        NetifRxResponse.OFFSET.set(memory, at, 0);
        NetifRxResponse.FLAGS.set(memory, at, flags[slot]);
        NetifRxResponse.STATUS.set(memory, at, done ? sizes[slot] : NetifStatus.ERROR);
      }
    }
    return failed;
  }

  /** Flags of the first slot of a frame. */
  static int firstFlags(boolean partial, boolean valid, boolean large) {
    int bits = large ? NetifRxFlags.EXTRA_INFO : 0;
    if (partial) {
      return bits | NetifRxFlags.CSUM_BLANK | NetifRxFlags.DATA_VALIDATED;
    }
    return valid ? bits | NetifRxFlags.DATA_VALIDATED : bits;
  }
}

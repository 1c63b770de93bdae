package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.control.GrantCopier;
import dev.zendo.dom0.device.BackRing;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.net.wire.Wire;
import dev.zendo.hypercalls.ByteArrayMemory;
import dev.zendo.hypercalls.io.NetifExtraFlags;
import dev.zendo.hypercalls.io.NetifExtraInfo;
import dev.zendo.hypercalls.io.NetifExtraType;
import dev.zendo.hypercalls.io.NetifGsoType;
import dev.zendo.hypercalls.io.NetifLimits;
import dev.zendo.hypercalls.io.NetifStatus;
import dev.zendo.hypercalls.io.NetifTxFlags;
import dev.zendo.hypercalls.io.NetifTxRequest;

/**
 * Puts the requests of a transmit ring together to packets. Each request is copied out of the ring
 * once and judged on that copy. What it refuses, and whether that costs the packet or the device,
 * is as in Linux's netback, on which frontends rely. On the event thread.
 */
final class TxParser {
  /** Packets with more data slots are dropped. */
  private static final int DROP_SLOTS = NetifLimits.NR_SLOTS_MIN + 1;

  /** A frontend that sends packets with more data slots is up to something. */
  static final int MAX_SLOTS = 21;

  private static final int PAGE = 4096;

  private final BackRing ring;
  private final CopyBatch copies;
  private final MulticastGroups groups;
  private final byte[] bytes = new byte[NetifTxRequest.LAYOUT.size()];
  private final ByteArrayMemory request = new ByteArrayMemory(bytes);
  private final TxPacket[] packets;
  private final int[] ids;
  private final int[] pieceBytes = new int[GrantCopier.CAPACITY];
  private final int[] references = new int[MAX_SLOTS];
  private final int[] offsets = new int[MAX_SLOTS];
  private final int[] sizes = new int[MAX_SLOTS];
  private int count;
  private int slots;
  private boolean held;

  private int reference;
  private int offset;
  private int flags;
  private int id;
  private int size;

  TxParser(BackRing ring, CopyBatch copies, MulticastGroups groups) {
    this.ring = ring;
    this.copies = copies;
    this.groups = groups;
    this.packets = new TxPacket[ring.size()];
    this.ids = new int[ring.size()];
    for (int i = 0; i < packets.length; i++) {
      packets[i] = new TxPacket();
    }
  }

  /** Begins a batch. */
  void begin() {
    count = 0;
    slots = 0;
  }

  /** Whether a request was taken that no packet of a batch contains yet. */
  boolean holds() {
    return held;
  }

  /** Whether there is another packet; its first request is taken then. */
  boolean hasPacket() throws DeviceException {
    if (!held && ring.hasRequests()) {
      fetch();
      held = true;
    }
    return held;
  }

  /** Bytes of the packet that {@link #hasPacket} found, as its first request says. */
  int nextSize() {
    return size;
  }

  /** Packets of the batch. */
  int packets() {
    return count;
  }

  TxPacket packet(int index) {
    return packets[index];
  }

  /** The id in a slot of the batch. */
  int id(int slot) {
    return ids[slot];
  }

  /** The length of a piece that is copied. */
  int pieceBytes(int piece) {
    return pieceBytes[piece];
  }

  private void fetch() {
    ring.takeRequest(bytes);
    reference = NetifTxRequest.GREF.get(request, 0);
    offset = NetifTxRequest.OFFSET.get(request, 0);
    flags = NetifTxRequest.FLAGS.get(request, 0);
    id = NetifTxRequest.ID.get(request, 0);
    size = NetifTxRequest.SIZE.get(request, 0);
  }

  /**
   * Adds the packet to the batch, with the pieces that must be copied.
   *
   * @throws DeviceException when the frontend breaks the protocol in a way that is no accident
   */
  void take() throws DeviceException {
    held = false;
    TxPacket packet = packets[count++];
    packet.status = NetifStatus.OKAY;
    packet.firstSlot = slots;
    packet.extras = 0;
    packet.fragments = 0;
    packet.size = size;
    packet.flags = flags;
    packet.segmentBytes = 0;
    packet.pieces = 0;
    packet.control = false;
    ids[slots++] = id;
    int firstReference = reference;
    int firstOffset = offset;
    if ((packet.flags & NetifTxFlags.EXTRA_INFO) != 0) {
      takeExtras(packet);
    }
    if (!packet.control) {
      takeData(packet, firstReference, firstOffset);
    }
  }

  private void takeExtras(TxPacket packet) throws DeviceException {
    int more;
    do {
      if (!ring.hasRequests()) {
        throw new DeviceException("a packet lacks its extra information");
      }
      // The same number of bytes: a slot is a request or extra information.
      ring.takeRequest(bytes);
      ids[slots++] = 0;
      packet.extras++;
      more = NetifExtraInfo.FLAGS.get(request, 0) & NetifExtraFlags.MORE;
      int type = NetifExtraInfo.TYPE.get(request, 0);
      switch (type) {
        case NetifExtraType.GSO -> packet.segmentBytes = segmentBytes();
        case NetifExtraType.MCAST_ADD, NetifExtraType.MCAST_DEL -> {
          packet.status = group(type == NetifExtraType.MCAST_ADD);
          packet.control = true;
        }
        case NetifExtraType.HASH, NetifExtraType.XDP -> {
          // Advice for which there is no use here.
        }
        default -> throw new DeviceException("extra information of type " + type);
      }
    } while (more != 0);
  }

  private int segmentBytes() throws DeviceException {
    int bytesEach = NetifExtraInfo.GSO_SIZE.get(request, 0);
    int type = NetifExtraInfo.GSO_TYPE.get(request, 0);
    if (type != NetifGsoType.TCPV4 && type != NetifGsoType.TCPV6) {
      throw new DeviceException("a large packet of type " + type);
    }
    if (bytesEach == 0) {
      throw new DeviceException("a large packet of segments without content");
    }
    return bytesEach;
  }

  private int group(boolean add) {
    long address = Wire.u48(bytes, NetifExtraInfo.MCAST_ADDR.offset());
    if (!MacAddress.isGroup(address)) {
      return NetifStatus.ERROR;
    }
    if (!add) {
      groups.remove(address);
      return NetifStatus.OKAY;
    }
    return groups.add(address) ? NetifStatus.OKAY : NetifStatus.ERROR;
  }

  /** The first slot has what the others leave of the packet. */
  private void takeData(TxPacket packet, int firstReference, int firstOffset)
      throws DeviceException {
    int remaining = takeFragments(packet);
    if (packet.size < Ip.ETHERNET) {
      packet.status = NetifStatus.ERROR;
    }
    if (packet.status != NetifStatus.OKAY) {
      return;
    }
    if (firstOffset + remaining > PAGE) {
      throw new DeviceException("a packet crosses the end of its page");
    }
    packet.firstPiece = copies.count();
    addPiece(packet, firstReference, firstOffset, remaining);
    for (int i = 0; i < packet.fragments; i++) {
      addPiece(packet, references[i], offsets[i], sizes[i]);
    }
  }

  /** Takes the slots behind the first and returns how much of the packet they leave to that. */
  private int takeFragments(TxPacket packet) throws DeviceException {
    int remaining = packet.size;
    int more = packet.flags & NetifTxFlags.MORE_DATA;
    while (more != 0) {
      if (!ring.hasRequests()) {
        throw new DeviceException("a packet lacks its last slots");
      }
      if (packet.fragments == MAX_SLOTS - 1) {
        throw new DeviceException("a packet of more than " + MAX_SLOTS + " slots");
      }
      fetch();
      if (offset + size > PAGE) {
        throw new DeviceException("a fragment crosses the end of its page");
      }
      references[packet.fragments] = reference;
      offsets[packet.fragments] = offset;
      sizes[packet.fragments] = size;
      ids[slots++] = id;
      packet.fragments++;
      if (packet.fragments >= DROP_SLOTS || size > remaining) {
        packet.status = NetifStatus.ERROR;
      }
      remaining -= size;
      more = flags & NetifTxFlags.MORE_DATA;
    }
    return remaining;
  }

  private void addPiece(TxPacket packet, int from, int at, int length) {
    if (length > 0) {
      pieceBytes[copies.add(from, at, length)] = length;
      packet.pieces++;
    }
  }
}

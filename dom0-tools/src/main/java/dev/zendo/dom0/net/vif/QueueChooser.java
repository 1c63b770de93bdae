package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import dev.zendo.hypercalls.io.NetifHashAlgorithm;

/**
 * Chooses the queue in which a guest gets a frame, so that those of one flow stay in order: as the
 * guest says through its control ring, otherwise by addresses and ports. One thread.
 */
final class QueueChooser {
  /** Entries of the guest's table, as in Linux's netback. */
  static final int MAX_MAPPING = 128;

  private final PacketView packet = new PacketView();
  private final ToeplitzHash hash = new ToeplitzHash();
  private final int queues;
  private int algorithm;
  private int types;
  private int[] mapping = {};

  QueueChooser(int queues) {
    this.queues = queues;
  }

  int queues() {
    return queues;
  }

  int algorithm() {
    return algorithm;
  }

  void algorithm(int which) {
    algorithm = which;
  }

  void types(int bits) {
    types = bits;
  }

  void key(byte[] bytes, int length) {
    hash.key(bytes, length);
  }

  /** Begins a table of zeros. */
  void mappingSize(int size) {
    mapping = new int[size];
  }

  int mappingSize() {
    return mapping.length;
  }

  /** Sets an entry, both of which are in range. */
  void map(int entry, int queue) {
    mapping[entry] = queue;
  }

  int choose(Frame frame) {
    if (queues == 1 || !packet.parse(frame.data(), frame.length())) {
      return 0;
    }
    if (algorithm == NetifHashAlgorithm.TOEPLITZ) {
      int value = hash.of(frame.data(), packet, types);
      return mapping.length == 0
          ? Integer.remainderUnsigned(value, queues)
          : mapping[Integer.remainderUnsigned(value, mapping.length)];
    }
    return Integer.remainderUnsigned(flow(frame.data()), queues);
  }

  private int flow(byte[] data) {
    boolean v4 = packet.version() == 4;
    int at = packet.network() + (v4 ? Ip.V4_SOURCE : Ip.V6_SOURCE);
    int value = packet.protocol();
    for (int i = 0; i < (v4 ? 8 : 32); i += 4) {
      value = value * 0x9e3779b1 + Wire.i32(data, at + i);
    }
    if (packet.transport() >= 0 && !packet.fragment()) {
      value = value * 0x9e3779b1 + Wire.i32(data, packet.transport());
    }
    return value * 0x9e3779b1 >>> 16;
  }
}

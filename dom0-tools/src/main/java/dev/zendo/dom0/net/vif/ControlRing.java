package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.device.BackRing;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.hypercalls.ByteArrayMemory;
import dev.zendo.hypercalls.io.NetifCtrlRequest;
import dev.zendo.hypercalls.io.NetifCtrlResponse;
import dev.zendo.hypercalls.io.NetifCtrlStatus;
import dev.zendo.hypercalls.io.NetifCtrlType;
import dev.zendo.hypercalls.io.NetifHashAlgorithm;
import dev.zendo.hypercalls.io.NetifHashType;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * The ring through which a guest says how its packets are spread over queues. Answers are those of
 * Linux's netback. On the event thread.
 */
final class ControlRing {
  private static final int ALL_TYPES =
      NetifHashType.IPV4 | NetifHashType.IPV4_TCP | NetifHashType.IPV6 | NetifHashType.IPV6_TCP;

  /** Requests before others get their turn. */
  private static final int BATCH = 64;

  private final PhysicalMemory memory;
  private final BackRing ring;
  private final CopyBatch copies;
  private final QueueChooser chooser;
  private final FramePool pool;
  private final byte[] bytes = new byte[NetifCtrlRequest.LAYOUT.size()];
  private final ByteArrayMemory request = new ByteArrayMemory(bytes);

  ControlRing(
      PhysicalMemory memory,
      BackRing ring,
      CopyBatch copies,
      QueueChooser chooser,
      FramePool pool) {
    this.memory = memory;
    this.ring = ring;
    this.copies = copies;
    this.chooser = chooser;
    this.pool = pool;
  }

  /**
   * Answers requests.
   *
   * @return whether there are more, for which this must be called again
   */
  boolean serve(Channel channel) throws DeviceException {
    for (int i = 0; i < BATCH && ring.hasRequests(); i++) {
      ring.takeRequest(bytes);
      answer();
    }
    if (ring.publish()) {
      channel.notifyPeer();
    }
    return ring.finalCheck();
  }

  private int data(int index) {
    return NetifCtrlRequest.DATA.get(request, 0, index);
  }

  private void answer() {
    int type = NetifCtrlRequest.TYPE.get(request, 0);
    int value = 0;
    int status;
    switch (type) {
      case NetifCtrlType.GET_HASH_FLAGS -> {
        boolean none = chooser.algorithm() == NetifHashAlgorithm.NONE;
        status = none ? NetifCtrlStatus.NOT_SUPPORTED : NetifCtrlStatus.SUCCESS;
        value = none ? 0 : ALL_TYPES;
      }
      case NetifCtrlType.GET_HASH_MAPPING_SIZE -> {
        status = NetifCtrlStatus.SUCCESS;
        value = QueueChooser.MAX_MAPPING;
      }
      case NetifCtrlType.SET_HASH_ALGORITHM -> status = setAlgorithm(data(0));
      case NetifCtrlType.SET_HASH_FLAGS -> status = setTypes(data(0));
      case NetifCtrlType.SET_HASH_KEY -> status = setKey(data(0), data(1));
      case NetifCtrlType.SET_HASH_MAPPING_SIZE -> status = setMappingSize(data(0));
      case NetifCtrlType.SET_HASH_MAPPING -> status = setMapping(data(0), data(1), data(2));
      default -> status = NetifCtrlStatus.NOT_SUPPORTED;
    }
    long at = ring.nextResponse();
    NetifCtrlResponse.ID.set(memory, at, NetifCtrlRequest.ID.get(request, 0));
    NetifCtrlResponse.TYPE.set(memory, at, type);
    NetifCtrlResponse.STATUS.set(memory, at, status);
    NetifCtrlResponse.DATA.set(memory, at, value);
  }

  private int setAlgorithm(int algorithm) {
    if (algorithm != NetifHashAlgorithm.NONE && algorithm != NetifHashAlgorithm.TOEPLITZ) {
      return NetifCtrlStatus.INVALID_PARAMETER;
    }
    chooser.algorithm(algorithm);
    return NetifCtrlStatus.SUCCESS;
  }

  private int setTypes(int types) {
    boolean none = chooser.algorithm() == NetifHashAlgorithm.NONE;
    if (none || (types & ~ALL_TYPES) != 0) {
      return NetifCtrlStatus.INVALID_PARAMETER;
    }
    chooser.types(types);
    return NetifCtrlStatus.SUCCESS;
  }

  private int setKey(int reference, int length) {
    if (Integer.compareUnsigned(length, ToeplitzHash.KEY_BYTES) > 0) {
      return NetifCtrlStatus.BUFFER_OVERFLOW;
    }
    Frame copy = pool.take(length);
    boolean done = copy(reference, length, copy);
    if (done) {
      chooser.key(copy.data(), length);
    }
    copy.release();
    return done ? NetifCtrlStatus.SUCCESS : NetifCtrlStatus.INVALID_PARAMETER;
  }

  private int setMappingSize(int size) {
    if (Integer.compareUnsigned(size, QueueChooser.MAX_MAPPING) > 0) {
      return NetifCtrlStatus.INVALID_PARAMETER;
    }
    chooser.mappingSize(size);
    return NetifCtrlStatus.SUCCESS;
  }

  private int setMapping(int reference, int count, int first) {
    long end = Integer.toUnsignedLong(first) + Integer.toUnsignedLong(count);
    if (end > chooser.mappingSize()) {
      return NetifCtrlStatus.INVALID_PARAMETER;
    }
    Frame copy = pool.take(count * Integer.BYTES);
    boolean done = copy(reference, count * Integer.BYTES, copy) && map(copy, first, count);
    copy.release();
    return done ? NetifCtrlStatus.SUCCESS : NetifCtrlStatus.INVALID_PARAMETER;
  }

  private boolean map(Frame copy, int first, int count) {
    ByteArrayMemory entries = new ByteArrayMemory(copy.data());
    for (int i = 0; i < count; i++) {
      int queue = entries.getInt((long) i * Integer.BYTES);
      if (Integer.compareUnsigned(queue, chooser.queues()) >= 0) {
        return false;
      }
    }
    for (int i = 0; i < count; i++) {
      chooser.map(first + i, entries.getInt((long) i * Integer.BYTES));
    }
    return true;
  }

  private boolean copy(int reference, int length, Frame to) {
    if (length == 0) {
      return true;
    }
    int piece = copies.add(reference, 0, length);
    copies.run();
    boolean done = copies.done(piece);
    if (done) {
      copies.read(piece, to, 0, length);
    }
    copies.reset();
    return done;
  }
}

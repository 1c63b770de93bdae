package dev.zendo.dom0.ninep;

import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.NinePValues;
import dev.zendo.hypercalls.io.NinePfsInterface;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * The two rings of bytes of a 9pfs connection (io/9pfs.h), seen from the back end. The guest may
 * write anything into them at any time: its indices are read once and checked, ours are not read
 * back, and messages are copied out before anybody looks at them. One thread.
 */
final class NinePRing {
  private final PhysicalMemory memory;
  private final long indices;
  private final long in;
  private final long out;
  private final int size;
  private int produced;
  private int consumed;

  /**
   * Rings at their beginning.
   *
   * @param indices where the page with the indices is mapped
   * @param data where the data is mapped: the ring towards the guest, then the one from it
   * @param size of each of the two, in bytes; a power of two
   */
  NinePRing(PhysicalMemory memory, long indices, long data, int size) {
    this.memory = memory;
    this.indices = indices;
    this.in = data;
    this.out = data + size;
    this.size = size;
    this.produced = NinePfsInterface.IN_PROD.get(memory, indices);
    this.consumed = NinePfsInterface.OUT_CONS.get(memory, indices);
  }

  /** The largest message that fits. */
  int size() {
    return size;
  }

  private int filled(int count) throws DeviceException {
    if (Integer.compareUnsigned(count, size) > 0) {
      throw new DeviceException(
          "a ring of " + size + " bytes is said to hold " + Integer.toUnsignedString(count));
    }
    return count;
  }

  /**
   * Takes a request, if all of it has come.
   *
   * @return its length, 0 if there is none yet
   * @throws DeviceException when the indices or the length cannot be right
   */
  int take(byte[] request) throws DeviceException {
    int produce = memory.getIntAcquire(indices + NinePfsInterface.OUT_PROD.offset());
    int waiting = filled(produce - consumed);
    if (waiting < NinePValues.HEADER_SIZE) {
      return 0;
    }
    copyOut(request, 0, NinePValues.HEADER_SIZE);
    int length = length(request);
    if (length < NinePValues.HEADER_SIZE || length > Math.min(size, request.length)) {
      throw new DeviceException(
          "a request says that it has " + Integer.toUnsignedString(length) + " bytes");
    }
    if (length > waiting) {
      return 0;
    }
    copyOut(request, NinePValues.HEADER_SIZE, length);
    consumed += length;
    memory.putIntRelease(indices + NinePfsInterface.OUT_CONS.offset(), consumed);
    return length;
  }

  private static int length(byte[] message) {
    return (message[0] & 0xff)
        | (message[1] & 0xff) << 8
        | (message[2] & 0xff) << 16
        | (message[3] & 0xff) << 24;
  }

  /** Copies bytes of the next message; what was looked at already is not read a second time. */
  private void copyOut(byte[] to, int from, int end) {
    int start = consumed + from & size - 1;
    int first = Math.min(end - from, size - start);
    memory.read(out + start, to, from, first);
    memory.read(out, to, from + first, end - from - first);
  }

  /**
   * Puts an answer, if there is room for all of it.
   *
   * @throws DeviceException when the indices cannot be right
   */
  boolean put(byte[] answer, int length) throws DeviceException {
    int consume = memory.getIntAcquire(indices + NinePfsInterface.IN_CONS.offset());
    if (size - filled(produced - consume) < length) {
      return false;
    }
    int start = produced & size - 1;
    int first = Math.min(length, size - start);
    memory.write(in + start, answer, 0, first);
    memory.write(in, answer, first, length - first);
    produced += length;
    memory.putIntRelease(indices + NinePfsInterface.IN_PROD.offset(), produced);
    return true;
  }
}

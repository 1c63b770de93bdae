package dev.zendo.dom0.ninep;

import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.NinePfsInterface;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * One of the rings of a connection: one request after the other goes to the connection's worker and
 * comes back as an answer. So a guest has as much of this process as two messages for each of its
 * rings, whatever it sends. On the event thread.
 */
final class RingService implements AutoCloseable {
  private final BackendDevice device;
  private final Connection connection;
  private final Mapping indices;
  private Mapping data;
  private NinePRing ring;
  private Channel channel;
  private byte[] request;
  private byte[] answer;
  private boolean busy;
  private int answerLength;

  /** Maps the rings with the given number, as the frontend described them. */
  RingService(BackendDevice device, Connection connection, int number) throws DeviceException {
    this.device = device;
    this.connection = connection;
    this.indices = device.map(true, device.frontInt("ring-ref" + number));
    try {
      map();
    } catch (DeviceException e) {
      close();
      throw e;
    }
  }

  private void map() throws DeviceException {
    PhysicalMemory memory = device.memory();
    int order = NinePfsInterface.RING_ORDER.get(memory, indices.address());
    if (order < 1 || order > NinePBackend.MAX_ORDER) {
      throw new DeviceException(
          "a ring has order "
              + Integer.toUnsignedString(order)
              + ", not 1 to "
              + NinePBackend.MAX_ORDER);
    }
    int[] references = new int[1 << order];
    for (int i = 0; i < references.length; i++) {
      long at = indices.address() + NinePfsInterface.LAYOUT.size() + (long) Integer.BYTES * i;
      references[i] = memory.getInt(at);
    }
    data = device.map(true, references);
    int size = references.length << 11; // half of the pages for each direction
    ring = new NinePRing(memory, indices.address(), data.address(), size);
  }

  /** Size of the largest message, in bytes. */
  int size() {
    return ring.size();
  }

  /** Starts to serve, with messages up to a size. */
  void start(int number, int largest) throws DeviceException {
    request = new byte[largest];
    answer = new byte[largest];
    channel = device.bind(device.frontInt("event-channel-" + number), this::serve);
  }

  /** Something may have changed: there is a request or room for an answer. */
  private void serve() throws DeviceException {
    if (channel == null || busy || !delivered()) {
      return;
    }
    int length = ring.take(request);
    if (length > 0) {
      busy = true;
      connection.answer(request, length, answer, this::answered);
    }
  }

  /** Whether no answer waits for room in the ring. */
  private boolean delivered() throws DeviceException {
    if (answerLength > 0 && ring.put(answer, answerLength)) {
      answerLength = 0;
      channel.notifyPeer();
    }
    return answerLength == 0;
  }

  private void answered(int length) throws DeviceException {
    busy = false;
    answerLength = length;
    serve();
  }

  @Override
  public void close() {
    if (channel != null) {
      channel.close();
      channel = null;
    }
    if (data != null) {
      data.close();
      data = null;
    }
    indices.close();
  }
}

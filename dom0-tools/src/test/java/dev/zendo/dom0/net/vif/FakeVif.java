package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.hypercalls.io.NetifExtraInfo;
import dev.zendo.hypercalls.io.NetifRxFlags;
import dev.zendo.hypercalls.io.NetifRxRequest;
import dev.zendo.hypercalls.io.NetifRxResponse;
import dev.zendo.hypercalls.io.NetifTxRequest;
import dev.zendo.hypercalls.io.NetifTxResponse;
import dev.zendo.hypercalls.io.SharedRing;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A network frontend played by a test: one queue, pages to send from and to receive into. */
final class FakeVif implements AutoCloseable {
  static final int PAGE = 4096;
  private static final int RING = 256;

  final FakeFrontend frontend;
  final DeviceSpec device;
  final PhysicalMemory memory;
  final List<FakeFrontend.Page> txPages;
  final List<Integer> txGrants = new ArrayList<>();
  private final List<FakeFrontend.Page> rxPages;
  private final List<Integer> rxGrants = new ArrayList<>();
  final FakeFrontend.Page txRing;
  final FakeFrontend.Page rxRing;
  private final int txRef;
  private final int rxRef;
  private int port;
  int txProduced;
  private int txConsumed;
  private int rxProduced;
  private int rxConsumed;

  /** What a slot of the transmit ring was answered. */
  record Answer(int id, int status) {}

  /** A frame that was received, with the flags of its first slot. */
  record Received(byte[] data, int flags, int segmentBytes) {}

  FakeVif(Machine machine, String spec) {
    VifSpec vif = VifSpec.parse(spec);
    UUID uuid = UUID.randomUUID();
    device = new DeviceSpec(VifSpec.TYPE, 0, vif.front(uuid, 0), vif.back(uuid, 0));
    frontend = new FakeFrontend(machine, List.of(device));
    memory = frontend.memory();
    List<FakeFrontend.Page> rings = frontend.pages(2);
    txRing = rings.get(0);
    rxRing = rings.get(1);
    txRef = frontend.grant(txRing, true);
    rxRef = frontend.grant(rxRing, true);
    txPages = frontend.pages(32);
    txPages.forEach(page -> txGrants.add(frontend.grant(page, false)));
    rxPages = frontend.pages(64);
    rxPages.forEach(page -> rxGrants.add(frontend.grant(page, true)));
  }

  /** The features of Linux's frontend. */
  FakeVif connect() throws InterruptedException {
    return connect(
        Map.of(
            "feature-sg", 1,
            "feature-gso-tcpv4", 1,
            "feature-gso-tcpv6", 1,
            "feature-ipv6-csum-offload", 1));
  }

  FakeVif connect(Map<String, Object> features) throws InterruptedException {
    frontend.awaitState(device, XenbusState.INIT_WAIT);
    offer(features);
    frontend.awaitState(device, XenbusState.CONNECTED);
    return this;
  }

  void offer(Map<String, Object> features) {
    frontend.initRing(txRing.address());
    frontend.initRing(rxRing.address());
    txProduced = 0;
    txConsumed = 0;
    rxProduced = 0;
    rxConsumed = 0;
    // Closed by the other end, it may be bound again.
    port = port == 0 ? frontend.port() : port;
    Map<String, Object> keys = new HashMap<>(features);
    keys.putIfAbsent("tx-ring-ref", txRef);
    keys.putIfAbsent("rx-ring-ref", rxRef);
    keys.putIfAbsent("event-channel", port);
    keys.putIfAbsent("multi-queue-num-queues", 1);
    keys.putIfAbsent("request-rx-copy", 1);
    keys.putIfAbsent("feature-rx-notify", 1);
    keys.forEach((key, value) -> frontend.write(device, key, value));
    frontend.state(device, XenbusState.CONNECTED);
  }

  /** Writes bytes into a page to send from. */
  void fill(int page, int offset, byte[] data) {
    memory.write(txPages.get(page).address() + offset, data, 0, data.length);
  }

  private long txSlot() {
    return txRing.address()
        + SharedRing.LAYOUT.size()
        + (long) (txProduced++ & RING - 1) * NetifTxRequest.LAYOUT.size();
  }

  void request(int reference, int offset, int flags, int id, int size) {
    long at = txSlot();
    NetifTxRequest.GREF.set(memory, at, reference);
    NetifTxRequest.OFFSET.set(memory, at, offset);
    NetifTxRequest.FLAGS.set(memory, at, flags);
    NetifTxRequest.ID.set(memory, at, id);
    NetifTxRequest.SIZE.set(memory, at, size);
  }

  /** A slot with extra information. */
  void extra(int type, int flags, int gsoSize, int gsoType) {
    long at = txSlot();
    memory.clear(at, NetifTxRequest.LAYOUT.size());
    NetifExtraInfo.TYPE.set(memory, at, type);
    NetifExtraInfo.FLAGS.set(memory, at, flags);
    NetifExtraInfo.GSO_SIZE.set(memory, at, gsoSize);
    NetifExtraInfo.GSO_TYPE.set(memory, at, gsoType);
  }

  /** Says that requests are there, and waits until they were looked at. */
  void push() {
    memory.putIntRelease(txRing.address() + SharedRing.REQ_PROD.offset(), txProduced);
    frontend.send(port);
    frontend.settle();
  }

  /** New responses of the transmit ring. */
  List<Answer> answers() {
    List<Answer> answers = new ArrayList<>();
    int produced = memory.getIntAcquire(txRing.address() + SharedRing.RSP_PROD.offset());
    while (txConsumed != produced) {
      long at =
          txRing.address()
              + SharedRing.LAYOUT.size()
              + (long) (txConsumed++ & RING - 1) * NetifTxRequest.LAYOUT.size();
      answers.add(
          new Answer(NetifTxResponse.ID.get(memory, at), NetifTxResponse.STATUS.get(memory, at)));
    }
    return answers;
  }

  /** Posts pages to receive into. */
  void post(int count) {
    for (int i = 0; i < count; i++) {
      post(rxProduced % 64, rxGrants.get(rxProduced % 64));
    }
    memory.putIntRelease(rxRing.address() + SharedRing.REQ_PROD.offset(), rxProduced);
    frontend.send(port);
    frontend.settle();
  }

  /** Puts one request into the receive ring, without saying so. */
  void post(int id, int reference) {
    long at = rxSlot(rxProduced++);
    NetifRxRequest.ID.set(memory, at, id);
    NetifRxRequest.GREF.set(memory, at, reference);
  }

  private long rxSlot(int index) {
    return rxRing.address()
        + SharedRing.LAYOUT.size()
        + (long) (index & RING - 1) * NetifRxResponse.LAYOUT.size();
  }

  /** Frames received since the last time; fails on a response that does not fit. */
  List<Received> received() {
    List<Received> frames = new ArrayList<>();
    int produced = memory.getIntAcquire(rxRing.address() + SharedRing.RSP_PROD.offset());
    while (rxConsumed != produced) {
      frames.add(frame());
    }
    return frames;
  }

  private Received frame() {
    byte[] data = new byte[0];
    int first = -1;
    int segmentBytes = 0;
    int flags;
    do {
      int slot = rxConsumed++;
      long at = rxSlot(slot);
      flags = NetifRxResponse.FLAGS.get(memory, at);
      int id = NetifRxResponse.ID.get(memory, at);
      int bytes = NetifRxResponse.STATUS.get(memory, at);
      if (id != slot % 64 || bytes < 0) {
        throw new AssertionError("slot " + slot + " has id " + id + ", status " + bytes);
      }
      byte[] longer = Arrays.copyOf(data, data.length + bytes);
      memory.read(rxPages.get(id).address(), longer, data.length, bytes);
      data = longer;
      if (first < 0) {
        first = flags;
        if ((flags & NetifRxFlags.EXTRA_INFO) != 0) {
          segmentBytes = NetifExtraInfo.GSO_SIZE.get(memory, rxSlot(rxConsumed++));
        }
      }
    } while ((flags & NetifRxFlags.MORE_DATA) != 0);
    return new Received(data, first, segmentBytes);
  }

  int txRef() {
    return txRef;
  }

  @Override
  public void close() {
    frontend.close();
  }
}

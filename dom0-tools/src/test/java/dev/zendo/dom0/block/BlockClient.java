package dev.zendo.dom0.block;

import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.dom0.device.FakeFrontend.Page;
import dev.zendo.hypercalls.io.BlkifDiscard;
import dev.zendo.hypercalls.io.BlkifIndirect;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifRequest;
import dev.zendo.hypercalls.io.BlkifResponse;
import dev.zendo.hypercalls.io.BlkifSegment;
import dev.zendo.hypercalls.io.SharedRing;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A disk's frontend with one ring, whose requests a test makes one by one or many at a time. */
final class BlockClient {
  static final int DATA_PAGES = 64;

  private final FakeFrontend frontend;
  private final DeviceSpec device;
  private final PhysicalMemory memory;
  private final List<Page> ring;
  private final List<Page> data;
  private final int[] ringReferences;
  private final int[] references;
  private final Page segments;
  private final int segmentsReference;
  private boolean persistent;
  private int port;
  private int produced;
  private int consumed;
  private long nextId = 1000;

  BlockClient(FakeFrontend frontend, DeviceSpec device, int order) {
    this.frontend = frontend;
    this.device = device;
    this.memory = frontend.memory();
    ring = frontend.pages(1 << order);
    data = frontend.pages(DATA_PAGES);
    segments = frontend.pages(1).get(0);
    ringReferences = grantAll(ring);
    references = grantAll(data);
    segmentsReference = frontend.grant(segments, false);
  }

  private int[] grantAll(List<Page> pages) {
    return pages.stream().mapToInt(page -> frontend.grant(page, true)).toArray();
  }

  /** Leaves pages mapped from the next connection on, if the back end wants it so. */
  void persist() {
    persistent = true;
  }

  /** Offers the ring and waits until it is connected. */
  void connect() throws InterruptedException {
    frontend.awaitState(device, XenbusState.INIT_WAIT);
    frontend.initRing(ring());
    produced = 0;
    consumed = 0;
    // Once the other end has closed, the same port can be offered again.
    port = port == 0 ? frontend.port() : port;
    if (ringReferences.length == 1) {
      frontend.write(device, "ring-ref", ringReferences[0]);
    } else {
      int order = Integer.numberOfTrailingZeros(ringReferences.length);
      frontend.write(device, "ring-page-order", order);
      for (int i = 0; i < ringReferences.length; i++) {
        frontend.write(device, "ring-ref" + i, ringReferences[i]);
      }
    }
    frontend.write(device, "event-channel", port);
    frontend.write(device, "feature-persistent", persistent ? 1 : 0);
    frontend.state(device, XenbusState.INITIALISED);
    frontend.awaitState(device, XenbusState.CONNECTED);
  }

  long ring() {
    return ring.get(0).address();
  }

  int port() {
    return port;
  }

  int reference(int page) {
    return references[page];
  }

  int ringReference() {
    return ringReferences[0];
  }

  Page data(int page) {
    return data.get(page);
  }

  Page segmentPage() {
    return segments;
  }

  private int slots() {
    return Integer.highestOneBit(
        ((ring.size() << 12) - SharedRing.LAYOUT.size()) / BlkifRequest.LAYOUT.size());
  }

  private long slot(int index) {
    return ring()
        + SharedRing.LAYOUT.size()
        + (long) (index & slots() - 1) * BlkifRequest.LAYOUT.size();
  }

  /** A slot for a request that {@link #push} makes visible. */
  long nextSlot() {
    long at = slot(produced++);
    memory.clear(at, BlkifRequest.LAYOUT.size());
    return at;
  }

  /** A request with whole pages, from the first on. */
  long request(int operation, long sector, int pages) {
    long at = nextSlot();
    BlkifRequest.OPERATION.set(memory, at, operation);
    BlkifRequest.NR_SEGMENTS.set(memory, at, pages);
    BlkifRequest.ID.set(memory, at, ++nextId);
    BlkifRequest.SECTOR_NUMBER.set(memory, at, sector);
    for (int i = 0; i < pages; i++) {
      segment(at, i, i, 0, 7);
    }
    return at;
  }

  void segment(long at, int index, int page, int first, int last) {
    segmentAt(BlkifRequest.SEG.at(at, index), page, first, last);
  }

  private void segmentAt(long segment, int page, int first, int last) {
    BlkifSegment.GREF.set(memory, segment, references[page]);
    BlkifSegment.FIRST_SECT.set(memory, segment, first);
    BlkifSegment.LAST_SECT.set(memory, segment, last);
  }

  /** An indirect request with whole pages, from the first on. */
  long indirect(int operation, long sector, int pages) {
    long at = nextSlot();
    BlkifIndirect.OPERATION.set(memory, at, BlkifOp.INDIRECT);
    BlkifIndirect.INDIRECT_OP.set(memory, at, operation);
    BlkifIndirect.NR_SEGMENTS.set(memory, at, pages);
    BlkifIndirect.ID.set(memory, at, ++nextId);
    BlkifIndirect.SECTOR_NUMBER.set(memory, at, sector);
    BlkifIndirect.INDIRECT_GREFS.set(memory, at, 0, segmentsReference);
    for (int i = 0; i < pages && i < DATA_PAGES; i++) {
      segmentAt(segments.address() + (long) i * BlkifSegment.LAYOUT.size(), i, 0, 7);
    }
    return at;
  }

  void discard(long sector, long sectors) {
    long at = request(BlkifOp.DISCARD, sector, 0);
    BlkifDiscard.NR_SECTORS.set(memory, at, sectors);
  }

  void push() {
    memory.putIntRelease(ring() + SharedRing.REQ_PROD.offset(), produced);
    frontend.send(port);
  }

  /** Pushes, and waits for one more response; its status. */
  int finish() throws InterruptedException {
    push();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (memory.getIntAcquire(ring() + SharedRing.RSP_PROD.offset()) == consumed) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("no response");
      }
      frontend.settle();
      Thread.onSpinWait();
    }
    long at = slot(consumed++);
    lastOperation = BlkifResponse.OPERATION.get(memory, at);
    lastId = BlkifResponse.ID.get(memory, at);
    return BlkifResponse.STATUS.get(memory, at);
  }

  private int lastOperation;
  private long lastId;

  int lastOperation() {
    return lastOperation;
  }

  /** Whether the last response was that of the request made last. */
  boolean answered() {
    return lastId == nextId;
  }

  void fill(int page, byte[] bytes) {
    memory.write(data.get(page).address(), bytes, 0, bytes.length);
  }

  byte[] contents(int page) {
    byte[] bytes = new byte[4096];
    memory.read(data.get(page).address(), bytes, 0, 4096);
    return bytes;
  }
}

package dev.zendo.xenstore;

import java.lang.invoke.VarHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries bytes between the shared page of a guest and its {@link WireConnection}. {@link #pump} is
 * to be called whenever the guest has sent an event and whenever the wire has called for attention.
 *
 * <p>The guest is not trusted: each of its indices is read once per pump, the store's own are kept
 * here and only published to the page, and an impossible distance ends the service. Thread-safe:
 * one pump at a time.
 */
public final class XenstoreRing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(XenstoreRing.class);

  /** Keeps a guest that writes without pause from holding the thread; a round moves 1 KiB or so. */
  private static final int MAX_ROUNDS = 16;

  private final RingPage page;
  private final WireConnection wire;
  private final Runnable notifyPeer;
  private final byte[] input = new byte[RingLayout.RING_SIZE];
  private final byte[] output = new byte[RingLayout.RING_SIZE];
  private int requestConsumer;
  private int responseProducer;
  private boolean stopped;

  private XenstoreRing(RingPage page, WireConnection wire, Runnable notifyPeer) {
    this.page = page;
    this.wire = wire;
    this.notifyPeer = notifyPeer;
  }

  /**
   * Begins with an empty ring: all indices in the page are set to 0, as for a new domain.
   *
   * @param notifyPeer sends the event to the guest
   */
  public static XenstoreRing reset(RingPage page, WireConnection wire, Runnable notifyPeer) {
    for (int offset = RingLayout.REQUEST_CONSUMER; offset < RingLayout.SIZE; offset += 4) {
      page.putIntRelease(offset, 0);
    }
    return new XenstoreRing(page, wire, notifyPeer);
  }

  /**
   * Goes on where the indices in the page stand, as for a domain that runs already.
   *
   * @param notifyPeer sends the event to the guest
   */
  public static XenstoreRing attach(RingPage page, WireConnection wire, Runnable notifyPeer) {
    XenstoreRing ring = new XenstoreRing(page, wire, notifyPeer);
    ring.requestConsumer = page.getIntAcquire(RingLayout.REQUEST_CONSUMER);
    ring.responseProducer = page.getIntAcquire(RingLayout.RESPONSE_PRODUCER);
    return ring;
  }

  /**
   * Takes the requests that are in the ring, as far as replies can be kept, and puts in what
   * replies and events fit. Sends an event to the guest if anything was moved, and looks once more
   * then. When the guest goes on adding requests meanwhile, leaves after a while and has the wire
   * call for attention, so that others are served before the rest.
   *
   * @return whether the ring is still being served; false for good after an error of the guest
   */
  public boolean pump() {
    boolean outermost = Signals.putOff();
    try {
      int rounds = 0;
      int before;
      do {
        before = rounds;
        rounds = moveAll(before);
        if (rounds > before) {
          notifyPeer.run();
        }
        // Linux (xb_write) publishes an index and then reads ours to see whether we need an event,
        // without a fence in between: it can miss that we are done, and we what it has published,
        // however we order our own accesses. Its store is out by the time that the event took.
      } while (rounds > before && rounds < MAX_ROUNDS);
      boolean serving = !isStopped();
      if (rounds == MAX_ROUNDS && serving) {
        wire.callForAttention();
      }
      return serving;
    } finally {
      Signals.resume(outermost);
    }
  }

  /** Moves what there is; returns how often it did that, in addition to {@code rounds}. */
  private synchronized int moveAll(int rounds) {
    int done = rounds;
    // Linux sends an event only when the ring was empty (or full) before it moved an index, so
    // whoever has published an index must look again before it may wait.
    while (done < MAX_ROUNDS && move()) {
      done++;
      VarHandle.fullFence();
    }
    return done;
  }

  private boolean move() {
    if (stopped) {
      return false;
    }
    int requestProducer = page.getIntAcquire(RingLayout.REQUEST_PRODUCER);
    int responseConsumer = page.getIntAcquire(RingLayout.RESPONSE_CONSUMER);
    if (!RingLayout.isValid(requestConsumer, requestProducer)
        || !RingLayout.isValid(responseConsumer, responseProducer)) {
      LOG.warn("{} has impossible indices in its ring: not served any more", wire.connection());
      stop(RingLayout.ERROR_INDEX);
      return true;
    }
    int pending = requestProducer - requestConsumer;
    int space = RingLayout.RING_SIZE - (responseProducer - responseConsumer);
    copyOut(pending);
    int fed = 0;
    int produced = 0;
    boolean progress = true;
    while (progress) {
      int more = fed < pending ? wire.feed(input, fed, pending - fed) : 0;
      int out = produced < space ? wire.take(output, produced, space - produced) : 0;
      fed += more;
      produced += out;
      progress = more + out > 0;
    }
    if (wire.isBroken()) {
      stop(RingLayout.ERROR_PROTOCOL);
      return true;
    }
    if (fed > 0) {
      requestConsumer += fed;
      page.putIntRelease(RingLayout.REQUEST_CONSUMER, requestConsumer);
    }
    if (produced > 0) {
      // A guest ends with this process: it is served even when changes cannot be kept any more.
      wire.connection().store().settle();
      copyIn(produced);
      responseProducer += produced;
      page.putIntRelease(RingLayout.RESPONSE_PRODUCER, responseProducer);
    }
    return fed > 0 || produced > 0;
  }

  private void copyOut(int length) {
    int at = RingLayout.position(requestConsumer);
    int first = Math.min(length, RingLayout.RING_SIZE - at);
    page.get(RingLayout.REQUESTS + at, input, 0, first);
    page.get(RingLayout.REQUESTS, input, first, length - first);
  }

  private void copyIn(int length) {
    int at = RingLayout.position(responseProducer);
    int first = Math.min(length, RingLayout.RING_SIZE - at);
    page.put(RingLayout.RESPONSES + at, output, 0, first);
    page.put(RingLayout.RESPONSES, output, first, length - first);
  }

  private void stop(int error) {
    stopped = true;
    wire.close();
    page.putIntRelease(RingLayout.ERROR, error);
  }

  /** Whether the guest was cut off, or the ring closed. */
  public synchronized boolean isStopped() {
    return stopped;
  }

  /** Ends the service without touching the page, which may be unmapped afterwards. */
  @Override
  public synchronized void close() {
    stopped = true;
    wire.close();
  }
}

package dev.zendo.dom0.device;

import dev.zendo.hypercalls.io.SharedRing;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * A ring of requests and responses (io/ring.h), seen from the back end. The frontend may write
 * anything into it at any time: indices are checked when they are read, and requests are copied out
 * once. One thread.
 *
 * <pre>{@code
 * do {
 *   while (ring.hasRequests()) {
 *     ring.takeRequest(copy);
 *     ... ring.nextResponse() ...
 *   }
 *   if (ring.publish()) channel.notifyPeer();
 * } while (ring.finalCheck());
 * }</pre>
 */
public final class BackRing {
  private final PhysicalMemory memory;
  private final long address;
  private final int entryBytes;
  private final int size;
  private int requests;
  private int responses;
  private int published;

  /**
   * A ring at its beginning, with the indices that the frontend finds there.
   *
   * @param memory the control domain's
   * @param address where its pages are mapped, one after the other
   * @param pages their number
   * @param entryBytes of a slot: the larger one of request and response
   */
  public BackRing(PhysicalMemory memory, long address, int pages, int entryBytes) {
    this.memory = memory;
    this.address = address;
    this.entryBytes = entryBytes;
    this.size = Integer.highestOneBit(((pages << 12) - SharedRing.LAYOUT.size()) / entryBytes);
    // A frontend that is connected again may have left responses there (io/ring.h,
    // BACK_RING_ATTACH).
    this.published = memory.getIntAcquire(address + SharedRing.RSP_PROD.offset());
    this.responses = published;
    this.requests = published;
  }

  /** Number of slots, a power of two. */
  public int size() {
    return size;
  }

  /**
   * Whether there is a request that was not taken.
   *
   * @throws DeviceException when the frontend says that there are more than can be
   */
  public boolean hasRequests() throws DeviceException {
    int produced = memory.getIntAcquire(address + SharedRing.REQ_PROD.offset());
    int waiting = produced - requests;
    if (Integer.compareUnsigned(waiting, size) > 0) {
      throw new DeviceException(
          "the ring holds "
              + size
              + " requests, the frontend announced "
              + Integer.toUnsignedString(waiting));
    }
    // A slot is the frontend's again only after its response (RING_REQUEST_CONS_OVERFLOW).
    return waiting != 0 && requests - responses < size;
  }

  /** Takes a request that is there; the first {@code entryBytes} of the copy are written. */
  public void takeRequest(byte[] copy) {
    memory.read(slot(requests), copy, 0, entryBytes);
    requests++;
  }

  /** Requests taken that have no response yet. */
  public int inFlight() {
    return requests - responses;
  }

  /** Address of the slot for the next response, which the caller fills before {@link #publish}. */
  public long nextResponse() {
    long at = slot(responses);
    responses++;
    return at;
  }

  /**
   * Gives the frontend all responses so far.
   *
   * @return whether it wants an event for them
   */
  public boolean publish() {
    int old = published;
    if (old == responses) {
      return false;
    }
    published = responses;
    memory.putIntRelease(address + SharedRing.RSP_PROD.offset(), responses);
    memory.fullFence();
    int event = memory.getIntAcquire(address + SharedRing.RSP_EVENT.offset());
    return Integer.compareUnsigned(responses - event, responses - old) < 0;
  }

  /**
   * Asks for an event at the next request, and looks whether there is one already.
   *
   * @throws DeviceException as {@link #hasRequests}
   */
  public boolean finalCheck() throws DeviceException {
    if (hasRequests()) {
      return true;
    }
    memory.putIntRelease(address + SharedRing.REQ_EVENT.offset(), requests + 1);
    memory.fullFence();
    return hasRequests();
  }

  private long slot(int index) {
    return address + SharedRing.LAYOUT.size() + (long) (index & size - 1) * entryBytes;
  }
}

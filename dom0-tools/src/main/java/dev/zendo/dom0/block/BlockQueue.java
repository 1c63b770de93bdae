package dev.zendo.dom0.block;

import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.BackRing;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifResponse;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * A ring of requests. Several threads may work on it: each takes a request, carries it out without
 * any lock, and puts the response back. While the disk answers quickly one thread does all. All
 * fields are guarded by the object's monitor. Thread-safe.
 */
final class BlockQueue {
  /** An operation that took longer, in nanoseconds, makes another thread join. */
  private static final long SLOW = 300_000;

  private final BackendDevice device;
  private final Disk disk;
  private final IoThreads threads;
  private final PhysicalMemory memory;
  private final Mapping pages;
  private final BackRing ring;
  private final PersistentGrants grants;
  private final int parallel;
  private Channel channel;

  /** Whether somebody looks at the ring or is about to. */
  private boolean watched;

  /** Threads between a request and its response. */
  private int busy;

  /** A barrier is under way: nothing may be begun. */
  private boolean barrier;

  private boolean paused;
  private boolean closed;

  /** What somebody waits for who has paused or closed it; null for nothing. */
  private Runnable whenQuiet;

  private boolean slow;

  /**
   * A ring.
   *
   * @param pages where it is mapped
   * @param count its pages
   * @param persistent pages of the frontend that may stay mapped; 0 for none
   * @param parallel requests that may be under way
   */
  BlockQueue(
      BackendDevice device,
      Disk disk,
      IoThreads threads,
      Mapping pages,
      int count,
      int persistent,
      int parallel) {
    this.device = device;
    this.disk = disk;
    this.threads = threads;
    this.parallel = parallel;
    this.memory = device.memory();
    this.pages = pages;
    this.ring = new BackRing(memory, pages.address(), count, BlockRequest.SLOT);
    this.grants = new PersistentGrants(device.control().grants(), device.domain(), persistent);
  }

  /** Sets where the frontend hears of responses, before the first event. */
  synchronized void channel(Channel to) {
    channel = to;
  }

  /** The frontend has raised an event. */
  void event() {
    synchronized (this) {
      if (closed || paused || watched) {
        return;
      }
      watched = true;
    }
    threads.serve(this);
  }

  /** Serves the ring until it is empty or has to wait. */
  void serve(IoWorker worker) {
    boolean begun = false;
    try {
      BlockRequest request = worker.request();
      while (take(request)) {
        begun = true;
        perform(request, worker);
        begun = false;
      }
    } catch (RuntimeException | Error e) {
      abandon(begun);
      device.control().events().post(device.domain(), () -> DiskWork.rethrow(e));
    }
  }

  private void perform(BlockRequest request, IoWorker worker) {
    boolean sound = request.parse();
    if (request.operation() == BlkifOp.WRITE_BARRIER && sound) {
      awaitOthers();
    }
    long start = System.nanoTime();
    int status = worker.execute(device.domain(), grants, disk, sound);
    disk.charge(request.dataBytes());
    complete(request, status, System.nanoTime() - start > SLOW);
  }

  /** An error of ours: the domain ends, and nobody may wait for this request for ever. */
  private synchronized void abandon(boolean begun) {
    closed = true;
    busy -= begun ? 1 : 0;
    lessBusy();
  }

  private void lessBusy() {
    notifyAll();
    if (busy == 0 && whenQuiet != null) {
      whenQuiet.run();
      whenQuiet = null;
    }
  }

  /** Takes the next request; false when there is none now. */
  private boolean take(BlockRequest request) {
    boolean more;
    synchronized (this) {
      if (closed || paused || barrier || busy == parallel) {
        // Whoever ends this state looks again.
        watched = false;
        return false;
      }
      try {
        if (!ring.hasRequests() && !ring.finalCheck()) {
          watched = false;
          return false;
        }
        long delay = threads.canWait() ? disk.delay() : 0;
        if (delay > 0) {
          threads.serveLater(this, delay);
          return false;
        }
        ring.takeRequest(request.slot());
        barrier = request.slot()[0] == BlkifOp.WRITE_BARRIER;
        // The frontend may have torn the ring just now: then this request is not begun either.
        more = slow && busy + 1 < parallel && !barrier && ring.hasRequests();
        busy++;
      } catch (DeviceException e) {
        broken(e);
        return false;
      }
    }
    if (more) {
      threads.serve(this);
    }
    return true;
  }

  private void broken(DeviceException cause) {
    closed = true;
    device.post(() -> report(cause));
  }

  private void report(DeviceException cause) throws DeviceException {
    synchronized (this) {
      if (channel == null) {
        return; // the connection has ended in the meantime
      }
    }
    throw cause;
  }

  private synchronized void awaitOthers() {
    while (busy > 1) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts these threads", e);
      }
    }
  }

  private synchronized void complete(BlockRequest request, int status, boolean tookLong) {
    if (!closed) {
      respond(request, status);
    }
    slow = tookLong;
    if (request.slot()[0] == BlkifOp.WRITE_BARRIER) {
      barrier = false;
    }
    busy--;
    lessBusy();
  }

  private void respond(BlockRequest request, int status) {
    long at = ring.nextResponse();
    BlkifResponse.ID.set(memory, at, request.id());
    BlkifResponse.OPERATION.set(memory, at, request.operation());
    BlkifResponse.STATUS.set(memory, at, status);
    if (ring.publish()) {
      channel.notifyPeer();
    }
    // This thread goes on looking.
    watched = true;
  }

  /** Begins nothing more until {@link #resume}. */
  synchronized void pause() {
    paused = true;
  }

  /** Begins nothing more at all; what is under way gets no response. */
  synchronized void stop() {
    closed = true;
  }

  /**
   * Whether nothing is under way, after {@link #pause} or {@link #stop}.
   *
   * @param then runs once that is so, with the monitor held, if it is not
   */
  synchronized boolean quiet(Runnable then) {
    whenQuiet = busy > 0 ? then : null;
    return busy == 0;
  }

  /** Goes on. */
  void resume() {
    synchronized (this) {
      paused = false;
    }
    event();
  }

  /** Requests under way. */
  synchronized int depth() {
    return busy;
  }

  /** Pages of the frontend that stay mapped. */
  int mapped() {
    return grants.count();
  }

  /** Lets go of the frontend's pages and event channel, once it is stopped and quiet. */
  void close() {
    synchronized (this) {
      if (channel != null) {
        channel.close();
        channel = null;
      }
    }
    grants.close();
    pages.close();
  }
}

package dev.zendo.dom0.ninep;

import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A frontend that is connected: its rings, the server that they share, and the thread that the
 * server runs on, so that a slow disk of the host holds up nobody but this guest. On the event
 * thread, except where a method says otherwise.
 */
final class Connection implements AutoCloseable {
  private final BackendDevice device;
  private final Executor worker;
  private final SharedTree tree;
  private final List<RingService> rings = new ArrayList<>();
  private NinePServer server;
  private boolean closed;
  private long requests;

  /** Takes the length of an answer, on the event thread. */
  interface Answered {
    void accept(int length) throws DeviceException;
  }

  /** Takes over the tree. */
  Connection(BackendDevice device, SharedTree tree, Executor worker) {
    this.device = device;
    this.tree = tree;
    this.worker = worker;
  }

  /** Maps the rings that the frontend has made and begins to serve them. */
  void open(int count) throws DeviceException {
    int largest = Integer.MAX_VALUE;
    for (int number = 0; number < count; number++) {
      RingService ring = new RingService(device, this, number);
      rings.add(ring);
      largest = Math.min(largest, ring.size());
    }
    server = new NinePServer(tree, largest);
    for (int number = 0; number < count; number++) {
      rings.get(number).start(number, largest);
    }
  }

  /** Has a request answered; the caller leaves both buffers alone until it is. */
  void answer(byte[] request, int length, byte[] answer, Answered then) {
    requests++;
    NinePServer serving = server;
    worker.execute(
        () -> {
          try {
            int answered = serving.answer(request, length, answer);
            device.post(() -> finish(then, answered));
          } catch (RuntimeException | Error e) {
            IllegalStateException failure = new IllegalStateException("serving a folder", e);
            device.post(
                () -> {
                  throw failure;
                });
          }
        });
  }

  private void finish(Answered then, int length) throws DeviceException {
    if (!closed) {
      then.accept(length);
    }
  }

  /** Requests so far. */
  long requests() {
    return requests;
  }

  int rings() {
    return rings.size();
  }

  @Override
  public void close() {
    closed = true;
    rings.forEach(RingService::close);
    worker.execute(server == null ? tree::close : server::close); // behind what it works on
  }
}

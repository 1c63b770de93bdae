package dev.zendo.xenstore;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread of a {@link SocketServer}: waits for all its clients at once and never blocks on one.
 *
 * <p>A round first carries out what all ready clients ask for and then sends the replies, so that
 * whatever {@link Store#settle} has to do is done once for all of them. A thread that has just
 * served a client tries for a moment to read its next request before it sleeps: to be woken takes
 * longer than most requests ({@link Patience}).
 */
final class SocketLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(SocketLoop.class);

  /** How often a client whose requests keep coming is served before the others are looked at. */
  private static final int MAX_SERVED_ALONE = 32;

  private final Store store;
  private final Selector selector;
  private final Queue<SocketChannel> joining = new ConcurrentLinkedQueue<>();
  private final Queue<HostClient> woken = new ConcurrentLinkedQueue<>();
  private final List<HostClient> round = new ArrayList<>();
  private final AtomicInteger clients = new AtomicInteger();
  private final Patience patience = new Patience();
  private volatile boolean stopping;
  private volatile Thread thread;

  SocketLoop(Store store) throws IOException {
    this.store = store;
    this.selector = Selector.open();
  }

  /** What the attachments of the selector's keys are. */
  interface Ready {
    /** Called on the loop's thread when the channel is ready. */
    void ready();
  }

  Selector selector() {
    return selector;
  }

  /** The number of its clients. */
  int clients() {
    return clients.get();
  }

  /** Makes a channel its client. Any thread. */
  void adopt(SocketChannel channel) {
    clients.incrementAndGet();
    joining.add(channel);
    wakeUp();
  }

  /** Has a client served soon. Any thread. */
  void wake(HostClient client) {
    woken.add(client);
    wakeUp();
  }

  private void wakeUp() {
    if (Thread.currentThread() != thread) {
      selector.wakeup();
    }
  }

  void stop() {
    stopping = true;
    selector.wakeup();
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      while (!stopping) {
        await();
        serveRound();
      }
    } catch (IOException e) {
      LOG.error("the store's socket is not served any more", e);
    } finally {
      closeAll();
    }
  }

  /** Waits until somebody is ready, and begins a round with those who are. */
  private void await() throws IOException {
    if (!joining.isEmpty() || !woken.isEmpty()) {
      selector.selectNow(this::ready);
    } else if (patience.begin()) {
      boolean vain = false;
      while (!vain && selector.selectNow(this::ready) == 0 && woken.isEmpty()) {
        vain = !patience.lasts();
        Thread.yield();
      }
      if (!vain) {
        patience.rewarded();
      }
    } else {
      selector.select(this::ready);
      patience.woken();
    }
    for (SocketChannel channel = joining.poll(); channel != null; channel = joining.poll()) {
      join(channel);
    }
    for (HostClient client = woken.poll(); client != null; client = woken.poll()) {
      client.forgetWake();
      add(client);
    }
  }

  private void ready(SelectionKey key) {
    ((Ready) key.attachment()).ready();
  }

  /** Has a client's replies sent at the end of this round. On the loop's thread. */
  void add(HostClient client) {
    round.add(client);
  }

  private void serveRound() {
    if (round.size() == 1) {
      serveAlone(round.get(0));
    } else {
      for (int i = 0; i < round.size(); i++) {
        round.get(i).send();
      }
    }
    round.clear();
  }

  /** Serves the only client that was ready, and its next requests if they come at once. */
  private void serveAlone(HostClient client) {
    client.send();
    for (int i = 0; i < MAX_SERVED_ALONE && woken.isEmpty() && patience.begin(); i++) {
      boolean more = client.receive();
      while (!more && woken.isEmpty() && patience.lasts()) {
        Thread.yield();
        more = client.receive();
      }
      if (!more) {
        return;
      }
      patience.rewarded();
      client.send();
    }
  }

  private void join(SocketChannel channel) {
    try {
      channel.configureBlocking(false);
      new HostClient(this, store, channel);
    } catch (IOException e) {
      LOG.warn("a client of the store's socket could not be accepted: {}", e.getMessage());
      clients.decrementAndGet();
    }
  }

  /** Called when a client is gone. */
  void left() {
    clients.decrementAndGet();
  }

  private void closeAll() {
    for (SelectionKey key : new ArrayList<>(selector.keys())) {
      if (key.attachment() instanceof HostClient client) {
        client.close();
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      LOG.debug("closing the store's socket", e);
    }
  }
}

package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a user network: waits for frames, sockets and times, looks at all that came, and
 * then lets the connections send what is to be sent.
 */
final class NatLoop implements Runnable, Executor {
  private static final Logger LOG = LoggerFactory.getLogger(NatLoop.class);

  private final NatCore core;
  private final Mailbox in;
  private final Runnable outgoing;
  private final TcpProxy tcp;
  private final UdpProxy udp;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final List<Frame> frames = new ArrayList<>();
  private final long begin = System.nanoTime();
  private PacketRouter router;
  private volatile boolean closed;

  /** With what sends the frames that wait to the switch. */
  NatLoop(NatCore core, Mailbox in, Runnable outgoing, TcpProxy tcp, UdpProxy udp) {
    this.core = core;
    this.in = in;
    this.outgoing = outgoing;
    this.tcp = tcp;
    this.udp = udp;
  }

  /** Sets who takes the frames; before the thread starts. */
  void router(PacketRouter takes) {
    router = takes;
  }

  /** Has the thread look at what waits. Any thread. */
  void wake() {
    if (awake.compareAndSet(false, true)) {
      core.selector.wakeup();
    }
  }

  /** Runs something on the thread. Any thread. */
  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    wake();
  }

  /** Ends the thread soon. Any thread. */
  void close() {
    closed = true;
    wake();
  }

  @Override
  public void run() {
    try {
      while (!closed) {
        turn();
      }
    } catch (IOException | ClosedSelectorException e) {
      LOG.error("the user network {} ends", core.spec.name(), e);
    }
    tcp.close();
    udp.close();
  }

  private void turn() throws IOException {
    select();
    long now = System.nanoTime() - begin;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      guarded(task);
    }
    in.take(frames);
    for (Frame frame : frames) {
      receive(frame, now);
    }
    frames.clear();
    sockets(now);
    guarded(() -> expire(now));
    guarded(() -> tcp.settle(now));
    outgoing.run();
  }

  private void select() throws IOException {
    awake.set(false);
    long wait = Math.min(tcp.deadline(), udp.deadline()) - (System.nanoTime() - begin);
    if (!in.isEmpty() || !tasks.isEmpty() || closed || wait <= 0) {
      core.selector.selectNow();
    } else {
      core.selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)));
    }
    awake.set(true);
  }

  private void sockets(long now) {
    for (SelectionKey key : core.selector.selectedKeys()) {
      Ready ready = (Ready) key.attachment();
      try {
        if (key.isValid()) {
          ready.ready(key, now);
        }
      } catch (RuntimeException e) {
        failed(e);
        ready.giveUp();
      }
    }
    core.selector.selectedKeys().clear();
  }

  private void expire(long now) {
    tcp.expire(now);
    udp.expire(now);
  }

  private void receive(Frame frame, long now) {
    try {
      router.receive(frame, now);
    } catch (RuntimeException e) {
      failed(e);
    } finally {
      frame.release();
    }
  }

  /** An error of ours costs what was being done, and not the network. */
  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException cause) {
    core.metrics.failures++;
    LOG.error("an error in the user network {}", core.spec.name(), cause);
  }
}

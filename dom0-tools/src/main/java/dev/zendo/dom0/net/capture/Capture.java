package dev.zendo.dom0.net.capture;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.bridge.Observer;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.Offload;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the frames of a switch to a stream as pcapng, from a thread of its own: one interface for
 * each port at which frames came in. Large packets are written as the segments that they stand for,
 * with their checksums. Frames for which the stream is too slow are counted and left out.
 */
public final class Capture implements Observer, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Capture.class);

  /** Bytes that wait to be written. */
  private static final long MAX_WAITING = 16 << 20;

  private static final int MAX_BLOCKS = 16384;
  private static final byte[] LAST = {};

  private final OutputStream out;
  private final LongSupplier clock;
  private final int snapLength;
  private final BlockingQueue<byte[]> blocks = new ArrayBlockingQueue<>(MAX_BLOCKS + 2);
  private final AtomicLong waiting = new AtomicLong();
  private final Map<String, Integer> interfaces = new HashMap<>();
  private final FramePool pool = new FramePool();
  private final Offload offload = new Offload(pool);
  private final Thread thread;
  private volatile IOException failure;
  private long written;
  private long dropped;

  /** Starts writing whole frames, with the host's time. */
  public Capture(OutputStream out) {
    this(out, FramePool.MAX_BYTES, Capture::now);
  }

  /**
   * Starts writing.
   *
   * @param out is closed at the end
   * @param snapLength bytes that are kept of each frame
   * @param clock nanoseconds since 1970
   */
  public Capture(OutputStream out, int snapLength, LongSupplier clock) {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.snapLength = snapLength;
    this.clock = clock;
    this.thread = DaemonThreads.make("capture", this::write);
    blocks.add(PcapngWriter.section());
    thread.start();
  }

  private static long now() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  @Override
  public synchronized void passed(BridgePort from, Frame frame) {
    int number = number(from.toString());
    if (frame.segmentBytes() == 0 && !frame.partial()) {
      add(number, frame);
    } else {
      Frame copy = copy(frame);
      if (frame.segmentBytes() != 0) {
        offload.segment(copy, segment -> addAndRelease(number, segment));
      } else {
        offload.complete(copy);
        addAndRelease(number, copy);
      }
    }
  }

  private Frame copy(Frame frame) {
    Frame copy = pool.take(frame.length());
    System.arraycopy(frame.data(), 0, copy.data(), 0, frame.length());
    copy.segmentBytes(frame.segmentBytes());
    copy.checksum(frame.partial(), frame.valid());
    return copy;
  }

  private void addAndRelease(int number, Frame frame) {
    add(number, frame);
    frame.release();
  }

  private int number(String name) {
    Integer known = interfaces.get(name);
    if (known != null) {
      return known;
    }
    int number = interfaces.size();
    if (offer(PcapngWriter.describe(name, snapLength))) {
      interfaces.put(name, number);
    }
    return number;
  }

  private void add(int number, Frame frame) {
    int kept = Math.min(snapLength, frame.length());
    boolean described = number < interfaces.size();
    if (described
        && offer(
            PcapngWriter.packet(number, clock.getAsLong(), frame.data(), kept, frame.length()))) {
      written++;
    } else {
      dropped++;
    }
  }

  private boolean offer(byte[] block) {
    if (waiting.get() + block.length > MAX_WAITING || blocks.size() >= MAX_BLOCKS) {
      return false;
    }
    waiting.addAndGet(block.length);
    return blocks.offer(block);
  }

  /** Frames and segments in the file, or on their way there. */
  public synchronized long written() {
    return written;
  }

  /** Frames that are missing in the file. */
  public synchronized long dropped() {
    return dropped;
  }

  /** Why nothing is written any more; empty while all is well. */
  public Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  private void write() {
    boolean broken = false;
    try (out) {
      byte[] block = blocks.take();
      while (block != LAST) {
        waiting.addAndGet(-block.length);
        broken = broken || !write(block);
        block = blocks.poll();
        if (block == null) {
          broken = broken || !flush();
          block = blocks.take();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      if (!broken) {
        LOG.warn("the capture could not be finished: {}", e.getMessage());
      }
    }
  }

  private boolean write(byte[] block) {
    try {
      out.write(block);
      return true;
    } catch (IOException e) {
      return ends(e);
    }
  }

  private boolean ends(IOException e) {
    LOG.warn("the capture ends here: {}", e.getMessage());
    failure = e;
    return false;
  }

  /** So that who reads along sees what has happened. */
  private boolean flush() {
    try {
      out.flush();
      return true;
    } catch (IOException e) {
      return ends(e);
    }
  }

  /** Writes what waits and closes the stream. */
  @Override
  public void close() {
    synchronized (this) {
      if (dropped > 0 && !interfaces.isEmpty()) {
        blocks.offer(PcapngWriter.statistics(0, clock.getAsLong(), dropped));
      }
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        blocks.offer(LAST, 100, TimeUnit.MILLISECONDS);
        thread.join(1000);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

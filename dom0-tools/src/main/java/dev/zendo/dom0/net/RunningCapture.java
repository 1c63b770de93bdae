package dev.zendo.dom0.net;

import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.bridge.Observer;
import dev.zendo.dom0.net.capture.Capture;
import dev.zendo.dom0.net.wire.Frame;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A file that is being written with what passes a network, or what a domain's interfaces send and
 * get. Closed by whoever started it, at the latest with the machine. Thread-safe.
 */
public final class RunningCapture implements Observer, AutoCloseable {
  private final Capture capture;
  private final String network;
  private final int domain;
  private final Consumer<RunningCapture> ended;

  /**
   * A capture that looks at nothing yet.
   *
   * @param network whose frames are written; null for those of a domain on all networks
   * @param domain counts when there is no network
   */
  RunningCapture(Capture capture, String network, int domain, Consumer<RunningCapture> ended) {
    this.capture = capture;
    this.network = network;
    this.domain = domain;
    this.ended = ended;
  }

  /** Whether it looks at a switch. */
  boolean concerns(String bridge) {
    return network == null || network.equals(bridge);
  }

  @Override
  public void passed(BridgePort from, Frame frame) {
    if (network != null || from.spec().domain() == domain) {
      capture.passed(from, frame);
    }
  }

  @Override
  public void delivered(BridgePort to, Frame frame) {
    if (network == null && to.spec().domain() == domain) {
      capture.passed(to, frame);
    }
  }

  /** Frames and segments in the file, or on their way there. */
  public long written() {
    return capture.written();
  }

  /** Frames that are missing in the file, because it was too slow. */
  public long dropped() {
    return capture.dropped();
  }

  /** Why nothing is written any more; empty while all is well. */
  public Optional<IOException> failure() {
    return capture.failure();
  }

  /** Writes what waits and closes the file. Not on the event thread: the file may be slow. */
  @Override
  public void close() {
    ended.accept(this);
    capture.close();
  }
}

package dev.zendo.dom0.net.bridge;

import dev.zendo.dom0.net.wire.Frame;
import java.util.ArrayDeque;
import java.util.Queue;

/** A port of a switch. One thread, the switch's. */
public final class BridgePort {
  private final Bridge bridge;
  private final PortSpec spec;
  private final Station station;
  private final PortCounters counters = new PortCounters();

  /** Who waits for room at this port's station, each once. */
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  private PortFeatures features = PortFeatures.NONE;

  /** Kept by {@link MacTable}. */
  int learned;

  /** Kept by {@link Bridge}: frames were delivered since the last flush. */
  boolean dirty;

  BridgePort(Bridge bridge, PortSpec spec, Station station) {
    this.bridge = bridge;
    this.spec = spec;
    this.station = station;
  }

  /** What it was told when it was made. */
  public PortSpec spec() {
    return spec;
  }

  /** What went through. */
  public PortCounters counters() {
    return counters;
  }

  /** Says what the station can take from now on. */
  public void features(PortFeatures can) {
    features = can;
  }

  /** Sends a frame, which is the switch's from now on. */
  public void send(Frame frame) {
    bridge.forward(this, frame);
  }

  /** Lets the stations that got frames work on them. */
  public void flush() {
    bridge.flush();
  }

  /**
   * Whether a frame should not be sent yet, because the one station that would get it has no room.
   * Frames for many never wait.
   *
   * @param again runs once, on the switch's thread, when it is worth asking again; it must not send
   */
  public boolean holds(Frame frame, Runnable again) {
    return bridge.holds(this, frame, again);
  }

  /** The station has room again: whoever waited for that may send. */
  public void room() {
    // Those that are held again wait for the next time.
    for (int i = waiting.size(); i > 0; i--) {
      waiting.remove().run();
    }
  }

  /** Leaves the switch. */
  public void detach() {
    bridge.detach(this);
    room();
  }

  /** Whether the station has room for a frame; otherwise {@code again} waits for that. */
  boolean admits(Frame frame, Runnable again) {
    int pieces = cuts(frame) ? frame.length() / frame.segmentBytes() + 1 : 1;
    if (station.hasRoom(frame, pieces)) {
      return true;
    }
    waiting.add(again);
    return false;
  }

  private boolean cuts(Frame frame) {
    return frame.segmentBytes() != 0
        && !(frame.versionSix() ? features.large6() : features.large4());
  }

  Station station() {
    return station;
  }

  /** Passes a frame to the station in a form that it can take. */
  void deliver(Frame frame) {
    counters.framesOut++;
    counters.bytesOut += frame.length();
    if (frame.segmentBytes() != 0 || frame.partial()) {
      if (cuts(frame)) {
        bridge.offload().segment(frame, station::deliver);
        return;
      }
      if (!(frame.versionSix() ? features.checksum6() : features.checksum4())) {
        bridge.offload().complete(frame);
      }
    }
    station.deliver(frame);
  }

  @Override
  public String toString() {
    return spec.name();
  }
}

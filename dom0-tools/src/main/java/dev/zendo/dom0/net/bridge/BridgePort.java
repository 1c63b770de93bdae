package dev.zendo.dom0.net.bridge;

import dev.zendo.dom0.net.wire.Frame;

/** A port of a switch. One thread, the switch's. */
public final class BridgePort {
  private final Bridge bridge;
  private final PortSpec spec;
  private final Station station;
  private final PortCounters counters = new PortCounters();
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

  /** Leaves the switch. */
  public void detach() {
    bridge.detach(this);
  }

  Station station() {
    return station;
  }

  /** Passes a frame to the station in a form that it can take. */
  void deliver(Frame frame) {
    counters.framesOut++;
    counters.bytesOut += frame.length();
    if (frame.segmentBytes() != 0 || frame.partial()) {
      boolean v6 = frame.versionSix();
      if (frame.segmentBytes() != 0 && !(v6 ? features.large6() : features.large4())) {
        bridge.offload().segment(frame, station::deliver);
        return;
      }
      if (!(v6 ? features.checksum6() : features.checksum4())) {
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

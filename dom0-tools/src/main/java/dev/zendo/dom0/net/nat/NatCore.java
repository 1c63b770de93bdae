package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import java.nio.channels.Selector;

/** What the parts of a user network have in common. On its thread. */
final class NatCore {
  final NetworkSpec spec;
  final Lan lan;
  final Destinations destinations;
  final Selector selector;
  final PacketWriter writer;
  final Neighbours neighbours = new Neighbours();
  final NatMetrics metrics = new NatMetrics();
  private final Mailbox out;

  NatCore(
      NetworkSpec spec, Destinations destinations, Selector selector, FramePool pool, Mailbox out) {
    this.spec = spec;
    this.lan = spec.lan();
    this.destinations = destinations;
    this.selector = selector;
    this.writer = new PacketWriter(pool, lan.station());
    this.out = out;
  }

  /** Sends a frame to the switch, with the end of what is being done. */
  void send(Frame frame) {
    out.put(frame);
  }
}

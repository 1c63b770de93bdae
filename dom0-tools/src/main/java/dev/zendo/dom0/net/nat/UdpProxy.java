package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * All exchanges of datagrams of a network's guests, questions to the name server among them. On the
 * network's thread.
 */
final class UdpProxy {
  private static final int MOST = 512;
  private static final int MOST_EACH = 256;
  private static final long IDLE = TimeUnit.SECONDS.toNanos(120);

  /** Each question to a name server usually has its own port. */
  private static final long NAME_IDLE = TimeUnit.SECONDS.toNanos(8);

  private static final long SWEEP = TimeUnit.SECONDS.toNanos(2);

  private final NatCore core;
  private final Datagrams datagrams;
  private final Map<FlowKey, UdpFlow> flows = new LinkedHashMap<>();
  private final Quota quota = new Quota(MOST, MOST_EACH);
  private final byte[] bytes = new byte[0x10000];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private long deadline = Long.MAX_VALUE;

  UdpProxy(NatCore core) {
    this.core = core;
    this.datagrams = new Datagrams(core);
  }

  NatCore core() {
    return core;
  }

  int size() {
    return flows.size();
  }

  /** Room for a datagram, while it is passed on. */
  ByteBuffer buffer() {
    return buffer;
  }

  /** Takes a UDP packet from a guest; false when it may not go where it wants. */
  boolean receive(Frame frame, PacketView view, long station, long now) {
    byte[] data = frame.data();
    int header = view.transport();
    int length = Wire.u16(data, header + Ip.UDP_LENGTH);
    if (length < Ip.UDP_HEADER || length > view.end() - header) {
      core.metrics.malformed++;
      return true;
    }
    FlowKey key =
        new FlowKey(
            Wire.i32(data, view.network() + Ip.V4_SOURCE),
            Wire.u16(data, header + Ip.SOURCE_PORT),
            Wire.i32(data, view.network() + Ip.V4_DESTINATION),
            Wire.u16(data, header + Ip.DESTINATION_PORT));
    UdpFlow flow = flows.get(key);
    if (flow == null) {
      flow = open(key, station, now);
    }
    if (flow == null) {
      return false;
    }
    if (flow.station() == station
        && !flow.send(data, header + Ip.UDP_HEADER, length - Ip.UDP_HEADER, now)) {
      remove(flow);
      return false;
    }
    return true;
  }

  private UdpFlow open(FlowKey key, long station, long now) {
    InetSocketAddress to = core.destinations.find(key.other(), key.otherPort());
    if (to == null || !room(station)) {
      core.metrics.refused++;
      return null;
    }
    try {
      DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
      UdpFlow flow = new UdpFlow(this, key, station, to, channel);
      flows.put(key, flow);
      core.metrics.udpOpened++;
      deadline = Math.min(deadline, now + SWEEP);
      return opened(flow);
    } catch (IOException e) {
      quota.give(station);
      return null;
    }
  }

  private UdpFlow opened(UdpFlow flow) {
    try {
      flow.open(core.selector);
      return flow;
    } catch (IOException e) {
      remove(flow);
      return null;
    }
  }

  /** Makes room for another flow: the station's oldest one goes when it has too many. */
  private boolean room(long station) {
    if (quota.take(station)) {
      return true;
    }
    UdpFlow oldest = null;
    for (UdpFlow flow : flows.values()) {
      if (flow.station() == station && (oldest == null || flow.active() < oldest.active())) {
        oldest = flow;
      }
    }
    if (oldest == null) {
      return false;
    }
    remove(oldest);
    return quota.take(station);
  }

  /** Passes on what is in {@link #buffer}. */
  void deliver(UdpFlow from, int length) {
    datagrams.send(from.station(), from.key(), bytes, length);
  }

  void remove(UdpFlow flow) {
    if (flows.remove(flow.key(), flow)) {
      quota.give(flow.station());
      flow.close();
    }
  }

  /** When {@link #expire} has to be called at the latest. */
  long deadline() {
    return deadline;
  }

  /** Forgets exchanges that ended. */
  void expire(long now) {
    if (now < deadline) {
      return;
    }
    List<UdpFlow> ended = new ArrayList<>();
    for (UdpFlow flow : flows.values()) {
      boolean name = core.destinations.name(flow.key().other());
      if (now - flow.active() > (name ? NAME_IDLE : IDLE)) {
        ended.add(flow);
        if (name && !flow.answered()) {
          core.destinations.silent(flow.to());
        }
      }
    }
    ended.forEach(this::remove);
    deadline = flows.isEmpty() ? Long.MAX_VALUE : now + SWEEP;
  }

  /** Closes all sockets. */
  void close() {
    flows.values().forEach(UdpFlow::close);
    flows.clear();
  }
}

package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
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
  private static final int FIRST_PORT = 49152;
  private static final long IDLE = TimeUnit.SECONDS.toNanos(120);

  /** Each question to a name server usually has its own port. */
  private static final long NAME_IDLE = TimeUnit.SECONDS.toNanos(8);

  private static final long SWEEP = TimeUnit.SECONDS.toNanos(2);

  private final NatCore core;
  private final Fragments fragments;
  private final Map<FlowKey, UdpFlow> flows = new LinkedHashMap<>();
  private final Quota quota = new Quota(MOST, MOST_EACH);
  private final byte[] bytes = new byte[0x10000];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private int lastPort = FIRST_PORT;
  private long deadline = Long.MAX_VALUE;

  UdpProxy(NatCore core, Fragments fragments) {
    this.core = core;
    this.fragments = fragments;
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
    if (flow.station() != station && flow.station() != 0) {
      return true;
    }
    if (!flow.send(data, header + Ip.UDP_HEADER, length - Ip.UDP_HEADER, now)) {
      remove(flow);
      return false;
    }
    core.metrics.bytesOut += length - Ip.UDP_HEADER;
    return true;
  }

  private UdpFlow open(FlowKey key, long station, long now) {
    InetSocketAddress to = core.destinations.find(key.other(), key.otherPort());
    if (to == null || !room(station)) {
      core.metrics.refused++;
      return null;
    }
    try {
      OwnSocket socket = OwnSocket.open(this, to);
      UdpFlow flow = new UdpFlow(key, station, to, socket, now);
      socket.serve(flow);
      core.metrics.udpOpened++;
      return add(flow, now);
    } catch (IOException e) {
      core.metrics.udpFailed++;
      quota.give(station);
      return null;
    }
  }

  private UdpFlow add(UdpFlow flow, long now) {
    flows.put(flow.key(), flow);
    deadline = Math.min(deadline, now + SWEEP);
    return flow;
  }

  /** Begins an exchange for somebody outside; null when there are too many. */
  UdpFlow forward(HostForward to, InetSocketAddress from, DatagramWay way, long now) {
    if (!room(0)) {
      core.metrics.refused++;
      return null;
    }
    int guest = to.guest() == 0 ? core.lan.firstGuest() : to.guest();
    FlowKey key;
    do {
      lastPort = lastPort == 0xffff ? FIRST_PORT : lastPort + 1;
      key = new FlowKey(guest, to.guestPort(), core.lan.gateway(), lastPort);
    } while (flows.containsKey(key));
    core.metrics.udpForwarded++;
    return add(new UdpFlow(key, 0, from, way, now), now);
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
    core.metrics.bytesIn += length;
    FlowKey key = from.key();
    long to = from.station() != 0 ? from.station() : core.neighbours.find(key.guest());
    if (to == 0) {
      // As any router does: the datagram is lost, later ones are not.
      core.send(Arp.request(core, key.guest()));
      return;
    }
    Frame frame =
        core.writer.udp(to, key.other(), key.otherPort(), key.guest(), key.guestPort(), length);
    System.arraycopy(bytes, 0, frame.data(), PacketWriter.PAYLOAD + Ip.UDP_HEADER, length);
    fragments.send(frame);
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

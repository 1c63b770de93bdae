package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.nat.tcp.TcpEndpoint;
import dev.zendo.dom0.net.nat.tcp.TcpSegment;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** All TCP connections of a network's guests. On the network's thread. */
final class TcpProxy {
  private static final int MOST = 1024;
  private static final int MOST_EACH = 512;
  private static final int MSS = Ip.MTU - Ip.V4_HEADER - Ip.TCP_HEADER;
  private static final int FIRST_PORT = 49152;

  /** A connection of which nothing is heard for so long is forgotten. */
  private static final long IDLE = TimeUnit.HOURS.toNanos(4);

  private static final long CONNECTING = TimeUnit.SECONDS.toNanos(60);

  /** How often those are looked for. */
  private static final long SWEEP = TimeUnit.SECONDS.toNanos(20);

  private final NatCore core;
  private final Map<FlowKey, TcpFlow> flows = new HashMap<>();
  private final List<TcpFlow> touched = new ArrayList<>();
  private final Quota quota = new Quota(MOST, MOST_EACH);
  private final BufferBudget budget = new BufferBudget();
  private final SecureRandom random = new SecureRandom();
  private final TcpSegment segment = new TcpSegment();
  private int lastPort = FIRST_PORT;
  private long deadline = TcpEndpoint.NEVER;

  TcpProxy(NatCore core) {
    this.core = core;
  }

  NatCore core() {
    return core;
  }

  int size() {
    return flows.size();
  }

  /** Takes a TCP packet from a guest. */
  void receive(Frame frame, PacketView view, long station, long now) {
    byte[] data = frame.data();
    int header = view.transport();
    segment.parse(data, header, view.end());
    FlowKey key =
        new FlowKey(
            Wire.i32(data, view.network() + Ip.V4_SOURCE),
            Wire.u16(data, header + Ip.SOURCE_PORT),
            Wire.i32(data, view.network() + Ip.V4_DESTINATION),
            Wire.u16(data, header + Ip.DESTINATION_PORT));
    TcpFlow flow = flows.get(key);
    boolean asks = segment.has(Ip.SYN) && !segment.has(Ip.ACK) && !segment.has(Ip.RST);
    if (flow != null && asks && flow.end().done()) {
      remove(flow);
      flow = null;
    }
    if (flow == null) {
      stranger(key, station, asks, now);
    } else if (flow.station() == station || flow.station() == 0) {
      flow.receive(segment, now);
      touch(flow);
    }
  }

  private void stranger(FlowKey key, long station, boolean asks, long now) {
    InetSocketAddress to = core.destinations.find(key.other(), key.otherPort());
    if (!asks || to == null || !quota.take(station)) {
      core.metrics.refused += asks ? 1 : 0;
      refuse(key, station);
      return;
    }
    SocketChannel channel = null;
    try {
      channel = SocketChannel.open(StandardProtocolFamily.INET);
      open(key, station, channel, to, now);
    } catch (IOException e) {
      // No route, or no more sockets: the guest hears that nobody is there.
      core.metrics.tcpFailed++;
      if (channel != null) {
        Sockets.close(channel);
      }
      quota.give(station);
      refuse(key, station);
    }
  }

  private void open(
      FlowKey key, long station, SocketChannel channel, InetSocketAddress to, long now)
      throws IOException {
    prepare(channel);
    boolean connected = channel.connect(to);
    TcpFlow flow = new TcpFlow(this, key, station, channel, budget.take());
    TcpEndpoint end = TcpEndpoint.asked(segment, flow, random.nextInt(), MSS, flow.buffer());
    add(flow, end, connected, now);
    if (connected) {
      flow.connected(now);
    }
  }

  private static void prepare(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    // The guest's TCP decides when bytes wait.
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  private void add(TcpFlow flow, TcpEndpoint end, boolean connected, long now) throws IOException {
    SelectionKey selection = flow.register(core.selector, connected ? 0 : SelectionKey.OP_CONNECT);
    flow.start(end, selection, connected, now);
    flows.put(flow.key(), flow);
    core.metrics.tcpOpened++;
    deadline = Math.min(deadline, now + SWEEP);
    touch(flow);
  }

  /** Connects a socket of the host to a guest. */
  void forward(SocketChannel channel, HostForward to, long now) throws IOException {
    if (!quota.take(0)) {
      Sockets.reset(channel);
      return;
    }
    int guest = to.guest() == 0 ? core.lan.firstGuest() : to.guest();
    FlowKey key = new FlowKey(guest, to.guestPort(), core.lan.gateway(), freePort(guest, to));
    try {
      prepare(channel);
    } catch (IOException e) {
      quota.give(0);
      Sockets.close(channel);
      return;
    }
    TcpFlow flow = new TcpFlow(this, key, 0, channel, budget.take());
    TcpEndpoint end = TcpEndpoint.asking(flow, random.nextInt(), MSS, flow.buffer(), now);
    add(flow, end, true, now);
    core.metrics.tcpForwarded++;
  }

  private int freePort(int guest, HostForward to) {
    do {
      lastPort = lastPort == 0xffff ? FIRST_PORT : lastPort + 1;
    } while (flows.containsKey(new FlowKey(guest, to.guestPort(), core.lan.gateway(), lastPort)));
    return lastPort;
  }

  /** Answers a segment of no connection (RFC 9293, 3.10.7.1). */
  private void refuse(FlowKey key, long station) {
    if (segment.has(Ip.RST)) {
      return;
    }
    Frame frame = core.writer.ip(station, key.other(), key.guest(), Ip.TCP, Ip.TCP_HEADER);
    segment.toReset().write(frame.data(), PacketWriter.PAYLOAD);
    ports(frame, key.otherPort(), key.guestPort());
    PacketWriter.open(frame, Ip.TCP, Ip.TCP_CHECKSUM, Ip.TCP_HEADER);
    core.send(frame);
  }

  static void ports(Frame frame, int from, int to) {
    Wire.put16(frame.data(), PacketWriter.PAYLOAD + Ip.SOURCE_PORT, from);
    Wire.put16(frame.data(), PacketWriter.PAYLOAD + Ip.DESTINATION_PORT, to);
  }

  /** A flow has something to do. */
  void touch(TcpFlow flow) {
    if (!flow.touched) {
      flow.touched = true;
      touched.add(flow);
    }
  }

  /** Does what flows have to do, after all that came was looked at. */
  void settle(long now) {
    for (int i = 0; i < touched.size(); i++) {
      TcpFlow flow = touched.get(i);
      flow.touched = false;
      flow.pump(now);
      if (flow.end().gone()) {
        remove(flow);
      } else {
        deadline = Math.min(deadline, flow.end().deadline());
      }
    }
    touched.clear();
  }

  private void remove(TcpFlow flow) {
    if (flows.remove(flow.key(), flow)) {
      quota.give(flow.station());
      budget.give(flow.buffer());
      flow.release();
    }
  }

  /** When {@link #expire} has to be called at the latest. */
  long deadline() {
    return deadline;
  }

  /** Looks what waited for the time. */
  void expire(long now) {
    if (now < deadline) {
      return;
    }
    deadline = flows.isEmpty() ? TcpEndpoint.NEVER : now + SWEEP;
    for (TcpFlow flow : flows.values()) {
      boolean forgotten = now - flow.active() > (flow.connected() ? IDLE : CONNECTING);
      if (forgotten) {
        flow.abort();
      }
      if (forgotten || now >= flow.end().deadline()) {
        flow.end().expire(now);
        touch(flow);
      } else {
        deadline = Math.min(deadline, flow.end().deadline());
      }
    }
  }

  /** Closes all sockets. */
  void close() {
    flows.values().forEach(TcpFlow::abort);
    flows.clear();
  }
}

package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.bridge.PortFeatures;
import dev.zendo.dom0.net.bridge.PortSpec;
import dev.zendo.dom0.net.bridge.Station;
import dev.zendo.dom0.net.nat.dhcp.DhcpConfig;
import dev.zendo.dom0.net.nat.dhcp.DhcpServer;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.Offload;
import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * DHCP, the gateway, the name server and the way out for the guests of a switch. Its frames pass
 * the switch on the event thread, all else happens on a thread of its own.
 */
public final class UserNetwork implements Station, AutoCloseable {
  private static final long JOIN_MILLIS = 2000;

  private final Executor events;
  private final Mailbox in = new Mailbox();
  private final Mailbox out = new Mailbox();
  private final AtomicBoolean posted = new AtomicBoolean();
  private final List<Frame> leaving = new ArrayList<>();
  private final NatCore core;
  private final TcpProxy tcp;
  private final UdpProxy udp;
  private final List<PortForward> forwards = new ArrayList<>();
  private final NatLoop loop;
  private final EchoProbe probe;
  private final Thread thread;
  private BridgePort port;

  private UserNetwork(NetworkSpec spec, FramePool pool, Executor events, Resolvers resolvers)
      throws IOException {
    this.events = events;
    Destinations destinations = new Destinations(spec, resolvers);
    this.core = new NatCore(spec, destinations, Selector.open(), pool, out);
    this.tcp = new TcpProxy(core);
    Fragments fragments = new Fragments(core, new Offload(pool));
    this.udp = new UdpProxy(core, fragments);
    DhcpServer dhcp = spec.dhcp() ? new DhcpServer(config(spec)) : null;
    this.loop = new NatLoop(core, in, this::post, tcp, udp);
    this.probe = new EchoProbe(loop);
    loop.router(new PacketRouter(core, fragments, new Reassembly(pool), tcp, udp, probe, dhcp));
    this.thread = DaemonThreads.make("net-" + spec.name(), loop);
  }

  private static DhcpConfig config(NetworkSpec spec) {
    Lan lan = spec.lan();
    return new DhcpConfig(
        lan.gateway(),
        lan.mask(),
        spec.nat() ? lan.gateway() : 0,
        spec.nat() ? lan.dns() : 0,
        lan.firstGuest(),
        lan.guests());
  }

  /**
   * Opens what it needs of the host. Any thread.
   *
   * @param pool where its frames come from
   * @param events runs something on the switch's thread, later
   * @throws ToolException when the host gives no sockets, or not the ports that are forwarded
   */
  public static UserNetwork open(NetworkSpec spec, FramePool pool, Executor events) {
    return open(spec, pool, events, new Resolvers(System::nanoTime));
  }

  static UserNetwork open(NetworkSpec spec, FramePool pool, Executor events, Resolvers resolvers) {
    UserNetwork network;
    try {
      network = new UserNetwork(spec, pool, events, resolvers);
    } catch (IOException e) {
      throw new ToolException("the network " + spec.name() + ": " + e.getMessage(), e);
    }
    try {
      for (HostForward forward : spec.forwards()) {
        network.forwards.add(
            forward.udp()
                ? UdpForward.open(network.udp, forward)
                : ForwardListener.open(network.tcp, forward));
      }
      return network;
    } catch (ToolException e) {
      network.closeSockets();
      throw e;
    }
  }

  /** Joins a switch, once, and begins to serve it. On the switch's thread. */
  public void join(Bridge bridge) {
    port = bridge.attach(new PortSpec("nat", core.lan.station(), true), this);
    port.features(PortFeatures.ALL);
    thread.start();
  }

  @Override
  public void deliver(Frame frame) {
    in.put(frame);
  }

  @Override
  public void flush() {
    loop.wake();
  }

  @Override
  public boolean wantsGroup(long address) {
    return false;
  }

  /** On the network's thread. */
  private void post() {
    if (!out.isEmpty() && posted.compareAndSet(false, true)) {
      events.execute(this::sendAll);
    }
  }

  /** On the switch's thread. */
  private void sendAll() {
    posted.set(false);
    out.take(leaving);
    for (Frame frame : leaving) {
      if (port == null) {
        frame.release();
      } else {
        port.send(frame);
      }
    }
    leaving.clear();
    if (port != null) {
      port.flush();
    }
  }

  /** The ports of the host that were opened, in the order of the specification. */
  public List<Integer> forwardedPorts() {
    return forwards.stream().map(PortForward::port).toList();
  }

  /** What it did so far. Any thread. */
  public Map<String, Object> metrics() {
    Map<String, Object> map = new LinkedHashMap<>(core.metrics.toMap());
    map.put("tcp", tcp.size());
    map.put("udp", udp.size());
    map.put("dropped_in", in.dropped());
    map.put("dropped_out", out.dropped());
    return map;
  }

  /** Leaves the switch, and closes all connections. On the switch's thread. */
  @Override
  public void close() {
    if (port != null) {
      port.detach();
      port = null;
    }
    loop.close();
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeSockets();
  }

  private void closeSockets() {
    probe.close();
    forwards.forEach(PortForward::close);
    Sockets.close(core.selector);
  }
}

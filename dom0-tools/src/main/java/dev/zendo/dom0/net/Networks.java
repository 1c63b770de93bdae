package dev.zendo.dom0.net;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.capture.Capture;
import dev.zendo.dom0.net.nat.NetworkSpec;
import dev.zendo.dom0.net.nat.UserNetwork;
import dev.zendo.dom0.net.tap.TapDevice;
import dev.zendo.dom0.net.wire.FramePool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The switches of a machine, by name. A switch comes into being when somebody first asks for it. On
 * the event thread, except where a method says otherwise.
 */
public final class Networks implements AutoCloseable {
  private final FramePool pool = new FramePool();
  private final Map<String, Bridge> bridges = new TreeMap<>();
  private final Map<String, UserNetwork> users = new ConcurrentHashMap<>();
  private final Set<RunningCapture> captures = ConcurrentHashMap.newKeySet();
  private final Map<String, TapDevice> taps = new ConcurrentHashMap<>();
  private final Executor events;
  private final NetworkTime time;

  /**
   * No switches yet.
   *
   * @param events runs something on the event thread, after what it does now
   */
  public Networks(Executor events, NetworkTime time) {
    this.events = events;
    this.time = time;
  }

  /** The switch with a name. */
  public Bridge bridge(String name) {
    Bridge bridge = bridges.get(name);
    if (bridge == null) {
      bridge = new Bridge(name, pool, time::nanos);
      bridges.put(name, bridge);
      for (RunningCapture capture : captures) {
        observe(bridge, capture);
      }
      TapDevice tap = taps.get(name);
      if (tap != null) {
        tap.join(bridge);
      }
      UserNetwork user = users.get(name);
      if (user != null) {
        user.join(bridge);
      }
    }
    return bridge;
  }

  /**
   * Gives a network DHCP and the way out, as described; before the first guest joins it. Any
   * thread.
   *
   * @throws ToolException when the host does not give what that needs
   */
  public void configure(NetworkSpec spec) {
    if (users.containsKey(spec.name())) {
      throw new ToolException("the network " + spec.name() + " is described twice");
    }
    if (spec.served()) {
      users.put(spec.name(), UserNetwork.open(spec, pool, events));
    }
  }

  /**
   * Starts writing what passes a network to a pcapng file, at any time. Any thread.
   *
   * @throws ToolException when the file cannot be written
   */
  public RunningCapture capture(String name, Path file) {
    return start(new RunningCapture(open(file), name, 0, this::end));
  }

  /**
   * Starts writing what a domain's interfaces send and get, on all networks, at any time. Any
   * thread.
   *
   * @throws ToolException when the file cannot be written
   */
  public RunningCapture capture(int domain, Path file) {
    return start(new RunningCapture(open(file), null, domain, this::end));
  }

  private static Capture open(Path file) {
    try {
      return new Capture(Files.newOutputStream(file));
    } catch (IOException e) {
      throw new ToolException(file + ": cannot be written (" + IoReason.of(e) + ")", e);
    }
  }

  private RunningCapture start(RunningCapture capture) {
    captures.add(capture);
    events.execute(() -> bridges.values().forEach(bridge -> observe(bridge, capture)));
    return capture;
  }

  private void observe(Bridge bridge, RunningCapture capture) {
    if (capture.concerns(bridge.name()) && captures.contains(capture)) {
      bridge.observe(capture);
    }
  }

  private void end(RunningCapture capture) {
    captures.remove(capture);
    events.execute(() -> bridges.values().forEach(bridge -> bridge.ignore(capture)));
  }

  /**
   * Puts a TAP interface of the host on a network; before the first guest joins it. Any thread.
   *
   * @throws ToolException when the host does not allow it
   */
  public void tap(String name, String hostInterface) {
    if (taps.containsKey(name)) {
      throw new ToolException("the network " + name + " has a TAP interface already");
    }
    try {
      taps.put(name, new TapDevice(hostInterface, events));
    } catch (IOException e) {
      throw new ToolException(e.getMessage(), e);
    }
  }

  /** What gives a network DHCP and the way out, if anything does. Any thread. */
  public Optional<UserNetwork> user(String name) {
    return Optional.ofNullable(users.get(name));
  }

  /**
   * What went through the switches and the user networks so far: for each network its ports, and
   * {@code nat} where it has a way out.
   */
  public Map<String, Map<String, Object>> metrics() {
    Map<String, Map<String, Object>> all = new TreeMap<>();
    bridges.forEach(
        (name, bridge) -> {
          Map<String, Object> ports = new LinkedHashMap<>();
          bridge.ports().forEach(port -> ports.put(port.toString(), port.counters().toMap()));
          Map<String, Object> network = new LinkedHashMap<>();
          network.put("ports", ports);
          user(name).ifPresent(user -> network.put("nat", user.metrics()));
          all.put(name, network);
        });
    return all;
  }

  /** The time of the machine. Any thread. */
  public NetworkTime time() {
    return time;
  }

  /** Ends what runs. */
  @Override
  public void close() {
    users.values().forEach(UserNetwork::close);
    taps.values().forEach(TapDevice::close);
    List.copyOf(captures).forEach(RunningCapture::close);
    time.close();
  }
}

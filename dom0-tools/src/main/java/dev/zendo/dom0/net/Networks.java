package dev.zendo.dom0.net;

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
import java.util.Map;
import java.util.Optional;
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
  private final Map<String, Capture> captures = new ConcurrentHashMap<>();
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
      Capture capture = captures.get(name);
      if (capture != null) {
        bridge.observe(capture);
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
   * Writes what passes a network to a pcapng file; before the first guest joins it. Any thread.
   *
   * @throws ToolException when the file cannot be written
   */
  public void capture(String name, Path file) {
    if (captures.containsKey(name)) {
      throw new ToolException("the network " + name + " is captured twice");
    }
    try {
      captures.put(name, new Capture(Files.newOutputStream(file)));
    } catch (IOException e) {
      throw new ToolException("the capture " + file + " cannot be written: " + e.getMessage(), e);
    }
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

  /** The time of the machine. Any thread. */
  public NetworkTime time() {
    return time;
  }

  /** Ends what runs. */
  @Override
  public void close() {
    users.values().forEach(UserNetwork::close);
    taps.values().forEach(TapDevice::close);
    captures.values().forEach(Capture::close);
    time.close();
  }
}

package dev.zendo.dom0.net.bridge;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.net.wire.Offload;
import dev.zendo.dom0.net.wire.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A switch: learns where addresses are, passes frames there, and to everybody where it does not
 * know. All methods on one thread.
 */
public final class Bridge {
  /** As in IEEE 802.1D. */
  private static final long AGE = TimeUnit.SECONDS.toNanos(300);

  /** Addresses that a switch never passes on (802.1D): 01-80-c2-00-00-00 to -0f. */
  private static final long RESERVED = 0x0180_c200_0000L;

  /** Most ports; more guests than this do not meet on one switch. */
  private static final int MAX_PORTS = 1024;

  private final String name;
  private final FramePool pool;
  private final LongSupplier nanos;
  private final Offload offload;
  private final MacTable table = new MacTable(AGE);
  private final List<BridgePort> ports = new ArrayList<>();
  private final List<BridgePort> dirty = new ArrayList<>();
  private final List<Observer> observers = new ArrayList<>();

  /**
   * A switch without ports.
   *
   * @param nanos the time, in nanoseconds from any beginning
   */
  public Bridge(String name, FramePool pool, LongSupplier nanos) {
    this.name = name;
    this.pool = pool;
    this.nanos = nanos;
    this.offload = new Offload(pool);
  }

  /** Its name, as in the configuration of guests. */
  public String name() {
    return name;
  }

  /** Where its frames come from. */
  public FramePool pool() {
    return pool;
  }

  Offload offload() {
    return offload;
  }

  /**
   * Adds a port.
   *
   * @throws IllegalStateException when there are too many
   */
  public BridgePort attach(PortSpec spec, Station station) {
    if (ports.size() >= MAX_PORTS) {
      throw new IllegalStateException("the network " + name + " has no room for another interface");
    }
    BridgePort port = new BridgePort(this, spec, station);
    ports.add(port);
    return port;
  }

  void detach(BridgePort port) {
    ports.remove(port);
    dirty.remove(port);
    table.forget(port);
  }

  /** The ports at this moment. */
  public List<BridgePort> ports() {
    return List.copyOf(ports);
  }

  /** Has somebody look at all frames that pass; once, however often this is said. */
  public void observe(Observer observer) {
    if (!observers.contains(observer)) {
      observers.add(observer);
    }
  }

  /** Has somebody look no longer. */
  public void ignore(Observer observer) {
    observers.remove(observer);
  }

  /** Addresses that it knows. */
  public int addresses() {
    return table.size();
  }

  void forward(BridgePort from, Frame frame) {
    PortCounters counters = from.counters();
    counters.framesIn++;
    counters.bytesIn += frame.length();
    if (frame.length() < Ip.ETHERNET || !offload.sound(frame)) {
      counters.malformed++;
      frame.release();
      return;
    }
    long to = Wire.u48(frame.data(), 0);
    long sender = Wire.u48(frame.data(), 6);
    if (MacAddress.isGroup(sender) || sender == 0 || (to & ~0xfL) == RESERVED) {
      counters.malformed++;
      frame.release();
      return;
    }
    if (!admits(from, sender)) {
      counters.spoofed++;
      frame.release();
      return;
    }
    for (int i = 0; i < observers.size(); i++) {
      observers.get(i).passed(from, frame);
    }
    pass(from, frame, sender, to);
  }

  /** Whether a port may send with this address: it is not that of another port's station. */
  private boolean admits(BridgePort from, long sender) {
    if (sender == from.spec().address()) {
      return true;
    }
    return !from.spec().guarded() && owner(sender) == null;
  }

  private BridgePort owner(long address) {
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).spec().address() == address) {
        return ports.get(i);
      }
    }
    return null;
  }

  private void pass(BridgePort from, Frame frame, long sender, long to) {
    long now = nanos.getAsLong();
    table.learn(sender, from, now);
    BridgePort target = target(to, now);
    if (target == null) {
      flood(from, frame, to);
    } else if (target == from) {
      frame.release();
    } else {
      give(target, frame);
    }
  }

  /** The one port that gets frames for an address; null when that is not known. */
  private BridgePort target(long to, long now) {
    if (MacAddress.isGroup(to)) {
      return null;
    }
    BridgePort target = table.find(to, now);
    return target == null ? owner(to) : target;
  }

  boolean holds(BridgePort from, Frame frame, Runnable again) {
    if (frame.length() < Ip.ETHERNET) {
      return false;
    }
    BridgePort target = target(Wire.u48(frame.data(), 0), nanos.getAsLong());
    return target != null && target != from && !target.admits(frame, again);
  }

  private void flood(BridgePort from, Frame frame, long to) {
    BridgePort last = null;
    for (int i = 0; i < ports.size(); i++) {
      BridgePort port = ports.get(i);
      boolean group = MacAddress.isGroup(to) && to != MacAddress.BROADCAST;
      if (port == from || group && !port.station().wantsGroup(to)) {
        continue;
      }
      if (last != null) {
        give(last, frame.copy());
      }
      last = port;
    }
    if (last == null) {
      frame.release();
    } else {
      give(last, frame);
    }
  }

  private void give(BridgePort port, Frame frame) {
    if (!port.dirty) {
      port.dirty = true;
      dirty.add(port);
    }
    for (int i = 0; i < observers.size(); i++) {
      observers.get(i).delivered(port, frame);
    }
    port.deliver(frame);
  }

  /** Lets the stations that got frames work on them. */
  void flush() {
    for (int i = 0; i < dirty.size(); i++) {
      BridgePort port = dirty.get(i);
      port.dirty = false;
      port.station().flush();
    }
    dirty.clear();
  }
}

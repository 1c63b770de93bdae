package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.control.GrantCopier;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.BackRing;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.dom0.device.DeviceTask;
import dev.zendo.dom0.net.Networks;
import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.bridge.PortFeatures;
import dev.zendo.dom0.net.bridge.PortSpec;
import dev.zendo.dom0.net.bridge.RateLimit;
import dev.zendo.dom0.net.bridge.Station;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.hypercalls.io.NetifCtrlRequest;
import dev.zendo.hypercalls.io.XenbusState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The back end of one network interface (io/netif.h). On the event thread. */
final class VifBackend implements Backend, Station {
  /** Most queues of an interface. All are served by one thread, so more would only cost. */
  static final int MAX_QUEUES = 4;

  private final BackendDevice device;
  private final Networks networks;
  private final Bridge bridge;
  private final PortSpec portSpec;
  private final CopyBatch copies;
  private final VifMetrics metrics = new VifMetrics();
  private final TxCredit credit;
  private final MulticastGroups groups = new MulticastGroups();
  private BridgePort port;
  private VifQueue[] queues = {};
  private QueueChooser chooser = new QueueChooser(1);
  private ControlRing control;
  private Mapping controlPage;
  private Channel controlChannel;
  private boolean controlResumes;

  VifBackend(BackendDevice device, Networks networks, GrantCopier copier) throws DeviceException {
    this.device = device;
    this.networks = networks;
    this.bridge = networks.bridge(device.back("bridge").orElse(VifSpec.DEFAULT_BRIDGE));
    this.copies = new CopyBatch(copier, device.memory(), device.domain());
    String name =
        device.back("vifname").orElse(VifSpec.TYPE + device.domain() + "." + device.devid());
    boolean guarded = device.back("antispoof").filter("1"::equals).isPresent();
    this.portSpec = new PortSpec(name, address(device), guarded, device.domain());
    this.credit = new TxCredit(networks.time()::nanos);
    credit.limit(limit());
  }

  private static long address(BackendDevice device) throws DeviceException {
    try {
      return MacAddress.parse(device.requireBack("mac")).value();
    } catch (IllegalArgumentException e) {
      throw new DeviceException(e.getMessage());
    }
  }

  private Optional<RateLimit> limit() throws DeviceException {
    try {
      return device.back("rate").map(RateLimit::parseKey);
    } catch (IllegalArgumentException e) {
      throw new DeviceException(e.getMessage());
    }
  }

  @Override
  public void publish() {
    device.publish("feature-sg", 1);
    device.publish("feature-gso-tcpv4", 1);
    device.publish("feature-gso-tcpv6", 1);
    device.publish("feature-ipv6-csum-offload", 1);
    device.publish("feature-rx-copy", 1);
    device.publish("feature-rx-flip", 0);
    device.publish("feature-multicast-control", 1);
    device.publish("feature-split-event-channels", 1);
    device.publish("multi-queue-max-queues", MAX_QUEUES);
    device.publish("feature-ctrl-ring", 1);
  }

  @Override
  public boolean connectsAt(int state) {
    return state == XenbusState.CONNECTED;
  }

  @Override
  public void connect() throws DeviceException {
    if (device.frontInt("request-rx-copy", 0) == 0) {
      throw new DeviceException("the frontend does not ask for received packets to be copied");
    }
    int count = device.frontInt("multi-queue-num-queues", 1);
    if (count < 1 || count > MAX_QUEUES) {
      throw new DeviceException(
          "the frontend asks for " + Integer.toUnsignedString(count) + " queues of " + MAX_QUEUES);
    }
    boolean scatter = asks("feature-sg");
    groups.controlled(asks("request-multicast-control"));
    chooser = new QueueChooser(count);
    attach(scatter);
    queues = new VifQueue[count];
    for (int i = 0; i < count; i++) {
      queues[i] = new VifQueue(device, this);
    }
    for (int i = 0; i < count; i++) {
      String prefix = count == 1 ? "" : "queue-" + i + "/";
      queues[i].connect(prefix, copies, scatter);
    }
    connectControl();
    metrics.connects++;
  }

  private boolean asks(String key) throws DeviceException {
    return device.frontInt(key, 0) != 0;
  }

  private void attach(boolean scatter) throws DeviceException {
    PortFeatures features =
        new PortFeatures(
            !asks("feature-no-csum-offload"),
            asks("feature-ipv6-csum-offload"),
            scatter && asks("feature-gso-tcpv4"),
            scatter && asks("feature-gso-tcpv6"));
    try {
      port = bridge.attach(portSpec, this);
    } catch (IllegalStateException e) {
      throw new DeviceException(e.getMessage());
    }
    port.features(features);
  }

  private void connectControl() throws DeviceException {
    if (device.front("ctrl-ring-ref").isEmpty()) {
      return;
    }
    controlPage = device.map(true, device.frontInt("ctrl-ring-ref"));
    BackRing ring =
        new BackRing(device.memory(), controlPage.address(), 1, NetifCtrlRequest.LAYOUT.size());
    control = new ControlRing(device.memory(), ring, copies, chooser, bridge.pool());
    controlChannel = device.bind(device.frontInt("event-channel-ctrl"), this::serveControl);
  }

  private void serveControl() throws DeviceException {
    if (control != null && !controlResumes && control.serve(controlChannel)) {
      controlResumes = true;
      device.post(
          () -> {
            controlResumes = false;
            serveControl();
          });
    }
  }

  /**
   * Makes the sending side of a queue.
   *
   * @param wake runs when it is worth serving a ring again that was held
   */
  TxRing transmit(BackRing ring, CopyBatch batch, Runnable wake) {
    TxParser parser = new TxParser(ring, batch, groups);
    return new TxRing(device.memory(), ring, batch, parser, port, bridge.pool(), this, wake);
  }

  /** Makes the receiving side of a queue. */
  RxRing receive(BackRing ring, CopyBatch batch, boolean scatter) {
    return new RxRing(device.memory(), ring, batch, metrics, scatter, networks.time()::nanos);
  }

  /** What its queues may still send together. */
  TxCredit credit() {
    return credit;
  }

  /** A queue of this guest has room for frames again. */
  void room() {
    if (port != null) {
      port.room();
    }
  }

  VifMetrics counters() {
    return metrics;
  }

  /** Runs something on the event thread later. */
  void later(long nanos, DeviceTask task) {
    networks.time().later(nanos, () -> device.post(task));
  }

  @Override
  public void deliver(Frame frame) {
    queues[chooser.choose(frame)].deliver(frame);
  }

  @Override
  public boolean hasRoom(Frame frame, int pieces) {
    return queues[chooser.choose(frame)].hasRoom(frame, pieces);
  }

  @Override
  public void flush() {
    for (VifQueue queue : queues) {
      queue.flush();
    }
  }

  @Override
  public boolean wantsGroup(long address) {
    return groups.wants(address);
  }

  @Override
  public void changed(String key) throws DeviceException {
    if (key.equals("rate")) {
      credit.limit(limit());
    }
  }

  @Override
  public void disconnect() {
    if (port != null) {
      port.detach();
      port = null;
    }
    for (VifQueue queue : queues) {
      queue.close();
    }
    queues = new VifQueue[0];
    if (controlChannel != null) {
      controlChannel.close();
      controlChannel = null;
    }
    if (controlPage != null) {
      controlPage.close();
      controlPage = null;
    }
    control = null;
  }

  @Override
  public void close() {
    // Nothing but the connection belongs to this interface.
  }

  @Override
  public Map<String, Object> metrics() {
    Map<String, Object> map = new LinkedHashMap<>(metrics.toMap());
    if (port != null) {
      map.put("switch", port.counters().toMap());
    }
    return map;
  }
}

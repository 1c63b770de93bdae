package dev.zendo.dom0.display;

import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.KeyboardKey;
import dev.zendo.hypercalls.io.KeyboardPage;
import dev.zendo.hypercalls.io.KeyboardPosition;
import dev.zendo.hypercalls.io.KeyboardRings;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/**
 * The back end of a {@code vkbd}: sends the guest keys and positions. {@link #key}, {@link
 * #pointer} and {@link #wheel} may be called by any thread; the rest runs on the event thread.
 */
final class Keyboard implements Backend, InputSink {
  /** Events that wait for a guest that does not take them; older ones are dropped then. */
  private static final int MAX_WAITING = 256;

  private final BackendDevice device;
  private final PhysicalMemory memory;
  private final Queue<Event> waiting = new ArrayDeque<>();
  private Mapping page;
  private Channel channel;
  private int produced;
  private long sent;
  private long dropped;

  /** Writes itself into a slot of the ring. */
  private interface Event {
    void write(PhysicalMemory memory, long slot);
  }

  Keyboard(BackendDevice device) {
    this.device = device;
    this.memory = device.memory();
    // Frontends look for these when they are probed, which may be before InitWait.
    device.publish("feature-abs-pointer", 1);
  }

  @Override
  public void publish() {
    device.publish("feature-abs-pointer", 1);
  }

  @Override
  public boolean connectsAt(int state) {
    return state == XenbusState.INITIALISED || state == XenbusState.CONNECTED;
  }

  @Override
  public void connect() throws DeviceException {
    page = device.front("page-gref").isPresent() ? granted() : foreign();
    produced = KeyboardPage.IN_PROD.get(memory, page.address());
    channel = device.bind(device.frontInt("event-channel"), this::flush);
  }

  private Mapping granted() throws DeviceException {
    return device.map(true, device.frontInt("page-gref"));
  }

  private Mapping foreign() throws DeviceException {
    long[] frame = {Integer.toUnsignedLong(device.frontInt("page-ref"))};
    try {
      return device.control().memory().mapForeign(device.domain(), frame, 0, 1);
    } catch (HypercallFailure e) {
      throw new DeviceException("the page cannot be mapped: " + e.getMessage());
    }
  }

  @Override
  public void key(int keycode, boolean pressed) {
    send(
        (to, slot) -> {
          KeyboardKey.TYPE.set(to, slot, KeyboardRings.TYPE_KEY);
          KeyboardKey.PRESSED.set(to, slot, pressed ? 1 : 0);
          KeyboardKey.KEYCODE.set(to, slot, keycode);
        });
  }

  @Override
  public void pointer(int x, int y) {
    position(x, y, 0);
  }

  @Override
  public void wheel(int x, int y, int steps) {
    position(x, y, steps);
  }

  private void position(int x, int y, int wheel) {
    send(
        (to, slot) -> {
          KeyboardPosition.TYPE.set(to, slot, KeyboardRings.TYPE_POS);
          KeyboardPosition.X.set(to, slot, x);
          KeyboardPosition.Y.set(to, slot, y);
          KeyboardPosition.WHEEL.set(to, slot, wheel);
        });
  }

  private void send(Event event) {
    device.post(
        () -> {
          if (waiting.size() == MAX_WAITING) {
            waiting.remove();
            dropped++;
          }
          waiting.add(event);
          flush();
        });
  }

  private void flush() throws DeviceException {
    if (page == null || waiting.isEmpty()) {
      return;
    }
    long at = page.address();
    int consumed = memory.getIntAcquire(at + KeyboardPage.IN_CONS.offset());
    int used = produced - consumed;
    if (Integer.compareUnsigned(used, KeyboardRings.IN_EVENTS) > 0) {
      throw new DeviceException("the frontend took events that were not there");
    }
    boolean wrote = false;
    while (!waiting.isEmpty() && used++ < KeyboardRings.IN_EVENTS) {
      int index = Integer.remainderUnsigned(produced++, KeyboardRings.IN_EVENTS);
      long slot = at + KeyboardRings.IN_OFFSET + (long) index * KeyboardRings.EVENT_SIZE;
      memory.clear(slot, KeyboardRings.EVENT_SIZE);
      waiting.remove().write(memory, slot);
      sent++;
      wrote = true;
    }
    if (wrote) {
      memory.putIntRelease(at + KeyboardPage.IN_PROD.offset(), produced);
      channel.notifyPeer();
    }
  }

  @Override
  public void disconnect() {
    if (channel != null) {
      channel.close();
      channel = null;
    }
    if (page != null) {
      page.close();
      page = null;
    }
    waiting.clear();
  }

  @Override
  public void close() {}

  @Override
  public Map<String, Object> metrics() {
    return Map.of("sent", sent, "dropped", dropped);
  }
}

package dev.zendo.dom0.display;

import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.ByteArrayMemory;
import dev.zendo.hypercalls.Memory;
import dev.zendo.hypercalls.io.FramebufferPage;
import dev.zendo.hypercalls.io.FramebufferResize;
import dev.zendo.hypercalls.io.FramebufferRings;
import dev.zendo.hypercalls.io.FramebufferUpdate;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.LinkedHashMap;
import java.util.Map;

/** The back end of a {@code vfb}: maps the guest's framebuffer and follows what it draws. */
final class Framebuffer implements Backend {
  /** Directory entries in a page: 8-byte frame numbers. */
  private static final int ENTRIES = 512;

  /** Most bytes of a framebuffer, unless the key videoram (MiB) says less. */
  private static final int MAX_MIB = 64;

  private final BackendDevice device;
  private final Screen screen;
  private final Runnable closed;
  private final PhysicalMemory memory;
  private final byte[] event = new byte[FramebufferRings.EVENT_SIZE];
  private Mapping page;
  private Mapping pixels;
  private long length;
  private Channel channel;
  private int consumed;
  private long updates;
  private long resizes;

  /**
   * A framebuffer that no frontend uses yet.
   *
   * @param closed runs when the device goes
   */
  Framebuffer(BackendDevice device, Screen screen, Runnable closed) {
    this.closed = closed;
    this.device = device;
    this.screen = screen;
    this.memory = device.memory();
  }

  @Override
  public void publish() {
    device.publish("feature-resize", 1);
    device.publish("request-update", 1);
  }

  @Override
  public boolean connectsAt(int state) {
    return state == XenbusState.INITIALISED || state == XenbusState.CONNECTED;
  }

  @Override
  public void connect() throws DeviceException {
    // The page is named by its machine frame, not by a grant.
    page = mapFrames(new long[] {Integer.toUnsignedLong(device.frontInt("page-ref"))});
    long at = page.address();
    int announced = FramebufferPage.MEM_LENGTH.get(memory, at);
    int most = Math.min(MAX_MIB, videoram()) << 20;
    if (announced <= 0 || announced > most) {
      throw new DeviceException(
          "a framebuffer of "
              + Integer.toUnsignedString(announced)
              + " bytes; at most "
              + most
              + " are mapped");
    }
    length = announced;
    Format format =
        Format.of(
            FramebufferPage.WIDTH.get(memory, at),
            FramebufferPage.HEIGHT.get(memory, at),
            FramebufferPage.LINE_LENGTH.get(memory, at),
            FramebufferPage.DEPTH.get(memory, at),
            0,
            length);
    pixels = mapFrames(frames(at, (int) (length + 0xfff >>> 12)));
    consumed = FramebufferPage.OUT_CONS.get(memory, at);
    screen.show(memory, pixels.address(), format);
    channel = device.bind(device.frontInt("event-channel"), this::serve);
  }

  private int videoram() throws DeviceException {
    String text = device.back("videoram").orElse("0");
    try {
      int value = Integer.parseInt(text);
      return value > 0 ? value : MAX_MIB;
    } catch (NumberFormatException e) {
      throw new DeviceException("videoram is no number: " + text);
    }
  }

  /** The machine frames of the framebuffer, from the directory pages that the page lists. */
  private long[] frames(long at, int count) throws DeviceException {
    long[] frames = new long[count];
    for (int done = 0; done < count; done += ENTRIES) {
      long directory = FramebufferPage.PD.get(memory, at, done / ENTRIES);
      try (Mapping list = mapFrames(new long[] {directory})) {
        for (int i = 0; i < Math.min(ENTRIES, count - done); i++) {
          frames[done + i] = memory.getLong(list.address() + 8L * i);
        }
      }
    }
    return frames;
  }

  private Mapping mapFrames(long[] frames) throws DeviceException {
    try {
      return device.control().memory().mapForeign(device.domain(), frames, 0, frames.length);
    } catch (HypercallFailure e) {
      throw new DeviceException("the framebuffer cannot be mapped: " + e.getMessage());
    }
  }

  private void serve() throws DeviceException {
    long at = page.address();
    int produced = memory.getIntAcquire(at + FramebufferPage.OUT_PROD.offset());
    int waiting = produced - consumed;
    if (Integer.compareUnsigned(waiting, FramebufferRings.OUT_EVENTS) > 0) {
      throw new DeviceException("the frontend announced " + waiting + " events");
    }
    Area changed = Area.NONE;
    for (; consumed != produced; consumed++) {
      int slot = Integer.remainderUnsigned(consumed, FramebufferRings.OUT_EVENTS);
      long from = at + FramebufferRings.OUT_OFFSET + (long) slot * FramebufferRings.EVENT_SIZE;
      memory.read(from, event, 0, event.length);
      changed = changed.with(follow());
    }
    memory.putIntRelease(at + FramebufferPage.OUT_CONS.offset(), consumed);
    channel.notifyPeer();
    if (!changed.isEmpty()) {
      screen.changed(changed);
    }
  }

  /** One event, from the copy; returns what it says has changed. */
  private Area follow() throws DeviceException {
    Memory copy = new ByteArrayMemory(event);
    switch (event[0]) {
      case FramebufferRings.TYPE_UPDATE:
        updates++;
        return new Area(
                FramebufferUpdate.X.get(copy, 0),
                FramebufferUpdate.Y.get(copy, 0),
                FramebufferUpdate.WIDTH.get(copy, 0),
                FramebufferUpdate.HEIGHT.get(copy, 0))
            .within(screen.width(), screen.height());
      case FramebufferRings.TYPE_RESIZE:
        resizes++;
        Format format =
            Format.of(
                FramebufferResize.WIDTH.get(copy, 0),
                FramebufferResize.HEIGHT.get(copy, 0),
                FramebufferResize.STRIDE.get(copy, 0),
                FramebufferResize.DEPTH.get(copy, 0),
                FramebufferResize.OFFSET.get(copy, 0),
                length);
        screen.show(memory, pixels.address(), format);
        return Area.NONE;
      default:
        return Area.NONE; // io/fbif.h: unknown events are ignored
    }
  }

  @Override
  public void disconnect() {
    if (channel != null) {
      channel.close();
      channel = null;
    }
    screen.clear();
    if (pixels != null) {
      pixels.close();
      pixels = null;
    }
    if (page != null) {
      page.close();
      page = null;
    }
  }

  @Override
  public void close() {
    closed.run();
  }

  @Override
  public Map<String, Object> metrics() {
    Map<String, Object> metrics = new LinkedHashMap<>();
    metrics.put("width", screen.width());
    metrics.put("height", screen.height());
    metrics.put("updates", updates);
    metrics.put("resizes", resizes);
    return metrics;
  }
}

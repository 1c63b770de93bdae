package dev.zendo.dom0.display;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.GuestDoor;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.hypercalls.io.FramebufferPage;
import dev.zendo.hypercalls.io.FramebufferResize;
import dev.zendo.hypercalls.io.FramebufferRings;
import dev.zendo.hypercalls.io.KeyboardKey;
import dev.zendo.hypercalls.io.KeyboardPage;
import dev.zendo.hypercalls.io.KeyboardRings;
import dev.zendo.hypercalls.io.XenbusState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a guest draws and viewers see, and what viewers type and a guest gets. */
class DisplayTest {
  private static final int WIDTH = 40;
  private static final int HEIGHT = 30;
  private static final int PAGES = 2;

  private final Machine machine = Machine.start(64, 1);

  @AfterEach
  void stop() {
    machine.close();
    assertEquals(0, machine.internalErrors().size());
  }

  /** A frontend with a picture of 40 x 30 pixels. */
  private static final class Drawing implements AutoCloseable {
    final List<DeviceSpec> devices = VfbSpec.parse("vnc=1,vncdisplay=700,vncpasswd=pear");
    final DeviceSpec vfb = devices.get(0);
    final DeviceSpec vkbd = devices.get(1);
    final FakeFrontend frontend;
    final FakeFrontend.Page page;
    final List<FakeFrontend.Page> pixels;
    final int port;

    Drawing(Machine machine) {
      frontend = new FakeFrontend(machine, devices);
      page = frontend.pages(1).get(0);
      pixels = frontend.pages(PAGES);
      FakeFrontend.Page directory = frontend.pages(1).get(0);
      for (int i = 0; i < PAGES; i++) {
        frontend.memory().putLong(directory.address() + 8L * i, pixels.get(i).frame());
      }
      format(WIDTH, HEIGHT, WIDTH * 4, PAGES << 12, 32);
      FramebufferPage.PD.set(frontend.memory(), page.address(), 0, directory.frame());
      port = frontend.port();
    }

    void format(int width, int height, int stride, int length, int depth) {
      FramebufferPage.WIDTH.set(frontend.memory(), page.address(), width);
      FramebufferPage.HEIGHT.set(frontend.memory(), page.address(), height);
      FramebufferPage.LINE_LENGTH.set(frontend.memory(), page.address(), stride);
      FramebufferPage.MEM_LENGTH.set(frontend.memory(), page.address(), length);
      FramebufferPage.DEPTH.set(frontend.memory(), page.address(), depth);
    }

    void offer() {
      frontend.write(vfb, "page-ref", page.frame());
      frontend.write(vfb, "event-channel", port);
      frontend.state(vfb, XenbusState.INITIALISED);
    }

    void pixel(int x, int y, int colour) {
      frontend.memory().putInt(pixels.get(0).address() + 4L * (y * WIDTH + x), colour);
    }

    long event(int index) {
      return page.address()
          + FramebufferRings.OUT_OFFSET
          + (long) (index % FramebufferRings.OUT_EVENTS) * FramebufferRings.EVENT_SIZE;
    }

    void produce(int index) {
      frontend.memory().putIntRelease(page.address() + FramebufferPage.OUT_PROD.offset(), index);
      frontend.send(port);
      frontend.settle();
    }

    @Override
    public void close() {
      frontend.close();
    }
  }

  @Test
  void viewersSeeWhatTheGuestDraws() throws Exception {
    int before = GuestDoor.openPorts(machine, 0);
    try (Drawing drawing = new Drawing(machine)) {
      drawing.offer();
      drawing.frontend.awaitState(drawing.vfb, XenbusState.CONNECTED);
      drawing.pixel(3, 2, 0x00ff8001);
      drawing.pixel(WIDTH - 1, HEIGHT - 1, 0x00010203);
      Picture picture =
          machine.displays().of(drawing.frontend.guest().id()).orElseThrow().screen().picture();
      assertEquals(0xff8001, picture.pixels()[2 * WIDTH + 3]);
      assertEquals(0x010203, picture.pixels()[WIDTH * HEIGHT - 1]);
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      picture.writePng(png);
      var read = ImageIO.read(new ByteArrayInputStream(png.toByteArray()));
      assertEquals(0xff8001, read.getRGB(3, 2) & 0xffffff);

      int tcp = Integer.parseInt(drawing.frontend.back(drawing.vfb, "vnc-port"));
      assertThrows(IOException.class, () -> new VncClient("127.0.0.1", tcp, "").close());
      assertThrows(IOException.class, () -> new VncClient("127.0.0.1", tcp, "apple").close());
      try (VncClient client = new VncClient("127.0.0.1", tcp, "pear")) {
        Picture remote = client.picture();
        assertEquals(WIDTH, remote.width());
        assertArrayEquals(picture.pixels(), remote.pixels());
      }
      drawing.frontend.shut(drawing.vfb);
      Picture dark =
          machine.displays().of(drawing.frontend.guest().id()).orElseThrow().screen().picture();
      assertEquals(0, dark.pixels()[2 * WIDTH + 3]);
    }
    assertEquals(before, GuestDoor.openPorts(machine, 0));
  }

  @Test
  void keysReachTheGuest() throws Exception {
    try (Drawing drawing = new Drawing(machine)) {
      FakeFrontend frontend = drawing.frontend;
      assertEquals("1", frontend.back(drawing.vkbd, "feature-abs-pointer"));
      FakeFrontend.Page page = frontend.pages(1).get(0);
      frontend.write(drawing.vkbd, "page-gref", frontend.grant(page, true));
      frontend.write(drawing.vkbd, "page-ref", page.frame());
      frontend.write(drawing.vkbd, "event-channel", frontend.port());
      frontend.state(drawing.vkbd, XenbusState.INITIALISED);
      frontend.awaitState(drawing.vkbd, XenbusState.CONNECTED);
      int tcp = Integer.parseInt(frontend.back(drawing.vfb, "vnc-port"));
      long produced = page.address() + KeyboardPage.IN_PROD.offset();
      try (VncClient client = new VncClient("127.0.0.1", tcp, "pear")) {
        client.type('Q');
        client.picture();
        while (frontend.memory().getIntAcquire(produced) < 2) {
          Thread.sleep(1);
        }
      }
      long slot = page.address() + KeyboardRings.IN_OFFSET;
      for (int pressed = 1; pressed >= 0; pressed--) {
        assertEquals(KeyboardRings.TYPE_KEY, KeyboardKey.TYPE.get(frontend.memory(), slot));
        assertEquals(pressed, KeyboardKey.PRESSED.get(frontend.memory(), slot));
        assertEquals(16, KeyboardKey.KEYCODE.get(frontend.memory(), slot));
        slot += KeyboardRings.EVENT_SIZE;
      }
    }
  }

  @Test
  void aPictureMayBeAnythingButServedOnlyIfItLiesInTheFramebuffer() throws Exception {
    int[] values = {0, -1, 1, 40, 8192, 8193, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, 32};
    Random random = new Random(3);
    try (Drawing drawing = new Drawing(machine)) {
      for (int i = 0; i < 60; i++) {
        drawing.format(
            values[random.nextInt(values.length)],
            values[random.nextInt(values.length)],
            values[random.nextInt(values.length)],
            values[random.nextInt(values.length)],
            random.nextBoolean() ? 32 : values[random.nextInt(values.length)] & 0xff);
        drawing.offer();
        drawing.frontend.settle();
        machine.displays().of(drawing.frontend.guest().id()).orElseThrow().screen().picture();
        drawing.frontend.state(drawing.vfb, XenbusState.INITIALISING);
        drawing.frontend.awaitState(drawing.vfb, XenbusState.INIT_WAIT);
      }
    }
  }

  @Test
  void theSizeMayChangeWithinTheFramebufferOnly() throws Exception {
    try (Drawing drawing = new Drawing(machine)) {
      drawing.offer();
      drawing.frontend.awaitState(drawing.vfb, XenbusState.CONNECTED);
      resize(drawing, drawing.event(0), 10, 5);
      drawing.produce(1);
      Screen screen = machine.displays().of(drawing.frontend.guest().id()).orElseThrow().screen();
      assertEquals(10, screen.width());
      assertEquals(5, screen.height());
      resize(drawing, drawing.event(1), 4000, 4000);
      drawing.produce(2);
      drawing.frontend.awaitState(drawing.vfb, XenbusState.CLOSING);
    }
  }

  private static void resize(Drawing drawing, long event, int width, int height) {
    FramebufferResize.TYPE.set(drawing.frontend.memory(), event, FramebufferRings.TYPE_RESIZE);
    FramebufferResize.WIDTH.set(drawing.frontend.memory(), event, width);
    FramebufferResize.HEIGHT.set(drawing.frontend.memory(), event, height);
    FramebufferResize.STRIDE.set(drawing.frontend.memory(), event, width * 4);
    FramebufferResize.DEPTH.set(drawing.frontend.memory(), event, 32);
    FramebufferResize.OFFSET.set(drawing.frontend.memory(), event, 0);
  }

  @Test
  void whatVfbSaysIsChecked() {
    assertEquals(2, VfbSpec.parse("").size());
    ToolException refusal = assertThrows(ToolException.class, () -> VfbSpec.parse("vnx=1"));
    assertTrue(refusal.getMessage().contains("vnx"));
  }

  @Test
  void symbolsOfKeysAreTheUsLayout() {
    assertEquals(30, KeySymbols.keycode('a'));
    assertEquals(30, KeySymbols.keycode('A'));
    assertEquals(43, KeySymbols.keycode('|'));
    assertEquals(53, KeySymbols.keycode('?'));
    assertEquals(59, KeySymbols.keycode(0xffbe));
    assertEquals(0, KeySymbols.keycode(0x1234567));
  }
}

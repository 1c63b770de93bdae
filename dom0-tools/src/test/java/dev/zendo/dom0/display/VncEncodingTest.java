package dev.zendo.dom0.display;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.console.ArrayPhysicalMemory;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever way pixels are sent, the client has the same picture. */
class VncEncodingTest {
  private static final int WIDTH = 300;
  private static final int HEIGHT = 170;
  private static final int LONGEST = 640 * 480 * 4;
  private static final VncPixels USUAL = VncPixels.SERVER;

  private final Display display = new Display();
  private final ArrayPhysicalMemory memory = new ArrayPhysicalMemory(LONGEST);
  private final Random random = new Random(5);
  private VncServer server;

  @BeforeEach
  void start() throws Exception {
    show(WIDTH, HEIGHT);
    server = VncServer.start(display, new VncAddress("127.0.0.1", 1700, true), "");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private void show(int width, int height) {
    display.screen().show(memory, 0, new Format(width, height, width * 4, 0));
  }

  private void fill(Area area, int colours) {
    for (int y = area.y(); y < area.y() + area.height(); y++) {
      for (int x = area.x(); x < area.x() + area.width(); x++) {
        int colour = random.nextInt(colours) * 0x123457;
        memory.putInt((y * (long) display.screen().width() + x) * 4, colour);
      }
    }
    display.screen().changed(area);
  }

  private VncWatcher usual(int... encodings) throws Exception {
    return new VncWatcher(server.port(), USUAL, 0, 3, encodings);
  }

  /** Formats, and which bytes of their pixels ZRLE keeps. */
  static Stream<Arguments> formats() {
    return Stream.of(
        Arguments.of(USUAL, 0, 3),
        Arguments.of(new VncPixels(32, 24, true, 255, 255, 255, 16, 8, 0), 1, 3),
        Arguments.of(new VncPixels(32, 24, false, 255, 255, 255, 24, 16, 8), 1, 3),
        Arguments.of(new VncPixels(32, 24, true, 255, 255, 255, 24, 16, 8), 0, 3),
        Arguments.of(new VncPixels(32, 32, false, 255, 255, 255, 16, 8, 0), 0, 4),
        Arguments.of(new VncPixels(32, 24, false, 255, 255, 255, 24, 12, 0), 0, 4),
        Arguments.of(new VncPixels(16, 16, false, 31, 63, 31, 11, 5, 0), 0, 2),
        Arguments.of(new VncPixels(16, 16, true, 31, 63, 31, 11, 5, 0), 0, 2),
        Arguments.of(new VncPixels(8, 8, false, 7, 7, 3, 0, 3, 6), 0, 1));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void compressedPicturesAreTheRawOnes(VncPixels format, int from, int size) throws Exception {
    try (VncWatcher raw = new VncWatcher(server.port(), format, from, size, VncWatcher.RAW);
        VncWatcher zrle =
            new VncWatcher(server.port(), format, from, size, 99, VncWatcher.ZRLE, 0)) {
      boolean incremental = false;
      for (int colours : new int[] {1, 2, 3, 4, 5, 16, 17, 1000}) {
        fill(new Area(0, 0, WIDTH, HEIGHT), colours);
        for (VncWatcher watcher : List.of(raw, zrle)) {
          watcher.ask(incremental);
          watcher.update();
        }
        assertArrayEquals(raw.picture, zrle.picture, colours + " colours");
        incremental = colours > 1;
      }
    }
  }

  /** Random areas, one after the other: the picture that is kept is the whole one. */
  @Test
  void whatIsSentBitByBitIsThePicture() throws Exception {
    try (VncWatcher raw = usual(VncWatcher.RAW);
        VncWatcher zrle = usual(VncWatcher.ZRLE)) {
      for (int i = 0; i < 60; i++) {
        Area area =
            new Area(random.nextInt(WIDTH), random.nextInt(HEIGHT), 1 + random.nextInt(90), 40);
        fill(area.within(WIDTH, HEIGHT), i % 5 * i % 5 + 2);
        memory.putInt(0, i + 1); // so that something differs
        display.screen().changed(new Area(0, 0, 1, 1));
        for (VncWatcher watcher : List.of(raw, zrle)) {
          watcher.ask(i > 0);
          watcher.update();
        }
      }
      for (VncWatcher watcher : List.of(raw, zrle)) {
        byte[] kept = watcher.picture.clone();
        watcher.ask(false);
        watcher.update();
        assertArrayEquals(watcher.picture, kept);
      }
      assertArrayEquals(raw.picture, zrle.picture);
    }
  }

  @Test
  void onlyWhatChangedIsSent() throws Exception {
    fill(new Area(0, 0, WIDTH, HEIGHT), 3);
    try (VncWatcher watcher = usual(VncWatcher.ZRLE)) {
      watcher.ask(false);
      watcher.update();
      watcher.ask(true);
      display.screen().changed(new Area(0, 0, WIDTH, HEIGHT)); // which is not true
      memory.putInt((100L * WIDTH + 70) * 4, 0xabcdef);
      display.screen().changed(new Area(0, 0, WIDTH, HEIGHT));
      watcher.update();
      assertEquals(List.of(new Area(64, 96, 16, 16)), watcher.areas);
    }
  }

  @Test
  void aNewSizeIsToldToWhomItMeansSomething() throws Exception {
    fill(new Area(0, 0, WIDTH, HEIGHT), 3);
    try (VncWatcher knows = usual(VncWatcher.ZRLE, VncWatcher.DESKTOP_SIZE);
        VncWatcher old = usual(VncWatcher.RAW)) {
      for (VncWatcher watcher : List.of(knows, old)) {
        watcher.ask(false);
        watcher.update();
      }
      show(640, 480);
      fill(new Area(0, 0, 640, 480), 20);
      knows.ask(true);
      knows.update();
      assertEquals(List.of(new Area(0, 0, 640, 480)), knows.areas);
      assertEquals(640, knows.width);
      knows.ask(true);
      knows.update();
      old.ask(true);
      old.update();
      for (int y = 0; y < HEIGHT; y++) {
        for (int i = 0; i < WIDTH * 4; i++) {
          assertEquals(knows.picture[y * 640 * 4 + i], old.picture[y * WIDTH * 4 + i]);
        }
      }
      show(100, 50);
      knows.ask(true);
      knows.update();
      assertEquals(100, knows.width);
      old.ask(false);
      old.update();
      assertTrue(old.areas.stream().allMatch(a -> a.x() + a.width() <= 100));
    }
  }

  /** Text on a console: what is typed costs hundreds of bytes, not a picture. */
  @Test
  void textCostsLittle() throws Exception {
    show(640, 480);
    for (int line = 0; line < 30; line++) {
      for (int column = 0; column < 60; column++) {
        glyph(column, line);
      }
    }
    try (VncWatcher raw = usual(VncWatcher.RAW);
        VncWatcher zrle = usual(VncWatcher.ZRLE)) {
      long[] all = updates(raw, zrle, false);
      assertTrue(all[0] > 640 * 480 * 4, "raw pixels are as many as there are");
      assertTrue(all[1] * 20 < all[0], () -> all[1] + " bytes of " + all[0]);
      glyph(70, 29);
      long[] one = updates(raw, zrle, true);
      assertTrue(one[1] < 200, () -> one[1] + " bytes");
      System.out.printf(
          "text: all %d bytes raw, %d ZRLE; a letter %d raw, %d ZRLE%n",
          all[0], all[1], one[0], one[1]);
    }
  }

  private static long[] updates(VncWatcher raw, VncWatcher zrle, boolean incremental)
      throws Exception {
    raw.ask(incremental);
    zrle.ask(incremental);
    return new long[] {raw.update(), zrle.update()};
  }

  /** Something of 8 x 16 pixels that looks like a letter: strokes, a few shapes of them. */
  private void glyph(int column, int line) {
    Random shape = new Random(random.nextInt(26));
    int strokes = shape.nextInt();
    for (int y = 2; y < 14; y++) {
      for (int x = 1; x < 7; x++) {
        boolean ink = (strokes >>> (x / 2 * 4 + y / 4) & 1) != 0;
        long at = ((line * 16L + y) * 640 + column * 8 + x) * 4;
        memory.putInt(at, ink ? 0xaaaaaa : 0);
      }
    }
    display.screen().changed(new Area(column * 8, line * 16, 8, 16));
  }
}

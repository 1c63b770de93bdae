package dev.zendo.dom0.display;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What one VNC client has been sent of a screen, by the hashes of small squares, so that only what
 * differs is sent again. Two pictures of one hash, which a guest could only bring about by chance,
 * would leave a square of its own screen as it was. One thread.
 */
final class VncTiles {
  /** Sides of what is compared, and of the largest area that is read at once. */
  private static final int SIDE = 16;

  static final int MOST = 64;

  private static final long NOTHING = 0;

  private final Screen screen;
  private final long seed = ThreadLocalRandom.current().nextLong();
  private final int[] pixels = new int[MOST * MOST];
  private int width;
  private int height;
  private int columns;
  private long[] sent = {};

  VncTiles(Screen screen) {
    this.screen = screen;
  }

  /** The client has a picture of that size with nothing in it. */
  void reset(int newWidth, int newHeight) {
    width = newWidth;
    height = newHeight;
    columns = (width + SIDE - 1) / SIDE;
    sent = new long[columns * ((height + SIDE - 1) / SIDE)];
  }

  /** The size of the client's picture. */
  Area all() {
    return new Area(0, 0, width, height);
  }

  /**
   * What the client has to be sent: rectangles that begin on the grid, at most {@link #MOST} high.
   *
   * @param dirty where something may have changed
   * @param forced what is sent in any case
   */
  List<Area> changed(Area dirty, Area forced) {
    forget(forced.within(width, height));
    Area seen = dirty.with(forced).within(width, height);
    List<Area> found = new ArrayList<>();
    for (int y = seen.y() / SIDE * SIDE; y < seen.y() + seen.height(); y += SIDE) {
      int from = -1;
      for (int x = seen.x() / SIDE * SIDE; x < seen.x() + seen.width(); x += SIDE) {
        if (differs(x, y)) {
          from = from < 0 ? x : from;
        } else if (from >= 0) {
          add(found, from, x, y);
          from = -1;
        }
      }
      if (from >= 0) {
        add(found, from, seen.x() + seen.width() + SIDE - 1 & -SIDE, y);
      }
    }
    return found;
  }

  private void forget(Area area) {
    for (int y = area.y() / SIDE; y * SIDE < area.y() + area.height(); y++) {
      for (int x = area.x() / SIDE; x * SIDE < area.x() + area.width(); x++) {
        sent[y * columns + x] = NOTHING;
      }
    }
  }

  private boolean differs(int x, int y) {
    long before = sent[y / SIDE * columns + x / SIDE];
    if (before == NOTHING) {
      return true;
    }
    Area square = new Area(x, y, SIDE, SIDE).within(width, height);
    screen.read(square, pixels);
    return before != hash(0, square.width(), square.width(), square.height());
  }

  /** Adds a row of squares, to the rectangle above if that is as wide. */
  private void add(List<Area> found, int from, int to, int y) {
    Area row = new Area(from, y, to - from, SIDE).within(width, height);
    for (int i = found.size() - 1; i >= 0; i--) {
      Area above = found.get(i);
      if (above.y() + above.height() < y) {
        break;
      }
      boolean under = above.y() + above.height() == y && above.x() == row.x();
      if (under && above.width() == row.width() && above.height() < MOST) {
        found.set(i, above.with(row));
        return;
      }
    }
    found.add(row);
  }

  /**
   * Reads what the client is sent.
   *
   * @param area at most {@link #MOST} wide and high, beginning on the grid
   * @return the pixels line by line, until the next call
   */
  int[] read(Area area) {
    screen.read(area, pixels);
    for (int y = 0; y < area.height(); y += SIDE) {
      for (int x = 0; x < area.width(); x += SIDE) {
        int columnsHere = Math.min(SIDE, area.width() - x);
        int rows = Math.min(SIDE, area.height() - y);
        sent[(area.y() + y) / SIDE * columns + (area.x() + x) / SIDE] =
            hash(y * area.width() + x, area.width(), columnsHere, rows);
      }
    }
    return pixels;
  }

  private long hash(int from, int stride, int columnsHere, int rows) {
    long hash = seed;
    for (int row = 0; row < rows; row++) {
      for (int i = from + row * stride; i < from + row * stride + columnsHere; i++) {
        hash = (hash ^ pixels[i]) * 0x9e37_79b9_7f4a_7c15L;
        hash ^= hash >>> 29;
      }
    }
    return hash == NOTHING ? 1 : hash;
  }
}

package dev.zendo.dom0.display;

import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What viewers see of a framebuffer. Without a guest that draws, it is black. Thread-safe: the
 * guest's memory is only read while it is known to be mapped.
 */
public final class Screen {
  private static final int DEFAULT_WIDTH = 800;
  private static final int DEFAULT_HEIGHT = 600;

  private final List<Viewer> viewers = new CopyOnWriteArrayList<>();
  private PhysicalMemory memory;
  private long address;
  private Format format =
      new Format(DEFAULT_WIDTH, DEFAULT_HEIGHT, DEFAULT_WIDTH * Format.PIXEL_BYTES, 0);

  /** Somebody who looks. Called on the event thread: it must not block. */
  interface Viewer {
    /** A rectangle of the picture has changed. */
    void changed(Area area);

    /** The picture has another size; all of it has changed. */
    void resized();
  }

  void add(Viewer viewer) {
    viewers.add(viewer);
  }

  void remove(Viewer viewer) {
    viewers.remove(viewer);
  }

  /** Shows the framebuffer at a guest-physical address of the control domain. */
  void show(PhysicalMemory from, long at, Format how) {
    synchronized (this) {
      memory = from;
      address = at;
      format = how;
    }
    viewers.forEach(Viewer::resized);
  }

  /** Shows nothing any more; the memory is not read after this. */
  void clear() {
    synchronized (this) {
      memory = null;
    }
    Area all = new Area(0, 0, width(), height());
    changed(all);
  }

  void changed(Area area) {
    viewers.forEach(viewer -> viewer.changed(area));
  }

  /** Pixels of a line. */
  public synchronized int width() {
    return format.width();
  }

  /** Lines. */
  public synchronized int height() {
    return format.height();
  }

  /** All of it, now. */
  public synchronized Picture picture() {
    int[] pixels = new int[format.width() * format.height()];
    read(new Area(0, 0, format.width(), format.height()), pixels);
    return new Picture(format.width(), format.height(), pixels);
  }

  /**
   * Reads a rectangle, line by line; what lies outside of the picture is black.
   *
   * @param pixels receives as many as the rectangle has
   */
  synchronized void read(Area area, int[] pixels) {
    Arrays.fill(pixels, 0, area.width() * area.height(), 0);
    if (memory == null) {
      return;
    }
    Area seen = area.within(format.width(), format.height());
    byte[] line = new byte[seen.width() * Format.PIXEL_BYTES];
    for (int row = 0; row < seen.height(); row++) {
      int y = seen.y() + row;
      long at =
          address
              + format.offset()
              + (long) y * format.stride()
              + (long) seen.x() * Format.PIXEL_BYTES;
      memory.read(at, line, 0, line.length);
      int to = (y - area.y()) * area.width() + seen.x() - area.x();
      for (int i = 0; i < seen.width(); i++) {
        int from = i * Format.PIXEL_BYTES;
        pixels[to + i] =
            line[from] & 0xff | (line[from + 1] & 0xff) << 8 | (line[from + 2] & 0xff) << 16;
      }
    }
  }
}

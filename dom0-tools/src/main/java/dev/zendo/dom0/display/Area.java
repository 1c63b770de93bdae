package dev.zendo.dom0.display;

/** A rectangle of a picture; empty when a side is not above 0. */
record Area(int x, int y, int width, int height) {
  static final Area NONE = new Area(0, 0, 0, 0);

  boolean isEmpty() {
    return width <= 0 || height <= 0;
  }

  /** The smallest rectangle around both. */
  Area with(Area other) {
    if (isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    int left = Math.min(x, other.x);
    int top = Math.min(y, other.y);
    int right = Math.max(x + width, other.x + other.width);
    int bottom = Math.max(y + height, other.y + other.height);
    return new Area(left, top, right - left, bottom - top);
  }

  /** What of it lies in a picture; sides may be anything, also such that sums overflow. */
  Area within(int pictureWidth, int pictureHeight) {
    long left = Math.max(0, x);
    long top = Math.max(0, y);
    long right = Math.min(pictureWidth, (long) x + width);
    long bottom = Math.min(pictureHeight, (long) y + height);
    return right <= left || bottom <= top
        ? NONE
        : new Area((int) left, (int) top, (int) (right - left), (int) (bottom - top));
  }
}

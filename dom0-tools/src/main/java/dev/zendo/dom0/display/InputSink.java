package dev.zendo.dom0.display;

/** Where viewers' input goes. Thread-safe. */
interface InputSink {
  /** Takes nothing. */
  InputSink NONE =
      new InputSink() {
        @Override
        public void key(int keycode, boolean pressed) {}

        @Override
        public void pointer(int x, int y) {}

        @Override
        public void wheel(int x, int y, int steps) {}
      };

  /** A key or button (a code of Linux's {@code input-event-codes.h}) goes down or up. */
  void key(int keycode, boolean pressed);

  /** The pointer is at a place of the picture. */
  void pointer(int x, int y);

  /** The wheel turns, away from the user if the number is positive. */
  void wheel(int x, int y, int steps);
}

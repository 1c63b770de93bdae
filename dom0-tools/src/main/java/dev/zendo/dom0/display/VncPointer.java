package dev.zendo.dom0.display;

/** Turns the button masks of pointer events (RFC 6143 section 7.5.5) into keys. One thread. */
final class VncPointer {
  /** BTN_LEFT, BTN_MIDDLE, BTN_RIGHT of input-event-codes.h, by bit of the mask. */
  private static final int[] BUTTONS = {0x110, 0x112, 0x111};

  private static final int WHEEL_UP = 1 << 3;
  private static final int WHEEL_DOWN = 1 << 4;

  private final Display display;
  private int mask;

  VncPointer(Display display) {
    this.display = display;
  }

  void event(int buttons, int x, int y) {
    InputSink input = display.input();
    int went = buttons & ~mask;
    int steps = ((went & WHEEL_UP) != 0 ? 1 : 0) - ((went & WHEEL_DOWN) != 0 ? 1 : 0);
    if (steps != 0) {
      input.wheel(x, y, steps);
    } else {
      input.pointer(x, y);
    }
    press(buttons);
  }

  private void press(int buttons) {
    for (int i = 0; i < BUTTONS.length; i++) {
      int bit = 1 << i;
      if (((buttons ^ mask) & bit) != 0) {
        display.input().key(BUTTONS[i], (buttons & bit) != 0);
      }
    }
    mask = buttons;
  }

  /** Lets all buttons go. */
  void release() {
    press(0);
  }
}

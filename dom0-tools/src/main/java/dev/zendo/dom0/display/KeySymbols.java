package dev.zendo.dom0.display;

/**
 * Key codes of Linux ({@code input-event-codes.h}) for the key symbols of X, which VNC sends, on a
 * keyboard with US layout.
 */
final class KeySymbols {
  /** Symbols of each row of keys, without and with shift, and the code of the first key. */
  private record Row(int first, String plain, String shifted) {}

  private static final Row[] ROWS = {
    new Row(2, "1234567890-=", "!@#$%^&*()_+"),
    new Row(16, "qwertyuiop[]", "QWERTYUIOP{}"),
    new Row(30, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
    new Row(43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    new Row(57, " ", " "),
  };

  /** Symbol and code of keys without a character; symbols are {@code XK_*} of keysymdef.h. */
  private static final int[][] OTHERS = {
    {0xff08, 14}, // BackSpace
    {0xff09, 15}, // Tab
    {0xff0d, 28}, // Return
    {0xff13, 119}, // Pause
    {0xff14, 70}, // Scroll_Lock
    {0xff15, 99}, // Sys_Req
    {0xff1b, 1}, // Escape
    {0xff50, 102}, // Home
    {0xff51, 105}, // Left
    {0xff52, 103}, // Up
    {0xff53, 106}, // Right
    {0xff54, 108}, // Down
    {0xff55, 104}, // Page_Up
    {0xff56, 109}, // Page_Down
    {0xff57, 107}, // End
    {0xff61, 99}, // Print
    {0xff63, 110}, // Insert
    {0xff67, 127}, // Menu
    {0xff7f, 69}, // Num_Lock
    {0xff8d, 96}, // KP_Enter
    {0xffaa, 55}, // KP_Multiply
    {0xffab, 78}, // KP_Add
    {0xffad, 74}, // KP_Subtract
    {0xffae, 83}, // KP_Decimal
    {0xffaf, 98}, // KP_Divide
    {0xffb0, 82}, // KP_0
    {0xffb1, 79}, // KP_1
    {0xffb2, 80}, // KP_2
    {0xffb3, 81}, // KP_3
    {0xffb4, 75}, // KP_4
    {0xffb5, 76}, // KP_5
    {0xffb6, 77}, // KP_6
    {0xffb7, 71}, // KP_7
    {0xffb8, 72}, // KP_8
    {0xffb9, 73}, // KP_9
    {0xffc8, 87}, // F11
    {0xffc9, 88}, // F12
    {0xffe1, 42}, // Shift_L
    {0xffe2, 54}, // Shift_R
    {0xffe3, 29}, // Control_L
    {0xffe4, 97}, // Control_R
    {0xffe5, 58}, // Caps_Lock
    {0xffe7, 125}, // Meta_L
    {0xffe8, 126}, // Meta_R
    {0xffe9, 56}, // Alt_L
    {0xffea, 100}, // Alt_R
    {0xffeb, 125}, // Super_L
    {0xffec, 126}, // Super_R
    {0xffff, 111}, // Delete
  };

  private static final int F1 = 0xffbe;
  private static final int F10 = 0xffc7;
  private static final int F1_CODE = 59;

  private KeySymbols() {}

  /** The code of a key; 0 for a symbol that the keyboard does not have. */
  static int keycode(int symbol) {
    if (symbol >= F1 && symbol <= F10) {
      return symbol - F1 + F1_CODE;
    }
    for (int[] other : OTHERS) {
      if (other[0] == symbol) {
        return other[1];
      }
    }
    for (Row row : ROWS) {
      int at = Math.max(row.plain.indexOf(symbol), row.shifted.indexOf(symbol));
      if (at >= 0) {
        return row.first + at;
      }
    }
    return 0;
  }
}

package dev.zendo.xenstore;

/** Makes strings that a guest chose fit to be shown in a log line or an error message. */
final class Text {
  private static final int SHOWN = 120;

  private Text() {}

  /** The text in quotes, control and non-ASCII characters escaped, cut after {@value #SHOWN}. */
  static String quote(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < text.length() && i < SHOWN; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
        shown.append(String.format("\\x%02x", (int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.append(text.length() > SHOWN ? "...\"" : "\"").toString();
  }
}

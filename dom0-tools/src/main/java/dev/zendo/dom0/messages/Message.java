package dev.zendo.dom0.messages;

import java.util.Locale;

/**
 * One line.
 *
 * @param nanos since the machine was started
 * @param domain whom it is about, {@link #NOBODY} for the machine as a whole
 * @param text without control characters
 */
public record Message(long nanos, int domain, String text) {
  /** No domain. */
  public static final int NOBODY = -1;

  private static final int LONGEST = 400;

  /** A line of any text: what could trouble a terminal is replaced, and it is not too long. */
  static Message of(long nanos, int domain, String text) {
    int length = Math.min(text.length(), LONGEST);
    StringBuilder clean = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      clean.append(c == '\t' ? ' ' : Character.isISOControl(c) ? '?' : c);
    }
    return new Message(nanos, domain, clean.toString());
  }

  /** As Xen's log has it. */
  @Override
  public String toString() {
    long micros = nanos / 1000;
    return String.format(
        Locale.ROOT,
        "(XEN) [%5d.%06d] %s%s",
        micros / 1_000_000,
        micros % 1_000_000,
        domain == NOBODY ? "" : "d" + domain + ": ",
        text);
  }
}

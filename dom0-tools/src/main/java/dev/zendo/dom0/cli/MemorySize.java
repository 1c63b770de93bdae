package dev.zendo.dom0.cli;

import java.util.Locale;

/** Amounts of memory as xl's mem-set has them. */
final class MemorySize {
  /** From bytes to tebibytes; each is 1024 of the one before it. */
  private static final String UNITS = "bkmgt";

  private static final int DEFAULT_UNIT = 2;

  private MemorySize() {}

  /** Bytes of a number with one of {@code b k m g t} behind it; of MiB without. */
  static long bytes(String text) {
    String digits = text.strip().toLowerCase(Locale.ROOT);
    int unit = digits.isEmpty() ? -1 : UNITS.indexOf(digits.charAt(digits.length() - 1));
    if (unit >= 0) {
      digits = digits.substring(0, digits.length() - 1);
    } else {
      unit = DEFAULT_UNIT;
    }
    if (!digits.matches("[0-9]{1,18}") || Long.parseLong(digits) > Long.MAX_VALUE >> 10 * unit) {
      throw new UsageException(text + ": a size is a number, such as 256 or 1g");
    }
    return Long.parseLong(digits) << 10 * unit;
  }
}

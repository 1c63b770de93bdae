package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.bridge.RateLimit;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the rates of xl-network-configuration(5), such as {@code 10Mb/s@20ms}. */
final class VifRate {
  private static final Pattern RATE =
      Pattern.compile("([0-9]{1,10})([GMK]?)([Bb])/s(?:@([0-9]{1,10})([mu]?)s?)?");

  /** xl's, where no interval is named: 50 ms. */
  private static final long DEFAULT_MICROS = 50_000;

  private static final long MICROS = 1_000_000;

  private VifRate() {}

  /**
   * Reads a rate: bytes ({@code B/s}) or bits ({@code b/s}) with a decimal factor, and after
   * {@code @} how often credit is given.
   *
   * @throws IllegalArgumentException with one line when the text is something else
   */
  static RateLimit parse(String text) {
    Matcher matcher = RATE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no rate; write it like 10Mb/s, 250KB/s or 1MB/s@20ms");
    }
    long bytes = Long.parseLong(matcher.group(1));
    if (bytes == 0 || bytes > 0xffff_ffffL) {
      throw new IllegalArgumentException("the rate " + text + " is out of range");
    }
    bytes *= factor(matcher.group(2));
    if (matcher.group(3).equals("b")) {
      bytes /= 8;
    }
    long micros = DEFAULT_MICROS;
    if (matcher.group(4) != null) {
      micros = interval(Long.parseLong(matcher.group(4)), matcher.group(5));
    }
    if (micros < 1 || micros > 0xffff_ffffL) {
      throw new IllegalArgumentException("the interval of the rate " + text + " is out of range");
    }
    BigInteger perInterval =
        BigInteger.valueOf(bytes)
            .multiply(BigInteger.valueOf(micros))
            .divide(BigInteger.valueOf(MICROS));
    if (perInterval.bitLength() > 62) {
      throw new IllegalArgumentException("the rate " + text + " is out of range");
    }
    return new RateLimit(perInterval.longValueExact(), micros);
  }

  private static long factor(String unit) {
    return switch (unit) {
      case "G" -> 1_000_000_000;
      case "M" -> 1_000_000;
      case "K" -> 1000;
      default -> 1;
    };
  }

  private static long interval(long number, String unit) {
    return switch (unit) {
      case "m" -> number * 1000;
      case "u" -> number;
      default -> number * MICROS;
    };
  }
}

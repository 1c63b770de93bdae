package dev.zendo.xenstore;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The payload of a request, taken apart: strings that each end with a NUL, and for {@code WRITE}
 * raw bytes after the first. Strings are decoded byte by byte (ISO 8859-1), so nothing is lost and
 * no malformed sequence exists; what may be in a path is checked by {@link Path}.
 */
final class Payload {
  private final byte[] bytes;
  private final int length;

  Payload(byte[] bytes, int length) {
    this.bytes = bytes;
    this.length = length;
  }

  /** The only string: the payload has exactly one NUL, at its end. */
  String single() {
    if (length == 0 || end(0) != length - 1) {
      throw invalid("one string with a NUL at its end is expected");
    }
    return text(0, length - 1);
  }

  /** Exactly {@code count} strings. */
  List<String> strings(int count) {
    List<String> strings = strings();
    if (strings.size() != count) {
      throw invalid(count + " strings are expected, not " + strings.size());
    }
    return strings;
  }

  /** At least {@code count} strings. */
  List<String> atLeast(int count) {
    List<String> strings = strings();
    if (strings.size() < count) {
      throw invalid("at least " + count + " strings are expected, not " + strings.size());
    }
    return strings;
  }

  private List<String> strings() {
    List<String> strings = new ArrayList<>(4);
    int start = 0;
    for (int end = end(0); end >= 0; end = end(start)) {
      strings.add(text(start, end));
      start = end + 1;
    }
    return strings;
  }

  /** The first of at least one string. */
  String first() {
    int end = end(0);
    if (end < 0) {
      throw invalid("a string with a NUL at its end is expected");
    }
    return text(0, end);
  }

  /** The bytes after the first string. */
  byte[] afterFirst() {
    return Arrays.copyOfRange(bytes, end(0) + 1, length);
  }

  private int end(int from) {
    for (int i = from; i < length; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** A decimal number of digits only, from {@code start} to the end, at most {@code max}. */
  static int decimal(String text, int start, int max) {
    long value = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || (value = value * 10 + c - '0') > max) {
        throw invalid(Text.quote(text) + " holds no number from 0 to " + max);
      }
    }
    if (start >= text.length()) {
      throw invalid(Text.quote(text) + " holds no number from 0 to " + max);
    }
    return (int) value;
  }

  /** The strings as bytes, each with a NUL at its end. */
  static byte[] of(List<String> strings) {
    int length = 0;
    for (String string : strings) {
      length += string.length() + 1;
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (String string : strings) {
      byte[] encoded = string.getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(encoded, 0, bytes, at, encoded.length);
      at += encoded.length + 1;
    }
    return bytes;
  }

  private static StoreException invalid(String why) {
    return StoreException.untraced(StoreError.EINVAL, why);
  }
}

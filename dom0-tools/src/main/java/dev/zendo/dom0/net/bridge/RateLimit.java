package dev.zendo.dom0.net.bridge;

/**
 * How much may be sent.
 *
 * @param bytes in each interval
 * @param intervalMicros its length, at least 1
 */
public record RateLimit(long bytes, long intervalMicros) {
  /** Bounds the values, so that nothing overflows. */
  public RateLimit {
    if (bytes < 0 || intervalMicros < 1 || intervalMicros > 0xffff_ffffL) {
      throw new IllegalArgumentException("bytes " + bytes + " in " + intervalMicros + " us");
    }
  }

  /**
   * Reads the key {@code rate} of a back end: bytes and microseconds with a comma between them.
   *
   * @throws IllegalArgumentException when the text is something else
   */
  public static RateLimit parseKey(String text) {
    String[] parts = text.split(",", -1);
    if (parts.length == 2) {
      try {
        return new RateLimit(Long.parseLong(parts[0].trim()), Long.parseLong(parts[1].trim()));
      } catch (NumberFormatException e) {
        // said below
      }
    }
    throw new IllegalArgumentException("'" + text + "' is no rate: bytes,microseconds");
  }

  /** As the key {@code rate} of a back end. */
  public String toKey() {
    return bytes + "," + intervalMicros;
  }
}

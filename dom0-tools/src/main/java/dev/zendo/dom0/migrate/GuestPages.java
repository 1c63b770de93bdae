package dev.zendo.dom0.migrate;

import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Reads pages of a domain that does not run, by machine frame. Not thread-safe. */
final class GuestPages {
  /** Values of 8 bytes in a page. */
  static final int ENTRIES = DomainSink.PAGE / Long.BYTES;

  private static final int CACHED = 64;

  /** Pages that are mapped at a time. */
  private static final int MAPPED = 32;

  private final MemoryControl memory;
  private final int domain;
  private final Map<Long, long[]> cache = new HashMap<>();

  GuestPages(MemoryControl memory, int domain) {
    this.memory = memory;
    this.domain = domain;
  }

  /**
   * The values of a page that others point to, such as a page table.
   *
   * @param frame any value
   * @param what the page is, for the message
   * @throws StreamException when the domain has no such frame
   */
  long[] values(long frame, String what) {
    long[] values = cache.get(frame);
    if (values == null) {
      values = new long[ENTRIES];
      values(new long[] {frame}, values, what);
      if (cache.size() >= CACHED) {
        cache.clear();
      }
      cache.put(frame, values);
    }
    return values;
  }

  /**
   * The values of pages, as many as there is room for.
   *
   * @param frames any values
   * @param what the pages are, for the message
   * @throws StreamException when the domain has not such frames
   */
  void values(long[] frames, long[] to, String what) {
    byte[] bytes = new byte[Math.min(frames.length, MAPPED) * DomainSink.PAGE];
    LongBuffer values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    for (int from = 0; from < frames.length; from += MAPPED) {
      int count = Math.min(MAPPED, frames.length - from);
      try {
        read(Arrays.copyOfRange(frames, from, from + count), count, bytes);
      } catch (HypercallFailure e) {
        throw new StreamException(what + " of the guest is not in its memory", e);
      }
      int first = from * ENTRIES;
      values.rewind().get(to, first, Math.min(count * ENTRIES, to.length - first));
    }
  }

  /** Copies whole pages. */
  void read(long[] frames, int count, byte[] to) {
    if (count > 0) {
      try (Mapping pages = memory.mapForeign(domain, frames, 0, count)) {
        memory.memory().read(pages.address(), to, 0, count * DomainSink.PAGE);
      }
    }
  }
}

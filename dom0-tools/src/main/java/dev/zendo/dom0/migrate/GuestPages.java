package dev.zendo.dom0.migrate;

import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.util.HashMap;
import java.util.Map;

/** Reads pages of a domain that does not run, by machine frame. Not thread-safe. */
final class GuestPages {
  /** Values of 8 bytes in a page. */
  static final int ENTRIES = DomainSink.PAGE / Long.BYTES;

  private static final int CACHED = 64;

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
      try (Mapping page = memory.mapForeign(domain, new long[] {frame}, 0, 1)) {
        for (int i = 0; i < ENTRIES; i++) {
          values[i] = memory.memory().getLong(page.address() + 8L * i);
        }
      } catch (HypercallFailure e) {
        throw new StreamException(what + " of the guest is not in its memory", e);
      }
      if (cache.size() >= CACHED) {
        cache.clear();
      }
      cache.put(frame, values);
    }
    return values;
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

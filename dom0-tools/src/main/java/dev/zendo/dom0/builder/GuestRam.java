package dev.zendo.dom0.builder;

import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.nio.ByteBuffer;

/** Writes the memory of a domain under construction, by its pseudo-physical addresses. */
final class GuestRam {
  /** Frames mapped at a time. */
  private static final int WINDOW = 4096;

  private static final int CHUNK = 1 << 18;

  private final MemoryControl control;
  private final int domain;
  private final long[] p2m;

  /**
   * Access to a domain.
   *
   * @param p2m machine frame of each of its frames
   */
  GuestRam(MemoryControl control, int domain, long[] p2m) {
    this.control = control;
    this.domain = domain;
    this.p2m = p2m;
  }

  /** The control domain's memory, in which mappings appear. */
  PhysicalMemory memory() {
    return control.memory();
  }

  /** Maps frames of the domain. */
  Mapping map(long pfn, long count) {
    return control.mapForeign(domain, p2m, (int) pfn, (int) count);
  }

  /** Writes what is left in a buffer. */
  void write(long address, ByteBuffer data) {
    byte[] chunk = null;
    long at = address;
    while (data.hasRemaining()) {
      long first = at / DomainLayout.PAGE;
      int offset = (int) (at % DomainLayout.PAGE);
      long room = (long) WINDOW * DomainLayout.PAGE - offset;
      int bytes = (int) Math.min(room, data.remaining());
      try (Mapping window = map(first, DomainLayout.pagesOf((long) offset + bytes))) {
        long to = window.address() + offset;
        if (data.hasArray()) {
          memory().write(to, data.array(), data.arrayOffset() + data.position(), bytes);
          data.position(data.position() + bytes);
        } else {
          chunk = chunk == null ? new byte[CHUNK] : chunk;
          copy(data, chunk, to, bytes);
        }
      }
      at += bytes;
    }
  }

  private void copy(ByteBuffer data, byte[] chunk, long to, int bytes) {
    int done = 0;
    while (done < bytes) {
      int part = Math.min(chunk.length, bytes - done);
      data.get(chunk, 0, part);
      memory().write(to + done, chunk, 0, part);
      done += part;
    }
  }

  /** Writes 8-byte values. */
  void write(long pfn, long[] values) {
    int perWindow = WINDOW * DomainLayout.PAGE / Long.BYTES;
    for (int done = 0; done < values.length; done += perWindow) {
      int part = Math.min(perWindow, values.length - done);
      long first = pfn + (long) done * Long.BYTES / DomainLayout.PAGE;
      try (Mapping window = map(first, DomainLayout.pagesOf((long) part * Long.BYTES))) {
        for (int i = 0; i < part; i++) {
          memory().putLong(window.address() + (long) i * Long.BYTES, values[done + i]);
        }
      }
    }
  }
}

package dev.zendo.dom0.migrate;

import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.PageKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongUnaryOperator;

/** Collects pages of a domain that does not run, and tells a sink many at a time. One thread. */
final class PageBatch {
  /** Pages in a record: half a MiB, as the daemon's heap is small. */
  static final int PAGES = 128;

  private final GuestPages memory;
  private final FrameMap map;
  private final DomainSink sink;
  private final int[] wanted = new int[PAGES];
  private final byte[] contents = new byte[PAGES * DomainSink.PAGE];
  private int count;

  PageBatch(GuestPages memory, FrameMap map, DomainSink sink) {
    this.memory = memory;
    this.map = map;
    this.sink = sink;
  }

  /** Adds a page: one that is there, or one that is not there any more. */
  void add(int pfn) {
    wanted[count++] = pfn;
    if (count == PAGES) {
      flush();
    }
  }

  /** Tells the sink what was added since. */
  void flush() {
    if (count == 0) {
      return;
    }
    long[] pfns = new long[count];
    int[] kinds = new int[count];
    long[] frames = new long[count];
    int there = 0;
    for (int i = 0; i < count; i++) {
      pfns[i] = wanted[i];
      kinds[i] = map.kind(wanted[i]);
      if (PageKind.hasData(kinds[i])) {
        frames[there++] = map.frame(wanted[i]);
      }
    }
    count = 0;
    memory.read(frames, there, contents);
    ByteBuffer data = ByteBuffer.wrap(contents, 0, there * DomainSink.PAGE);
    data.order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    for (int kind : kinds) {
      if (PageKind.level(kind) > 0) {
        exchange(data, at, PageKind.level(kind));
      }
      at += PageKind.hasData(kind) ? DomainSink.PAGE : 0;
    }
    sink.pages(pfns, kinds, data);
  }

  private void exchange(ByteBuffer data, int at, int level) {
    String what = "a page table of level " + level;
    LongUnaryOperator frames = frame -> map.pfn(frame, what);
    for (int i = 0; i < GuestPages.ENTRIES; i++) {
      int place = at + i * Long.BYTES;
      long entry = data.getLong(place);
      if (entry != 0) {
        data.putLong(place, PageTableEntries.exchange(level, i, entry, frames));
      }
    }
  }
}

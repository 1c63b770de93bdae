package dev.zendo.dom0.migrate;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.DomainControl;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.control.VcpuStateControl;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.PageKind;
import dev.zendo.dom0.migrate.stream.VcpuRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongUnaryOperator;

/**
 * Tells a sink what a suspended PV domain is: its memory, with page tables that hold page frames
 * instead of machine frames, and its vcpus. The domain stays as it is. One object saves one domain,
 * on one thread.
 */
public final class DomainSaver {
  /** Pages in a record. */
  private static final int BATCH = 1024;

  /**
   * XCR0 of a kernel that does not use XSAVE. Its registers are all in the context, and a Xen whose
   * processor has no XSAVE refuses records of it.
   */
  private static final long UNUSED_XCR0 = 1;

  private final ControlDomain control;
  private final int domain;
  private final DomainSink sink;
  private final Progress progress;
  private final GuestPages memory;

  /** Takes the pages of a domain. */
  interface PageTaker {
    /** All of them at once. */
    void pages(FrameMap map);
  }

  private DomainSaver(ControlDomain control, int domain, DomainSink sink, Progress progress) {
    this.control = control;
    this.domain = domain;
    this.sink = sink;
    this.progress = progress;
    this.memory = new GuestPages(control.memory(), domain);
  }

  /**
   * Saves a domain that does not run.
   *
   * @throws dev.zendo.dom0.ToolException when its kernel left it in no state to be saved, or the
   *     sink cannot take it
   */
  public static void save(ControlDomain control, int domain, DomainSink sink, Progress progress) {
    DomainSaver saver = new DomainSaver(control, domain, sink, progress);
    saver.save(saver::savePages);
  }

  /** The same, where pages do not go to the sink. */
  static void save(ControlDomain control, int domain, DomainSink sink, PageTaker taker) {
    new DomainSaver(control, domain, sink, Progress.NONE).save(taker);
  }

  private void save(PageTaker taker) {
    DomainControl.Info info = control.domains().info(domain);
    byte[] sharedInfo = new byte[DomainSink.PAGE];
    MemoryControl pages = control.memory();
    long[] frame = {info.sharedInfoFrame()};
    try (Mapping page = pages.mapForeign(domain, frame, 0, 1)) {
      pages.memory().read(page.address(), sharedInfo, 0, sharedInfo.length);
    }
    GuestP2m p2m = GuestP2m.read(memory, sharedInfo);
    FrameMap map = FrameMap.of(pages, domain, p2m.list());
    sink.list(0, map.count() - 1L, pfns(map, p2m.pages()));
    taker.pages(map);
    DomainControl.Counter counter = control.domains().counter(domain);
    sink.counter(counter.mode(), counter.khz(), counter.nanos(), counter.incarnation());
    sink.sharedInfo(sharedInfo);
    for (int vcpu = 0; vcpu < info.vcpus(); vcpu++) {
      if (control.vcpus().info(domain, vcpu).online()) {
        saveVcpu(map, vcpu);
      }
    }
    sink.end();
  }

  private static long[] pfns(FrameMap map, long[] frames) {
    long[] pfns = new long[frames.length];
    for (int i = 0; i < frames.length; i++) {
      pfns[i] = map.pfn(frames[i], "the p2m list");
    }
    return pfns;
  }

  private void savePages(FrameMap map) {
    byte[] contents = new byte[BATCH * DomainSink.PAGE];
    for (int from = 0; from < map.count(); from += BATCH) {
      saveBatch(map, from, Math.min(map.count(), from + BATCH), contents);
      progress.pages(Math.min(map.count(), from + BATCH), map.count());
    }
  }

  private void saveBatch(FrameMap map, int from, int to, byte[] contents) {
    int count = 0;
    for (int pfn = from; pfn < to; pfn++) {
      count += PageKind.hasData(map.kind(pfn)) ? 1 : 0;
    }
    if (count == 0) {
      return;
    }
    long[] pfns = new long[count];
    int[] kinds = new int[count];
    long[] frames = new long[count];
    int next = 0;
    for (int pfn = from; pfn < to; pfn++) {
      if (PageKind.hasData(map.kind(pfn))) {
        pfns[next] = pfn;
        kinds[next] = map.kind(pfn);
        frames[next++] = map.frame(pfn);
      }
    }
    memory.read(frames, count, contents);
    ByteBuffer data = ByteBuffer.wrap(contents, 0, count * DomainSink.PAGE);
    data.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      int level = PageKind.level(kinds[i]);
      if (level > 0) {
        exchange(map, data, i * DomainSink.PAGE, level);
      }
    }
    sink.pages(pfns, kinds, data);
  }

  private static void exchange(FrameMap map, ByteBuffer data, int at, int level) {
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

  private void saveVcpu(FrameMap map, int vcpu) {
    VcpuStateControl states = control.vcpuStates();
    byte[] context = states.context(domain, vcpu);
    VcpuFrames.exchange(context, vcpu == 0, true, frame -> map.pfn(frame, "a vcpu"));
    sink.vcpu(VcpuRecord.BASIC, vcpu, context);
    sink.vcpu(VcpuRecord.EXTENDED, vcpu, states.extended(domain, vcpu));
    byte[] area = states.area(domain, vcpu);
    if (new Contents(area).getLong(0) != UNUSED_XCR0) {
      sink.vcpu(VcpuRecord.XSAVE, vcpu, area);
    }
    byte[] msrs = states.msrs(domain, vcpu);
    if (msrs.length > 0) {
      sink.vcpu(VcpuRecord.MSRS, vcpu, msrs);
    }
  }
}

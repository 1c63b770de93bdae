package dev.zendo.dom0.migrate;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.DomainControl;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.control.VcpuStateControl;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.PageKind;
import dev.zendo.dom0.migrate.stream.VcpuRecord;

/**
 * Tells a sink what a suspended PV domain is: its memory, with page tables that hold page frames
 * instead of machine frames, and its vcpus. The domain stays as it is. One object saves one domain,
 * on one thread.
 */
public final class DomainSaver {
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

  /** Which pages the sink is to be told. */
  @FunctionalInterface
  interface PageChoice {
    /** Whether a page is among them; one that is not there may be, if the sink was told it. */
    boolean has(FrameMap map, int pfn);
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
    save(control, domain, sink, progress, (map, pfn) -> PageKind.hasData(map.kind(pfn)));
  }

  /** The same when the sink knows some pages already. */
  static void save(
      ControlDomain control, int domain, DomainSink sink, Progress progress, PageChoice choice) {
    DomainSaver saver = new DomainSaver(control, domain, sink, progress);
    saver.save(map -> saver.savePages(map, choice));
  }

  /** The same, where pages do not go to the sink. */
  static void save(ControlDomain control, int domain, DomainSink sink, PageTaker taker) {
    new DomainSaver(control, domain, sink, Progress.NONE).save(taker);
  }

  private void save(PageTaker taker) {
    DomainControl.Info info = control.domains().info(domain);
    byte[] sharedInfo = sharedInfo(control, domain, info);
    GuestP2m p2m = GuestP2m.read(memory, sharedInfo);
    FrameMap map = FrameMap.of(control.memory(), domain, p2m.list());
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

  /** The page that a domain shares with the hypervisor. */
  static byte[] sharedInfo(ControlDomain control, int domain, DomainControl.Info info) {
    byte[] bytes = new byte[DomainSink.PAGE];
    MemoryControl pages = control.memory();
    try (Mapping page = pages.mapForeign(domain, new long[] {info.sharedInfoFrame()}, 0, 1)) {
      pages.memory().read(page.address(), bytes, 0, bytes.length);
    }
    return bytes;
  }

  /** The page frames of the list's own pages. */
  static long[] pfns(FrameMap map, long[] frames) {
    long[] pfns = new long[frames.length];
    for (int i = 0; i < frames.length; i++) {
      pfns[i] = map.pfn(frames[i], "the p2m list");
    }
    return pfns;
  }

  private void savePages(FrameMap map, PageChoice choice) {
    PageBatch batch = new PageBatch(memory, map, sink);
    for (int pfn = 0; pfn < map.count(); pfn++) {
      if (choice.has(map, pfn)) {
        batch.add(pfn);
      }
      if ((pfn + 1) % PageBatch.PAGES == 0) {
        progress.pages(pfn + 1L, map.count());
      }
    }
    batch.flush();
    progress.pages(map.count(), map.count());
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

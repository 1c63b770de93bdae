package dev.zendo.dom0.migrate;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.BuiltDomain;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.builder.EmptyDomain;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.PageKind;
import dev.zendo.dom0.migrate.stream.VcpuRecord;
import dev.zendo.hypervisor.machine.FrozenPages;
import dev.zendo.hypervisor.memory.CopyOnWrite;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * What a suspended domain was, kept in memory: any number of domains go on from there. They have
 * its pages in common until they write them. Thread-safe.
 */
public final class FrozenDomain implements DomainSource, AutoCloseable {
  private final CopyOnWrite memory;
  private final Recorder recorder = new Recorder();
  private boolean closed;

  private FrozenDomain(CopyOnWrite memory) {
    this.memory = memory;
  }

  /**
   * Keeps a domain that does not run, and leaves it as it is.
   *
   * @throws ToolException when its kernel left it in no state to be kept
   */
  public static FrozenDomain of(ControlDomain control, CopyOnWrite memory, int domain) {
    FrozenDomain frozen = new FrozenDomain(memory);
    boolean done = false;
    try {
      Recorder recorder = frozen.recorder;
      // A vcpu that waited for others may still be on a processor.
      control.domains().pause(domain);
      try {
        DomainSaver.save(control, domain, recorder, map -> recorder.pages(memory, domain, map));
      } finally {
        control.domains().unpause(domain);
      }
      done = true;
      return frozen;
    } finally {
      if (!done) {
        frozen.close();
      }
    }
  }

  /** Bytes that it keeps for good. */
  public synchronized long bytes() {
    return closed ? 0 : (long) recorder.pages.filled() * DomainSink.PAGE;
  }

  @Override
  public BuiltDomain build(ControlDomain control, DomainSpec spec) {
    return build(control, EmptyDomain.create(control, spec), new long[0], spec);
  }

  /**
   * The same of a domain that was made, with some memory.
   *
   * @param given machine frames of its first page frames
   */
  synchronized BuiltDomain build(
      ControlDomain control, EmptyDomain domain, long[] given, DomainSpec spec) {
    if (closed) {
      control.domains().destroy(domain.id());
      throw new ToolException("the snapshot was removed meanwhile");
    }
    return new DomainRestorer(recorder::replay).build(control, domain, given, spec);
  }

  /** Lets go of it; domains that were made of it stay. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      recorder.close();
    }
  }

  /** Notes what there is, and tells it again. */
  private final class Recorder implements DomainSink {
    private final List<VcpuPart> vcpus = new ArrayList<>();
    private FrozenPages pages;
    private byte[] kinds;
    private long[] list;
    private byte[] sharedInfo;

    /** Part of the state of a vcpu. */
    private record VcpuPart(VcpuRecord part, int vcpu, byte[] state) {}

    void pages(CopyOnWrite from, int domain, FrameMap map) {
      kinds = map.kinds();
      pages = from.freeze(domain, map.frames());
      for (int pfn = 0; pfn < kinds.length; pfn++) {
        int level = PageKind.level(kinds[pfn]);
        if (level > 0) {
          exchange(map, pfn, level);
        }
      }
    }

    private void exchange(FrameMap map, int pfn, int level) {
      String what = "a page table of level " + level;
      LongUnaryOperator exchanged = frame -> map.pfn(frame, what);
      pages.change(
          pfn, (index, entry) -> PageTableEntries.exchange(level, index, entry, exchanged));
    }

    void replay(DomainRestorer.Restoration to) {
      to.list(0, kinds.length - 1L, list);
      to.memory().thaw(kinds, pages, memory);
      to.sharedInfo(sharedInfo);
      vcpus.forEach(each -> to.vcpu(each.part, each.vcpu, each.state.clone()));
      to.end();
    }

    @Override
    public void list(long first, long last, long[] frames) {
      list = frames;
    }

    @Override
    public void pages(long[] pfns, int[] pageKinds, ByteBuffer data) {
      throw new IllegalStateException("pages are kept as frames");
    }

    @Override
    public void sharedInfo(byte[] page) {
      sharedInfo = page;
    }

    @Override
    public void counter(int mode, int khz, long nanos, int incarnation) {
      // All domains count alike here.
    }

    @Override
    public void vcpu(VcpuRecord part, int vcpu, byte[] state) {
      vcpus.add(new VcpuPart(part, vcpu, state));
    }

    @Override
    public void end() {
      // All is there.
    }

    void close() {
      if (pages != null) {
        pages.close();
      }
    }
  }
}

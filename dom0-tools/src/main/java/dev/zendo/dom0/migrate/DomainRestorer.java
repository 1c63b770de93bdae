package dev.zendo.dom0.migrate;

import dev.zendo.dom0.builder.BuiltDomain;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.builder.EmptyDomain;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.VcpuStateControl;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.dom0.migrate.stream.StreamReader;
import dev.zendo.dom0.migrate.stream.VcpuRecord;
import dev.zendo.hypercalls.start.ArchSharedInfo;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.StartFlags;
import dev.zendo.hypercalls.start.StartInfo;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.vcpu.ContextFlags;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds a domain from a migration stream. Its kernel goes on where it suspended: it finds new
 * frames in its p2m list, new rings and ports in its start info page, and connects its devices
 * anew.
 */
public final class DomainRestorer implements DomainSource {
  private static final int SHIFT = 12;

  /** Bytes of a vcpu_info that are the guest's; behind them the hypervisor keeps the time. */
  private static final int VCPU_INFO_OWN = VcpuInfo.TIME.offset();

  private final Feed feed;
  private final long expected;
  private final Progress progress;

  /** Where the stream comes from. */
  public interface Body {
    /** Opens it at its beginning. */
    InputStream open() throws IOException;
  }

  /** Tells what the domain was. */
  interface Feed {
    /** Tells it once. */
    void into(Restoration restoration) throws IOException;
  }

  /** A restorer of what is no stream. */
  DomainRestorer(Feed feed) {
    this.feed = feed;
    this.expected = 0;
    this.progress = Progress.NONE;
  }

  /**
   * A restorer.
   *
   * @param expected how many pages there are, for the progress
   */
  public DomainRestorer(Body body, long expected, Progress progress) {
    this.feed =
        restoration -> {
          try (InputStream in = body.open()) {
            StreamReader.read(in, restoration);
          }
        };
    this.expected = expected;
    this.progress = progress;
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
  BuiltDomain build(ControlDomain control, EmptyDomain domain, long[] given, DomainSpec spec) {
    try {
      Restoration work = new Restoration(control, domain, given, spec.vcpus());
      feed.into(work);
      return work.built;
    } catch (IOException e) {
      control.domains().destroy(domain.id());
      throw new StreamException("cannot be read (" + e.getMessage() + ")", e);
    } catch (RuntimeException | Error e) {
      control.domains().destroy(domain.id());
      throw e;
    }
  }

  /** One run. */
  final class Restoration implements DomainSink {
    private final ControlDomain control;
    private final EmptyDomain domain;
    private final long[] given;
    private final int vcpuCount;
    private final Map<Integer, Map<VcpuRecord, byte[]>> vcpus = new TreeMap<>();
    private RestoredMemory memory;
    private long[] list;
    private byte[] oldSharedInfo;
    private long pages;
    private long storeFrame;
    private long consoleFrame;
    private BuiltDomain built;

    Restoration(ControlDomain control, EmptyDomain domain, long[] given, int vcpuCount) {
      this.control = control;
      this.domain = domain;
      this.given = given;
      this.vcpuCount = vcpuCount;
    }

    @Override
    public void list(long first, long last, long[] frames) {
      if (first != 0 || memory != null && memory.count() != last + 1) {
        throw new StreamException("its p2m list changes its size");
      }
      if (memory == null) {
        memory = new RestoredMemory(control.memory(), domain.id(), (int) last + 1, given);
      }
      list = frames;
    }

    /** The memory, once the list is known. */
    RestoredMemory memory() {
      return memory;
    }

    @Override
    public void pages(long[] pfns, int[] kinds, ByteBuffer data) {
      memory.write(pfns, kinds, data);
      pages += pfns.length;
      progress.pages(Math.min(pages, expected), expected);
    }

    @Override
    public void sharedInfo(byte[] page) {
      oldSharedInfo = page;
    }

    @Override
    public void counter(int mode, int khz, long nanos, int incarnation) {
      // All domains count alike here, and their kernels ask how fast when they go on.
    }

    @Override
    public void vcpu(VcpuRecord part, int vcpu, byte[] state) {
      if (vcpu >= vcpuCount) {
        throw new StreamException(
            "holds vcpu " + vcpu + ", its configuration has " + vcpuCount + " (maxvcpus)");
      }
      vcpus.computeIfAbsent(vcpu, any -> new EnumMap<>(VcpuRecord.class)).put(part, state);
    }

    @Override
    public void end() {
      if (memory == null || oldSharedInfo == null || !vcpus.containsKey(0)) {
        throw new StreamException("lacks the p2m list, the shared info page or vcpu 0");
      }
      memory.releaseUnused();
      memory.exchangeTables();
      long sharedInfo = restoreSharedInfo();
      vcpus.forEach((vcpu, parts) -> restore(vcpu, parts, sharedInfo));
      try {
        memory.pin();
      } catch (HypercallFailure e) {
        throw new StreamException("its page tables are not valid: " + e.getMessage(), e);
      }
      memory.writeList(list);
      built = domain.built(storeFrame, consoleFrame);
    }

    private long restoreSharedInfo() {
      long frame = control.domains().info(domain.id()).sharedInfoFrame();
      PhysicalMemory target = control.memory().memory();
      Contents old = new Contents(oldSharedInfo);
      try (Mapping page = control.memory().mapForeign(domain.id(), new long[] {frame}, 0, 1)) {
        long at = page.address();
        for (int i = 0; i < SharedInfo.VCPU_INFO.count(); i++) {
          long info = SharedInfo.VCPU_INFO.at(0, i);
          target.write(at + info, oldSharedInfo, (int) info, VCPU_INFO_OWN);
          VcpuInfo.EVTCHN_PENDING_SEL.set(target, at + info, 0);
        }
        for (int i = 0; i < SharedInfo.EVTCHN_MASK.count(); i++) {
          SharedInfo.EVTCHN_PENDING.set(target, at, i, 0);
          SharedInfo.EVTCHN_MASK.set(target, at, i, -1);
        }
        long arch = SharedInfo.ARCH.at(0);
        ArchSharedInfo.MAX_PFN.set(target, at + arch, ArchSharedInfo.MAX_PFN.get(old, arch));
        ArchSharedInfo.P2M_VADDR.set(target, at + arch, ArchSharedInfo.P2M_VADDR.get(old, arch));
      }
      return frame << SHIFT;
    }

    private void restore(int vcpu, Map<VcpuRecord, byte[]> parts, long sharedInfo) {
      byte[] context = parts.get(VcpuRecord.BASIC);
      if (context == null || context.length != VcpuGuestContext.LAYOUT.size()) {
        throw new StreamException("the context of vcpu " + vcpu + " has a wrong size");
      }
      Contents contents = new Contents(context);
      VcpuFrames.exchange(context, vcpu == 0, false, pfn -> memory.frame(pfn, "a vcpu"));
      long flags = VcpuGuestContext.FLAGS.get(contents, 0);
      VcpuGuestContext.FLAGS.set(contents, 0, flags | ContextFlags.ONLINE);
      if (vcpu == 0) {
        long startInfo = CpuUserRegs.RDX.get(contents, VcpuGuestContext.USER_REGS.at(0));
        patchStartInfo(startInfo, sharedInfo);
      }
      VcpuStateControl states = control.vcpuStates();
      try {
        states.context(domain.id(), vcpu, context);
        if (parts.containsKey(VcpuRecord.EXTENDED)) {
          states.extended(domain.id(), vcpu, parts.get(VcpuRecord.EXTENDED));
        }
        if (parts.containsKey(VcpuRecord.XSAVE)) {
          states.area(domain.id(), vcpu, parts.get(VcpuRecord.XSAVE));
        }
        if (parts.containsKey(VcpuRecord.MSRS)) {
          states.msrs(domain.id(), vcpu, parts.get(VcpuRecord.MSRS));
        }
      } catch (HypercallFailure e) {
        throw new StreamException(
            "the state of vcpu "
                + vcpu
                + " is not that of a processor as guests see it here: "
                + e.getMessage(),
            e);
      }
    }

    /** The rings are page frames there: the kernel made them so when it suspended. */
    private void patchStartInfo(long frame, long sharedInfo) {
      PhysicalMemory target = control.memory().memory();
      try (Mapping page = control.memory().mapForeign(domain.id(), new long[] {frame}, 0, 1)) {
        long at = page.address();
        storeFrame = memory.normal(StartInfo.STORE_MFN.get(target, at), "the start info page");
        consoleFrame = memory.normal(StartInfo.CONSOLE_MFN.get(target, at), "the start info page");
        StartInfo.NR_PAGES.set(target, at, memory.count());
        StartInfo.SHARED_INFO.set(target, at, sharedInfo);
        StartInfo.FLAGS.set(target, at, StartFlags.VIRT_P2M_4TOOLS);
        StartInfo.STORE_MFN.set(target, at, storeFrame);
        StartInfo.STORE_EVTCHN.set(target, at, domain.storePort());
        StartInfo.CONSOLE_MFN.set(target, at, consoleFrame);
        StartInfo.CONSOLE_EVTCHN.set(target, at, domain.consolePort());
      }
    }
  }
}

package dev.zendo.dom0.builder;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Selectors;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.StartFlags;
import dev.zendo.hypercalls.start.StartInfo;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.vcpu.ContextFlags;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Builds a PV domain: memory, kernel, ramdisk, page tables, start info, the first vcpu. One object
 * builds one domain, on one thread.
 */
public final class DomainBuilder {
  /** What xl allows a domain beyond its size. */
  private static final long EXTRA_KIB = 1024;

  private static final long INTERRUPTS_ENABLED = 0x202;
  private static final int LEGACY_VCPUS = 32;

  private final ControlDomain control;
  private final DomainSpec spec;
  private final DomainLayout layout;
  private final long[] p2m;
  private EmptyDomain empty;
  private int domain;
  private GuestRam ram;

  private DomainBuilder(ControlDomain control, DomainSpec spec) {
    this.control = control;
    this.spec = spec;
    long pages = (spec.memoryMiB() << 20) / DomainLayout.PAGE;
    this.layout = new DomainLayout(spec.kernel(), pages, ramdiskBytes(spec.ramdisk()));
    this.p2m = new long[(int) pages];
  }

  /**
   * Builds a domain and leaves it paused.
   *
   * @throws ToolException when it cannot be built; then nothing of it is left
   */
  public static BuiltDomain build(ControlDomain control, DomainSpec spec) {
    return new DomainBuilder(control, spec).build();
  }

  private static long ramdiskBytes(Path ramdisk) {
    if (ramdisk == null) {
      return 0;
    }
    try {
      if (!Files.isRegularFile(ramdisk)) {
        throw new NoSuchFileException(ramdisk.toString());
      }
      return Files.size(ramdisk);
    } catch (NoSuchFileException e) {
      throw new ToolException(ramdisk + ": no such file; check the path of the ramdisk", e);
    } catch (IOException e) {
      throw new ToolException(ramdisk + ": the ramdisk cannot be read (" + IoReason.of(e) + ")", e);
    }
  }

  /** What a domain with so much memory may own, in KiB: frames for its page tables beside it. */
  public static long limit(long kib) {
    return kib + EXTRA_KIB;
  }

  private BuiltDomain build() {
    empty = EmptyDomain.create(control, spec);
    domain = empty.id();
    try {
      giveMemory();
      load();
      long sharedInfo = initSharedInfo();
      writeTables();
      writeStartInfo(sharedInfo);
      fillHypercallPage();
      control.memory().pinTopTable(domain, p2m[(int) layout.tablesPfn()]);
      startVcpu();
      return empty.built(p2m[(int) layout.xenstorePfn()], p2m[(int) layout.consolePfn()]);
    } catch (RuntimeException | Error e) {
      control.domains().destroy(domain);
      throw e;
    }
  }

  private void giveMemory() {
    try {
      control.memory().populate(domain, p2m);
    } catch (HypercallFailure e) {
      if (e.errno() == Errno.ENOMEM) {
        throw new ToolException(
            "the machine has no "
                + spec.memoryMiB()
                + " MiB free for the domain; give it less with --memory",
            e);
      }
      throw e;
    }
    ram = new GuestRam(control.memory(), domain, p2m);
  }

  private void load() {
    KernelImage kernel = spec.kernel();
    for (int i = 0; i < kernel.segmentCount(); i++) {
      ram.write(kernel.segmentAddress(i), kernel.segmentData(i));
    }
    if (layout.ramdiskBytes() > 0) {
      loadRamdisk(spec.ramdisk());
    }
    ram.write(layout.p2mPfn(), p2m);
  }

  private void loadRamdisk(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer chunk = ByteBuffer.allocate(64 << 10);
      long at = layout.ramdiskPfn() * DomainLayout.PAGE;
      long left = layout.ramdiskBytes();
      while (left > 0 && channel.read(chunk.clear()) >= 0) {
        chunk.flip();
        chunk.limit((int) Math.min(chunk.limit(), left));
        int bytes = chunk.remaining();
        ram.write(at, chunk);
        at += bytes;
        left -= bytes;
      }
    } catch (IOException e) {
      throw new ToolException(file + ": the ramdisk cannot be read (" + IoReason.of(e) + ")", e);
    }
  }

  /** All events of all vcpus start masked. Returns the machine address of the page. */
  private long initSharedInfo() {
    long frame = control.domains().info(domain).sharedInfoFrame();
    PhysicalMemory memory = control.memory().memory();
    try (Mapping page = control.memory().mapForeign(domain, new long[] {frame}, 0, 1)) {
      for (int vcpu = 0; vcpu < LEGACY_VCPUS; vcpu++) {
        VcpuInfo.EVTCHN_UPCALL_MASK.set(memory, SharedInfo.VCPU_INFO.at(page.address(), vcpu), 1);
      }
    }
    return frame << 12;
  }

  private void writeTables() {
    PhysicalMemory memory = control.memory().memory();
    long p2mFirst = layout.p2mTablesPfn();
    int p2mCount = layout.p2mTables() == null ? 0 : layout.p2mTables().total();
    try (Mapping tables = ram.map(layout.tablesPfn(), layout.tableCount());
        Mapping added = p2mCount == 0 ? null : ram.map(p2mFirst, p2mCount)) {
      PageTables.write(
          layout,
          p2m,
          (pfn, index, entry) -> {
            boolean inAdded = p2mCount > 0 && pfn >= p2mFirst && pfn < p2mFirst + p2mCount;
            long base =
                inAdded
                    ? added.address() + (pfn - p2mFirst) * DomainLayout.PAGE
                    : tables.address() + (pfn - layout.tablesPfn()) * DomainLayout.PAGE;
            memory.putLong(base + 8L * index, entry);
          });
    }
  }

  private void writeStartInfo(long sharedInfo) {
    PhysicalMemory memory = control.memory().memory();
    try (Mapping page = ram.map(layout.startInfoPfn(), 1)) {
      long at = page.address();
      StartInfo.MAGIC.setString(memory, at, "xen-3.0-x86_64");
      StartInfo.NR_PAGES.set(memory, at, layout.pages());
      StartInfo.SHARED_INFO.set(memory, at, sharedInfo);
      int flags = StartFlags.VIRT_P2M_4TOOLS;
      if (layout.ramdiskBytes() > 0) {
        if (layout.ramdiskMapped()) {
          StartInfo.MOD_START.set(memory, at, layout.address(layout.ramdiskPfn()));
        } else {
          flags |= StartFlags.MOD_START_PFN;
          StartInfo.MOD_START.set(memory, at, layout.ramdiskPfn());
        }
        StartInfo.MOD_LEN.set(memory, at, layout.ramdiskBytes());
      }
      StartInfo.FLAGS.set(memory, at, flags);
      StartInfo.STORE_MFN.set(memory, at, p2m[(int) layout.xenstorePfn()]);
      StartInfo.STORE_EVTCHN.set(memory, at, empty.storePort());
      StartInfo.CONSOLE_MFN.set(memory, at, p2m[(int) layout.consolePfn()]);
      StartInfo.CONSOLE_EVTCHN.set(memory, at, empty.consolePort());
      StartInfo.PT_BASE.set(memory, at, layout.address(layout.tablesPfn()));
      StartInfo.NR_PT_FRAMES.set(memory, at, layout.tableCount());
      StartInfo.MFN_LIST.set(memory, at, layout.p2mAddress());
      StartInfo.CMD_LINE.setString(memory, at, spec.commandLine());
      if (!layout.p2mMapped()) {
        StartInfo.FIRST_P2M_PFN.set(memory, at, layout.p2mPfn());
        StartInfo.NR_P2M_FRAMES.set(memory, at, layout.p2mFrames());
      }
    }
  }

  private void fillHypercallPage() {
    if (spec.kernel().notes().hasHypercallPage()) {
      long offset = spec.kernel().notes().hypercallPage() - spec.kernel().notes().virtBase();
      control.domains().initHypercallPage(domain, p2m[(int) (offset / DomainLayout.PAGE)]);
    }
  }

  private void startVcpu() {
    PhysicalMemory memory = control.memory().memory();
    control
        .vcpuStates()
        .writeContext(
            domain,
            0,
            at -> {
              long stack = layout.address(layout.bootStackPfn()) + DomainLayout.PAGE;
              VcpuGuestContext.FLAGS.set(memory, at, ContextFlags.IN_KERNEL | ContextFlags.ONLINE);
              long regs = VcpuGuestContext.USER_REGS.at(at);
              CpuUserRegs.RIP.set(memory, regs, spec.kernel().entry());
              CpuUserRegs.RSP.set(memory, regs, stack);
              CpuUserRegs.RSI.set(memory, regs, layout.address(layout.startInfoPfn()));
              CpuUserRegs.RFLAGS.set(memory, regs, INTERRUPTS_ENABLED);
              CpuUserRegs.CS.set(memory, regs, Selectors.RING3_CS64);
              CpuUserRegs.SS.set(memory, regs, Selectors.RING3_SS64);
              VcpuGuestContext.KERNEL_SS.set(memory, at, Selectors.RING3_SS64);
              VcpuGuestContext.KERNEL_SP.set(memory, at, stack);
              VcpuGuestContext.CTRLREG.set(memory, at, 3, p2m[(int) layout.tablesPfn()] << 12);
            });
  }
}

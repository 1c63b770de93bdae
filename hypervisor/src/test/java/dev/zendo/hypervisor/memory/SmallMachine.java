package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.hypercall.HypercallTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.paging.Pte;
import dev.zendo.hypervisor.sched.Schedules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A machine of a few thousand frames without processors, for tests of the memory half. */
public final class SmallMachine implements AutoCloseable {
  public static final int FRAMES = 4096;

  public final MachineMemory memory = new MachineMemory(FRAMES);
  public final CodeMap codeMap = new CodeMap(FRAMES);
  public final Domains domains = new Domains();
  public final HypercallTable hypercalls = new HypercallTable();
  public final MemoryCore core = new MemoryCore(memory, codeMap, domains);
  public final Paging paging = core.paging();
  private final long free = core.freeFrames();

  public SmallMachine() {
    core.register(hypercalls);
  }

  /** A paravirtualized domain that may have the given number of pages, with one vcpu. */
  public Domain guest(int id, long maxPages) {
    return domain(id, maxPages, false);
  }

  /** A translated control domain with the given number of pages. */
  public Domain control(long pages) {
    return domain(0, pages, true);
  }

  private Domain domain(int id, long pages, boolean control) {
    Domain domain = new Domain(id, new byte[16], control, control);
    domain.maxPages(pages);
    domains.add(domain);
    core.attach(domain);
    addVcpu(domain, new CountingExecutor());
    return domain;
  }

  public Vcpu addVcpu(Domain domain, VcpuExecutor executor) {
    Vcpu vcpu = new Vcpu(domain, domain.vcpuCount());
    vcpu.cpu().kernelMode(true);
    vcpu.wire(core.mmu(vcpu), core.guestAccess(vcpu), executor, woken -> {});
    Schedules.up(vcpu.schedule());
    domain.add(vcpu);
    return vcpu;
  }

  public long call(Domain domain, int number, long... args) {
    long[] a = Arrays.copyOf(args, 5);
    return hypercalls.handler(number).handle(domain.vcpu(0), a[0], a[1], a[2], a[3], a[4]);
  }

  /** First frame of a domain's grant table. */
  public long grantFrame(Domain domain) {
    return core.grantFrame(domain, 0);
  }

  /** A frame of the domain's. */
  public long page(Domain domain) {
    long mfn = paging.frames().allocate(domain, 0);
    if (mfn < 0) {
      throw new IllegalStateException("no frame");
    }
    return mfn;
  }

  public long entry(long mfn, int index) {
    return HostMemory.getLong(memory.address(mfn) + 8L * index);
  }

  public void entry(long mfn, int index, long value) {
    HostMemory.putLong(memory.address(mfn) + 8L * index, value);
  }

  public static long pte(long mfn, long flags) {
    return mfn << 12 | flags;
  }

  /**
   * Builds and installs tables like a domain builder's: {@code pages} data frames mapped from
   * virtual address 0 on, after them the four tables mapped read-only.
   *
   * @return the frames: data first, then L1, L2, L3, L4
   */
  public long[] boot(Domain domain, int pages) {
    long[] frames = new long[pages + 4];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = page(domain);
    }
    long rw = Pte.PRESENT | Pte.WRITE | Pte.USER | Pte.ACCESSED;
    for (int i = 0; i < frames.length; i++) {
      entry(frames[pages], i, pte(frames[i], i < pages ? rw : rw & ~Pte.WRITE));
      paging.machToPhys().set(frames[i], i);
    }
    entry(frames[pages + 1], 0, pte(frames[pages], rw));
    entry(frames[pages + 2], 0, pte(frames[pages + 1], rw));
    entry(frames[pages + 3], 0, pte(frames[pages + 2], rw));
    Vcpu vcpu = domain.vcpu(0);
    long result = core.setKernelRoot(vcpu, frames[pages + 3]);
    if (result != 0) {
      throw new IllegalStateException("boot tables refused: " + result);
    }
    return frames;
  }

  /** Ends a domain as the other half of the core does. */
  public void destroy(Domain domain) {
    domain.dying(Domain.DYING);
    for (int i = 0; i < domain.vcpuCount(); i++) {
      core.detach(domain.vcpu(i));
    }
    core.release(domain);
    domains.remove(domain);
  }

  /** Ends the machine and what domains are left; fails unless every frame comes back. */
  public void end() {
    List<Domain> left = new ArrayList<>();
    domains.forEach(left::add);
    left.forEach(this::destroy);
    for (Domain domain : left) {
      assertEquals(0, domain.totalPages(), () -> domain + " keeps pages");
    }
    assertEquals(free, core.freeFrames());
    close();
  }

  @Override
  public void close() {
    core.close();
    memory.close();
  }

  /** An executor that only counts what it is asked to forget. */
  public static class CountingExecutor implements VcpuExecutor {
    public int flushes;
    public int exits;
    public int pageFlushes;
    public int lowerHalfFlushes;
    public final List<Long> frameFlushes = new ArrayList<>();

    @Override
    public int run(long budget) {
      throw new UnsupportedOperationException("not a processor");
    }

    @Override
    public int step() {
      throw new UnsupportedOperationException("not a processor");
    }

    @Override
    public void requestExit() {
      exits++;
    }

    @Override
    public void flushTlb() {
      flushes++;
    }

    @Override
    public void flushTlb(boolean kernelMode) {
      flushes++;
    }

    @Override
    public void flushLowerHalf() {
      lowerHalfFlushes++;
    }

    @Override
    public void flushFrame(long mfn) {
      frameFlushes.add(mfn);
    }

    @Override
    public void flushPage(long virtualAddress) {
      pageFlushes++;
    }
  }
}

package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.grant.Grants;
import dev.zendo.hypervisor.machine.DirtyFrames;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.paging.Paging;

/**
 * Which pages of a domain are written, for one who copies it while it runs.
 *
 * <p>While that is logged, engines may only find writable translations through the hypervisor,
 * which marks the frame. Who asks for the marks clears them and then has all vcpus drop their
 * translations, so a page that is written later is marked again; a write in between is seen by
 * whoever reads the page afterwards. Page tables are not marked when they change, only when they
 * become tables and cease to be. What others write without asking, through mappings of grants and
 * registered pages, counts as written every time. Thread-safe.
 */
final class WriteLog {
  private final Paging paging;
  private final Grants grants;
  private final DirtyFrames dirty;

  WriteLog(Paging paging, Grants grants) {
    this.paging = paging;
    this.grants = grants;
    this.dirty = paging.dirty();
  }

  /** Begins or ends; to begin, no vcpu of the domain may run. False when it is so already. */
  boolean log(Domain domain, boolean on) {
    if (!on) {
      boolean ended = domain.logWrites(false);
      if (ended) {
        dirty.stop();
      }
      return ended;
    }
    dirty.start();
    if (!domain.logWrites(true)) {
      dirty.stop();
      return false;
    }
    paging.tlb().flushDomain(domain);
    return true;
  }

  /**
   * A bit for each page that was written, by the numbers that the machine-to-physical table has.
   *
   * @param count pages to tell of: those from 0 on
   * @param forget whether pages count as not written from now on
   */
  long[] written(Domain domain, int count, boolean forget) {
    long[] bits = new long[(count + Long.SIZE - 1) / Long.SIZE];
    for (long mfn : paging.frames().pages(domain)) {
      if (dirty.marked(mfn, forget)) {
        set(bits, count, mfn);
      }
    }
    if (forget) {
      paging.tlb().flushDomain(domain);
    }
    grants.forEachShared(domain, mfn -> set(bits, count, mfn));
    domain.events().forEachFrame(mfn -> set(bits, count, mfn));
    for (int i = 0; i < domain.vcpuCount(); i++) {
      Vcpu vcpu = domain.vcpu(i);
      if (vcpu.vcpuInfoMfn() >= 0) {
        set(bits, count, vcpu.vcpuInfoMfn());
      }
    }
    return bits;
  }

  private void set(long[] bits, int count, long mfn) {
    MachToPhys numbers = paging.machToPhys();
    long pfn = numbers.get(mfn);
    if (pfn >= 0 && pfn < count) {
      bits[(int) (pfn / Long.SIZE)] |= 1L << pfn;
    }
  }
}

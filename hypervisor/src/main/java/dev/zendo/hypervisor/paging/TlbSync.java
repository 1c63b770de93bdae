package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.GuestGate;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Makes sure that no vcpu keeps a translation that is no longer true when that would matter.
 *
 * <p>Frames carry the time ({@link FrameTable#tick}) at which a translation of them last became
 * stale; a flush is only done when none happened since. All methods return when every vcpu
 * concerned has dropped its translations or will do so before it executes another guest
 * instruction, and when the hypervisor's own uses of translations under way have ended.
 * Thread-safe; the caller's own vcpu must be outside the guest.
 */
public final class TlbSync {
  private final Domains domains;
  private final FrameTable table;
  private final AtomicLong allFlushedAt = new AtomicLong();
  private final AtomicLongArray flushedAt = new AtomicLongArray(Domains.FIRST_RESERVED);

  /** For the domains of one machine. */
  public TlbSync(Domains domains, FrameTable table) {
    this.domains = domains;
    this.table = table;
  }

  /** Drops all translations of all vcpus of a domain. */
  public void flushDomain(Domain domain) {
    long now = table.tick();
    flush(domain);
    flushedAt.accumulateAndGet(domain.id(), now, Math::max);
  }

  /** The same unless it has been done since the given time. */
  public void flushIfStale(Domain domain, long staleSince) {
    if (staleSince > 0
        && staleSince >= flushedAt.get(domain.id())
        && staleSince >= allFlushedAt.get()) {
      flushDomain(domain);
    }
  }

  /** Drops all translations of all domains unless that has been done since the given time. */
  public void flushAllIfStale(long staleSince) {
    if (staleSince > 0 && staleSince >= allFlushedAt.get()) {
      long now = table.tick();
      domains.forEach(this::flush);
      allFlushedAt.accumulateAndGet(now, Math::max);
    }
  }

  private void flush(Domain domain) {
    if (domain.translated()) {
      return;
    }
    int count = domain.vcpuCount();
    long[] tickets = new long[count];
    for (int i = 0; i < count; i++) {
      tickets[i] = domain.vcpu(i).gate().post(GuestGate.ALL);
    }
    for (int i = 0; i < count; i++) {
      domain.vcpu(i).gate().await(tickets[i]);
      awaitAccesses(domain.vcpu(i));
    }
  }

  /** Drops all translations of those vcpus of a domain whose bits are set. */
  public void flushVcpus(Domain domain, long vcpus) {
    int count = Math.min(domain.vcpuCount(), Long.SIZE);
    for (int i = 0; i < count; i++) {
      if ((vcpus >>> i & 1) != 0) {
        GuestGate gate = domain.vcpu(i).gate();
        gate.await(gate.post(GuestGate.ALL));
      }
    }
  }

  /**
   * Drops the translations of one page in those vcpus of a domain whose bits are set.
   *
   * @param self the calling vcpu, whose bit may be set
   */
  public void flushPage(Vcpu self, long vcpus, long virtualAddress) {
    if ((vcpus >>> self.id() & 1) != 0) {
      flushPage(self, virtualAddress);
    }
    flushVcpus(self.domain(), vcpus & ~(1L << self.id()));
  }

  /** Drops the calling vcpu's translations of one page. */
  public void flushPage(Vcpu self, long virtualAddress) {
    if (self.executor() != null) {
      self.executor().flushPage(virtualAddress);
    }
  }

  /**
   * Drops all translations of the other vcpus that may write a frame, before its code is decoded:
   * those of the caller's domain; if others share the frame, of its owner and of all domains that
   * have mapped others' frames writable. Domains that have nothing to do with grants are spared.
   */
  public void flushWriters(Vcpu self, long mfn) {
    Domain own = self.domain();
    flushVcpus(own, ~(1L << self.id()));
    int owner = table.owner(mfn);
    if (table.isShared(mfn) || owner != own.id()) {
      domains.forEach(domain -> flushForeign(own, owner, domain));
    }
  }

  private void flushForeign(Domain own, int owner, Domain domain) {
    // A translated domain has no vcpu that runs guest code, one without memory has no tables yet.
    DomainSpace space = DomainSpace.of(domain);
    if (domain != own
        && !domain.translated()
        && space != null
        && (domain.id() == owner || space.mayWriteForeignFrames())) {
      flushVcpus(domain, -1);
    }
  }

  /** Drops the calling vcpu's translations. */
  public void flushLocal(Vcpu self) {
    self.gate().post(GuestGate.ALL);
  }

  private static void awaitAccesses(Vcpu vcpu) {
    if (vcpu.memoryState() instanceof VcpuTables tables) {
      tables.accesses().awaitQuiet();
    }
  }
}

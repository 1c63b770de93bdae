package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.hypercall.HypercallTable;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.paging.PagingAudit;
import java.util.List;
import java.util.function.LongConsumer;

/** The parts of this package put together for one machine. Thread-safe. */
public final class Grants {
  /** Bit of a frame index that selects the frames of status words. */
  private static final long STATUS_FRAMES = 1L << 31;

  private final MachineMemory memory;
  private final Paging paging;
  private final Domains domains;
  private final UnmapOperations unmap;
  private final GrantOpCall call;

  /** Builds the parts. */
  public Grants(MachineMemory memory, CodeMap codeMap, Domains domains, Paging paging) {
    this.memory = memory;
    this.paging = paging;
    this.domains = domains;
    GrantedFrames frames = new GrantedFrames(paging);
    HostMappings host = new HostMappings(paging.leafSlots(), paging.tlb());
    unmap = new UnmapOperations(frames, host, paging.tlb(), paging.dirty());
    call =
        new GrantOpCall(
            new MapOperations(domains, frames, host),
            unmap,
            new CopyOperation(memory, codeMap, paging.owners(), frames),
            new TransferOperation(domains, paging),
            new TableOperations(paging));
  }

  /** Installs the hypercall. */
  public void register(HypercallTable hypercalls) {
    hypercalls.register(Hypercalls.GRANT_TABLE_OP, call);
  }

  /** Gives a new domain its grant table, with one frame. */
  public void attach(Domain domain) {
    GrantTable table = new GrantTable(domain, memory, paging.frames());
    GrantingDomain.stateOf(domain).table(table);
    table.lock.lock();
    try {
      if (table.grow(1) != 0) {
        throw new IllegalStateException("the machine has no frame for a grant table");
      }
    } finally {
      table.lock.unlock();
    }
  }

  /**
   * The frame of a domain's grant table at an index; the table grows when needed.
   *
   * @param index any value; with bit 31 set a frame of status words
   * @return the frame or a negative errno
   */
  public long frame(Domain domain, long index) {
    GrantTable table = GrantingDomain.stateOf(domain).table();
    table.lock.lock();
    try {
      if ((index & STATUS_FRAMES) != 0) {
        long number = index & ~STATUS_FRAMES;
        boolean exists = Long.compareUnsigned(number, table.statusFrameCount()) < 0;
        return exists ? table.statusFrame((int) number) : -Errno.EINVAL;
      }
      if (Long.compareUnsigned(index, table.maxFrames()) >= 0) {
        return -Errno.EINVAL;
      }
      int error = table.grow((int) index + 1);
      return error != 0 ? error : table.sharedFrame((int) index);
    } finally {
      table.lock.unlock();
    }
  }

  /** Names the frames of a domain that others have mapped writable, some perhaps twice. */
  public void forEachShared(Domain granter, LongConsumer visitor) {
    GrantTable table = GrantingDomain.stateOf(granter).table();
    domains.forEach(
        user -> {
          MapTrack mappings = GrantingDomain.stateOf(user).mappings();
          synchronized (mappings) {
            mappings.forEachWritable(table, visitor);
          }
        });
  }

  /**
   * Names the frames that a domain's grant table grants or once granted, some perhaps twice, as the
   * domain numbers them.
   */
  public void forEachGranted(Domain granter, LongConsumer visitor) {
    GrantTable table = GrantingDomain.stateOf(granter).table();
    table.lock.lock();
    try {
      for (int ref = 0; ref < table.entries(); ref++) {
        if (table.flags(ref) != 0) {
          visitor.accept(table.frameOf(ref));
        }
      }
    } finally {
      table.lock.unlock();
    }
  }

  /** Most frames the grant table of a domain may have. */
  public int maxFrames(Domain domain) {
    return GrantingDomain.stateOf(domain).table().maxFrames();
  }

  /** Compares grants with mappings, tells the audit of both, and returns what is wrong. */
  public List<String> audit(PagingAudit audit) {
    return new GrantAudit(audit).violations(domains);
  }

  /** A dead domain lets go of all it has mapped, and its table ends. */
  public void release(Domain domain) {
    unmap.releaseAll(domain);
    GrantingDomain.stateOf(domain).table().die();
  }
}

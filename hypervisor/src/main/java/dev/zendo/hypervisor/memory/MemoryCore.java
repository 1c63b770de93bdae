package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.DescriptorTableState;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.GuestAccess;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.grant.Grants;
import dev.zendo.hypervisor.hypercall.HypercallTable;
import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.paging.PagingAudit;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory half of the core for one machine: creates its parts, registers its hypercalls and
 * serves domains and vcpus. Thread-safe.
 */
public final class MemoryCore implements DomainMemory, AutoCloseable {
  private final FrameTable table;
  private final FrameAllocator allocator;
  private final MachineLayout layout;
  private final Paging paging;
  private final Grants grants;
  private final CopyOnWrite copyOnWrite;
  private final WriteLog writeLog;

  /** Builds the parts over a machine's memory, of which nothing is in use yet. */
  public MemoryCore(MachineMemory memory, CodeMap codeMap, Domains domains) {
    table = new FrameTable(memory.frames());
    allocator = new FrameAllocator(memory, table, codeMap);
    layout = new MachineLayout(memory, table, allocator);
    paging =
        new Paging(
            memory, codeMap, domains, table, allocator, layout.machToPhys, layout.emptyFrame);
    grants = new Grants(memory, codeMap, domains, paging);
    copyOnWrite = new CopyOnWrite(SharingHost.THIS, memory, allocator, paging, grants, domains);
    writeLog = new WriteLog(paging, grants);
  }

  /** Installs the hypercalls of this half. */
  public void register(HypercallTable hypercalls) {
    paging.register(hypercalls);
    grants.register(hypercalls);
    PhysicalMaps physicalMaps = new PhysicalMaps(paging, grants::frame);
    ResourceCall resources = new ResourceCall(paging, physicalMaps, grants);
    hypercalls.register(Hypercalls.MEMORY_OP, new MemoryOpCall(paging, physicalMaps, resources));
  }

  /** Frame table, types and page tables. */
  public Paging paging() {
    return paging;
  }

  /** Memory that domains have in common. */
  public CopyOnWrite copyOnWrite() {
    return copyOnWrite;
  }

  /** The frame of a domain's grant table at an index, or a negative errno; grows the table. */
  public long grantFrame(Domain domain, long index) {
    return grants.frame(domain, index);
  }

  /**
   * Recounts all references to frames and grants; see {@link PagingAudit} for when that is
   * possible.
   *
   * @return what is wrong, one sentence each
   */
  public List<String> audit() {
    PagingAudit audit = paging.audit();
    List<String> all = new ArrayList<>(grants.audit(audit));
    all.addAll(audit.violations());
    return all;
  }

  /** Frames that nobody owns. */
  @Override
  public long freeFrames() {
    return allocator.freeFrames();
  }

  @Override
  public int frameKind(Domain domain, long frame) {
    FrameTable table = paging.table();
    if (table.owner(frame) != domain.id() || table.isExtra(frame)) {
      return NOT_OWNED;
    }
    int type = table.type(frame);
    if (type < FrameTable.L1 || type > FrameTable.L4 || !table.isValidated(frame)) {
      return 0;
    }
    return table.isPinned(frame) ? type | PINNED : type;
  }

  @Override
  public boolean logWrites(Domain domain, boolean on) {
    return writeLog.log(domain, on);
  }

  @Override
  public long[] writtenPages(Domain domain, int count, boolean forget) {
    return writeLog.written(domain, count, forget);
  }

  @Override
  public long claimedFrames() {
    return paging.frames().claimed();
  }

  @Override
  public void attach(Domain domain) {
    paging.attach(domain, space -> new DomainState(table, space));
    grants.attach(domain);
  }

  @Override
  public GuestMmu mmu(Vcpu vcpu) {
    return paging.mmu(vcpu);
  }

  @Override
  public GuestAccess guestAccess(Vcpu vcpu) {
    return paging.guestAccess(vcpu);
  }

  @Override
  public long allocateSharedFrame(Domain domain) {
    return paging.frames().allocateExtra(domain);
  }

  @Override
  public long acquireWritable(Domain domain, long mfn) {
    return paging.types().get(domain, mfn, FrameTable.WRITABLE) == 0 ? 0 : -Errno.EINVAL;
  }

  @Override
  public void releaseWritable(Domain domain, long mfn) {
    paging.types().put(domain, mfn);
  }

  @Override
  public long setKernelRoot(Vcpu vcpu, long mfn) {
    return paging.roots().setKernel(vcpu, mfn);
  }

  @Override
  public long setUserRoot(Vcpu vcpu, long mfn) {
    return paging.roots().setUser(vcpu, mfn);
  }

  @Override
  public long setGdt(Vcpu vcpu, long[] frames, int entries) {
    return paging.descriptors().setGdt(vcpu, frames, entries);
  }

  @Override
  public long setLdt(Vcpu vcpu, long base, long entries) {
    return paging.descriptors().setLdt(vcpu, base, entries);
  }

  @Override
  public DescriptorTableState descriptorTables(Vcpu vcpu, long[] frames) {
    return paging.descriptors().state(vcpu, frames);
  }

  @Override
  public void detach(Vcpu vcpu) {
    paging.detach(vcpu);
  }

  @Override
  public void release(Domain domain) {
    writeLog.log(domain, false);
    grants.release(domain);
    paging.release(domain);
  }

  @Override
  public PhysicalMemory physicalMemory(Domain domain) {
    return paging.physicalMemory(domain);
  }

  /** Gives the host memory of this half back; the machine must not be used afterwards. */
  @Override
  public void close() {
    layout.machToPhys.close();
    table.close();
  }
}
